"""The interval table, built incrementally from readings, ratios and evidence."""
