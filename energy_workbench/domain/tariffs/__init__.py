"""Tariffs as data: what is charged, by which unit, when, and how it is rounded."""
