"""The page of one meter: newest values, history, quality, findings and events."""
