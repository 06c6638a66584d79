"""Registers of a device as they are, and one of them saved in a profile."""
