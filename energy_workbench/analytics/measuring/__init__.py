"""Whether a meter measures what it should: its counters against its power, its wiring, its neighbours."""
