"""Bills: what a meter's intervals cost by a tariff, line by line, and interval by interval."""
