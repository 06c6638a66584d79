"""Instants, periods, calendars: cut, written and read."""
