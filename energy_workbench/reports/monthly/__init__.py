"""The monthly report: `gather` what it says, then its sections from front to back."""

from collections.abc import Callable

from energy_workbench.reports.elements import Section
from energy_workbench.reports.monthly.collect import Monthly, collect, gather
from energy_workbench.reports.monthly.flow import losses, power_flow
from energy_workbench.reports.monthly.front import cover, summary
from energy_workbench.reports.monthly.load import load
from energy_workbench.reports.monthly.meters import meters, notes, quality

SECTIONS: tuple[Callable[[Monthly], Section], ...] = (cover, summary, power_flow, load, meters, losses, quality, notes)

__all__ = [
    "SECTIONS", "Monthly", "collect", "cover", "gather", "load", "losses", "meters", "notes", "power_flow",
    "quality", "summary",
]  # fmt: skip
