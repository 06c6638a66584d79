"""Recovery of readings from damaged data files, and from files that the log does not name."""
