"""Deleted meters: who deleted them and when, what went along, and what restoring one would do."""
