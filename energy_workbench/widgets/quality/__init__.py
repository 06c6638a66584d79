"""How good the data is: completeness of each meter and day, findings, and what waits for a decision."""
