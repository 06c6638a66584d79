"""Calculated meters: their intervals are sums of those of what they are made of, made as they are read."""
