"""Import of a meter file, with a dry run first, and export."""
