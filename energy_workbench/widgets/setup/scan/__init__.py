"""A gateway is scanned, and what answers becomes meters."""
