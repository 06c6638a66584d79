"""Answers as values: what the façade gives and what REST sends."""

from __future__ import annotations

from energy_workbench.contract.results.energies import Completeness, Energies, Intervals, Pattern
from energy_workbench.contract.results.generation import Generation, GenerationComparison
from energy_workbench.contract.results.load import Comparison, Demand, LoadShape
from energy_workbench.contract.results.losses import Balance, Losses
from energy_workbench.contract.results.meters import METER_COLUMNS, MeterTable, Readings, StatusSummary
from energy_workbench.contract.results.overview import Overview, PowerFlow
from energy_workbench.contract.results.reports import WrittenReports

__all__ = [
    "METER_COLUMNS",
    "Balance",
    "Comparison",
    "Completeness",
    "Demand",
    "Energies",
    "Generation",
    "GenerationComparison",
    "Intervals",
    "LoadShape",
    "Losses",
    "MeterTable",
    "Overview",
    "Pattern",
    "PowerFlow",
    "Readings",
    "StatusSummary",
    "WrittenReports",
]
