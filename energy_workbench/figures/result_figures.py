"""Registry of figures by kind of result, where `.figure()` of a result finds its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from energy_workbench.contract.result import DRAWN
from energy_workbench.contract.results import (
    Balance,
    Comparison,
    Demand,
    Energies,
    Generation,
    Intervals,
    LoadShape,
    Losses,
    Pattern,
    PowerFlow,
    StatusSummary,
)
from energy_workbench.figures.picture_name import picture_name
from energy_workbench.figures.plotly_figure import shown


def _power_flow(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.flows.power_flow import power_flow

    return shown(power_flow(payload), picture_name("Power flow", payload))


def _pattern(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.pattern import pattern

    return shown(pattern(payload), picture_name("Consumption", payload))


def _status(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.status import distributions

    return shown(distributions(payload), picture_name("Meter states", payload))


def _balance(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.balance import losses

    return shown(losses(payload), picture_name("Losses", payload))


def _losses(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.balance import over_time

    return shown(over_time(payload), picture_name("Losses over time", payload))


def _generation(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.generation import sources

    return shown(sources(payload), picture_name("Generation", payload))


def _load_shape(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.load_shape import load_shape

    return shown(load_shape(payload), picture_name("Load shape", payload))


def _comparison(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.load_shape import comparison

    return shown(comparison(payload), picture_name("Comparison", payload))


def _intervals(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.pattern import pattern

    items = payload["items"]
    # What it takes; of a meter that only delivers, what it delivers.
    taken, given = (sum(row[f"energy_{way}_kwh"] or 0.0 for row in items) for way in ("import", "export"))
    column = "energy_import_kwh" if taken or not given else "energy_export_kwh"
    peak = max((row["demand_kw"] for row in items if row["demand_kw"] is not None), default=None)
    points = [{**row, "energy_kwh": row[column]} for row in items]
    totals = {"points": points, "total_kwh": max(taken, given), "peak_kw": peak, "peak_at": None}
    if len(items) > 1:
        # Rows end with the bucket that runs, the period may end later.
        last, before = (datetime.fromisoformat(row["start"]) for row in (items[-1], items[-2]))
        totals["to"] = min(last + (last - before), datetime.fromisoformat(payload["to"])).isoformat()
    return shown(pattern({**payload, **totals}), picture_name("Intervals", payload))


def _energies(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.bars import energies

    return shown(energies(payload), picture_name("Energy", payload))


def _maxima(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.bars import maxima

    return shown(maxima(payload), picture_name("Maximum demand", payload))


def fill() -> None:
    """Let `.figure()` of each answer find its figure."""
    DRAWN.update({PowerFlow: _power_flow, Pattern: _pattern, StatusSummary: _status, Balance: _balance})
    DRAWN.update({Losses: _losses, LoadShape: _load_shape, Comparison: _comparison, Generation: _generation})
    DRAWN.update({Intervals: _intervals, Energies: _energies, Demand: _maxima})
