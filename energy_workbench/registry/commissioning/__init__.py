"""Sheets that are signed when a meter is put into service."""
