"""Months that are locked, and what changes do to them."""
