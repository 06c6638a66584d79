"""One meter: what it measures now, what it did, and what is wrong with it."""
