"""The review: decisions on breaks of counters."""
