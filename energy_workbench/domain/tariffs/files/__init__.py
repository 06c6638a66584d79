"""Tariffs as text and back: the workbench's YAML, and OpenEI's JSON."""
