"""Attributes of a meter that hold from a day on, as one text each."""
