"""Many meters at once: a file in with a dry run first, a file out."""
