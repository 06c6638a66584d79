"""Import of readings from files and tables."""
