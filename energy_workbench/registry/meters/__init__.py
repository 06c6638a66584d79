"""Meters and what is dated of them: ratios, parents, statuses, exchanges, decisions."""
