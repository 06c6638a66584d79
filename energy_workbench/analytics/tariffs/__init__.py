"""Bills: what a tariff makes of metered energy, its cost by interval, allocation, and what another would have cost."""
