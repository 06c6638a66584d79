"""Figures: a payload of the service in, a figure of Plotly's `schema` as plain JSON out, without Plotly or a widget."""

from energy_workbench.figures.flows.power_flow import power_flow
from energy_workbench.figures.maps.meter_map import meter_map
from energy_workbench.figures.pattern import pattern
from energy_workbench.figures.status import distributions
from energy_workbench.figures.theme import DARK, LIGHT, PAPER, Theme

__all__ = ["DARK", "LIGHT", "PAPER", "Theme", "distributions", "meter_map", "pattern", "power_flow"]
