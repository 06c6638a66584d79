"""Old readings thinned to those that intervals are made of."""
