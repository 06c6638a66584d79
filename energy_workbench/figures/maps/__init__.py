"""Meters as tiles and on a plan."""
