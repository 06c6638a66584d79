"""How a meter uses energy: over time, over the day, and at its peak."""
