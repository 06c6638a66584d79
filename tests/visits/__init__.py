"""Who comes in, to where, and what becomes of it: the real processes."""
