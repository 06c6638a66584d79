"""The page of patterns: a meter's energy over time, its load shapes, and its maximum demand."""
