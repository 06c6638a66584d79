"""Rows of answers: what each member is, in which unit, and whether it may be unknown."""
