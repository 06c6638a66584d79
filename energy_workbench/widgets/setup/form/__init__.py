"""The form of a new or changed meter, checked while it is filled in."""
