"""The page of losses: the balance of each node, ranked, and that of one node over time."""
