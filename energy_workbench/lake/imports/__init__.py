"""Readings of files and tables on their way into the lake."""
