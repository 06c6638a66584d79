"""Health of meters: readings judged, limits, findings."""
