"""Flows of power and energy as Sankey diagrams."""
