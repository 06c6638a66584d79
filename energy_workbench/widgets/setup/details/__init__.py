"""The details of one meter: configuration, newest values, events, last changes, and its actions."""
