"""The dated CT/PT pairs of a meter, and which intervals a change of them recomputes."""
