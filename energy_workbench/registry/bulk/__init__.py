"""Many meters changed together, as one change."""
