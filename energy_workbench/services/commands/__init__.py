"""Changes on the files of a home."""
