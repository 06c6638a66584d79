"""Rows of answers, made of values and read back."""
