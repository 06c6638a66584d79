"""Sections that reports are put together from: each takes a `Subject` and gives what is shown."""

from energy_workbench.reports.sections.front import contents, cover, summary
from energy_workbench.reports.sections.generation import carbon, generation
from energy_workbench.reports.sections.load import day, days, load, peaks, shifts
from energy_workbench.reports.sections.losses import losses, power_flow
from energy_workbench.reports.sections.meters import by_tree, by_unit
from energy_workbench.reports.sections.notes import notes
from energy_workbench.reports.sections.quality import completeness, events, findings, gaps

__all__ = [
    "by_tree", "by_unit", "carbon", "completeness", "contents", "cover", "day", "days", "events", "findings", "gaps",
    "generation", "load", "losses", "notes", "peaks", "power_flow", "shifts", "summary",
]  # fmt: skip
