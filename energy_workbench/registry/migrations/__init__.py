"""Steps that bring a registry of any earlier version up to date; each is a file in `versions`."""
