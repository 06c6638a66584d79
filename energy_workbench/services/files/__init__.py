"""Files in and out of a home."""
