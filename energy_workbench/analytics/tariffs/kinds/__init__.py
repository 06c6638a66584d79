"""What gives the lines of each kind of charge; a room of kinds is named here."""

from energy_workbench.analytics.tariffs.kinds import amounts, demand, energy

__all__ = ["amounts", "demand", "energy"]
