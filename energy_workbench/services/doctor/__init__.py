"""How home, gateways and meters are, why, and what to do."""
