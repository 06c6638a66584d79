"""Looking at what meters measured, after their intervals were built."""
