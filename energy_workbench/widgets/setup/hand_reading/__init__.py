"""Readings of a register that people write down at the meter."""
