"""Words of intervals: how their energy came to be known, and how often a register is read."""
