"""Rollups: sums of intervals by local day, kept beside the files that they are of."""
