"""Deciding what a step of a counter was."""
