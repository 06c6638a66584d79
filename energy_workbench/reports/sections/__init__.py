"""Sections that reports are put together from: each takes a `ReportContext` and gives what is shown."""

from energy_workbench.reports.sections.alarms import alarms
from energy_workbench.reports.sections.front import contents, cover, summary
from energy_workbench.reports.sections.generation import carbon, generation, generation_figures
from energy_workbench.reports.sections.load import day, days, load, peaks, shifts
from energy_workbench.reports.sections.losses import losses, losses_figures, power_flow
from energy_workbench.reports.sections.meters import by_tree, by_unit
from energy_workbench.reports.sections.notes import notes
from energy_workbench.reports.sections.quality import completeness, events, findings, gaps, quality_figures

__all__ = [
    "alarms", "by_tree", "by_unit", "carbon", "completeness", "contents", "cover", "day", "days", "events", "findings",
    "gaps",
    "generation", "generation_figures", "load", "losses", "losses_figures", "notes", "peaks", "power_flow",
    "quality_figures", "shifts", "summary",
]  # fmt: skip
