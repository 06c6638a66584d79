"""Balances of the nodes of the tree."""
