"""Limits of health: those of the site, and those of one meter."""
