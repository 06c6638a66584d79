"""Bringing the interval table up to date."""
