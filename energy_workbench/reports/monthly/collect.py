"""What the monthly report says, asked of the workbench once and kept as plain values."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from energy_workbench.core.clock import now
from energy_workbench.core.entities import Flow
from energy_workbench.core.errors import ReportError
from energy_workbench.core.period import Period, local_midnight, parse_period, zone_of
from energy_workbench.questions import Questions
from energy_workbench.reports.elements import INPUTS

SOURCE_TYPES = ("grid", "generator", "solar")
MEASURED = (
    "total_kwh",
    "peak_kw",
    "peak_at",
    "load_factor",
    "completeness",
    "days",
    "estimated_days",
    "missing_days",
)
CARDS = ("energy_kwh", "demand_peak_kw", "demand_peak_at", "completeness")


@dataclass(frozen=True, slots=True)
class Monthly:
    """Everything the report shows; the same values give the same report again.

    Attributes
    ----------
    site : dict
        `name` and `timezone`.
    period : dict
        `text`, `start`, `end` of what was asked, and `until`, where the data end that could be there (ISO).
    written_at : str
        ISO instant.
    meter : dict
        The meter the report is about.
    whole : bool
        Whether it is about the site rather than one meter.
    cards : dict
        What the whole site used [kWh], its maximum demand [kW] and when, and its completeness; empty in the
        report of one meter.
    hourly, daily : dict
        Patterns of that meter.
    previous : dict or None
        Daily pattern of the period before; None where that is not known or the period is not over.
    meters : list of dict
        A row a meter, in the order of the tree: `number, name, type, depth, total_kwh, parent_kwh, peak_kw,
        peak_at, load_factor, completeness, days, estimated_days, missing_days`.
    sources : list of dict
        A row a supply of the site: `number, name, type, delivered_kwh, returned_kwh`.
    flow : dict or None
        Flow of energy; None in the report of one meter.
    """

    site: dict[str, str]
    period: dict[str, str]
    written_at: str
    meter: dict[str, Any]
    whole: bool
    cards: dict[str, Any]
    hourly: dict[str, Any]
    daily: dict[str, Any]
    previous: dict[str, Any] | None
    meters: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    flow: dict[str, Any] | None

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:  # noqa: ARG002
        return {INPUTS: asdict(self), "text/plain": f"{self.meter['number']}, {self.period['text']}"}


def collect(wb: Questions, period: str, meter: str = "") -> Monthly:
    """Ask the workbench for everything in the report.

    Parameters
    ----------
    wb : Questions
        A local workbench or one over its service: the numbers are those that REST gives.
    period : str
        As people write it; usually a month.
    meter : str
        Number or id; empty is the whole site.

    Raises
    ------
    ReportError
        If nothing is known of the meter in that period, or it lies in the future.
    NotFoundError
        If there is no such meter.
    """
    site = wb.site()
    zone = zone_of(site["timezone"])
    instant = now()
    span = parse_period(period, zone, instant)
    if span.start >= instant:
        raise ReportError(f"the period {period} lies in the future: nothing can be reported of it yet")
    until = min(span.end, instant)
    chosen = wb.meter(meter) if meter else None
    hourly = wb.pattern(chosen["number"] if chosen else None, period, every="1h").to_dict()
    if hourly["total_kwh"] is None:
        raise ReportError(
            f"there are no data of {hourly['number']} in {period}: import its history, or ask for another period"
        )
    tree = _below(wb.meters().records(), chosen["id"] if chosen else None)
    rows = _meters(wb, tree, period)
    return Monthly(
        site=dict(site),
        period={
            "text": period,
            "start": span.start.isoformat(),
            "end": span.end.isoformat(),
            "until": until.isoformat(),
        },
        written_at=instant.isoformat(),
        meter=next(row for row in tree if row["number"] == hourly["number"]),
        whole=chosen is None,
        cards={} if chosen else {key: found for key, found in wb.overview(period).cards.items() if key in CARDS},
        hourly=hourly,
        daily=wb.pattern(hourly["number"], period, every="1d").to_dict(),
        previous=_previous(wb, hourly["number"], span) if until == span.end else None,
        meters=rows,
        sources=[] if chosen else [_source(wb, row, period, rows) for row in tree if row["type"] in SOURCE_TYPES],
        flow=None if chosen else wb.flow(period).to_dict(),
    )


def gather(period: str, meter: str = "", inputs: str = "") -> Monthly:
    """What the report is made from: asked of the home of the environment, or as archived.

    Parameters
    ----------
    inputs : str
        Path of the archived inputs of an earlier report; then nothing is asked.
    """
    if inputs:
        return Monthly(**json.loads(Path(inputs).read_text("utf-8")))
    import energy_workbench

    return collect(energy_workbench.open(), period, meter)


def before(period: Period, zone_name: str) -> Period:
    """The period of the same kind before: the calendar month before a month, else as many days before."""
    zone = zone_of(zone_name)
    start, end = period.start.astimezone(zone), period.end.astimezone(zone)
    months = (end.year - start.year) * 12 + end.month - start.month
    if months and (start.day, end.day, start.hour, end.hour) == (1, 1, 0, 0):
        first = start.year * 12 + start.month - 1 - months
        opening = local_midnight(start.date().replace(year=first // 12, month=first % 12 + 1), zone)
    elif (start.hour, start.minute, end.hour, end.minute) == (0, 0, 0, 0):
        opening = local_midnight(start.date() - (end.date() - start.date()), zone)
    else:
        opening = period.start - (period.end - period.start)
    return Period(opening, period.start, f"{opening.isoformat()}/{period.start.isoformat()}")


def _previous(wb: Questions, number: str, span: Period) -> dict[str, Any] | None:
    earlier = before(span, wb.site()["timezone"])
    found = wb.pattern(number, earlier.text, every="1d").to_dict()
    return None if found["total_kwh"] is None else found


def _below(rows: list[dict[str, Any]], root: str | None) -> list[dict[str, Any]]:
    """Rows of the tree at and below a meter (all by default), each after its parent, with its depth."""
    known = {row["id"] for row in rows}
    children: dict[str | None, list[dict[str, Any]]] = {}
    for row in rows:
        children.setdefault(row["parent_id"] if row["parent_id"] in known else None, []).append(row)
    found: list[dict[str, Any]] = []

    def walk(row: dict[str, Any], depth: int) -> None:
        kept = ("id", "number", "name", "type", "parent_id", "location", "flow")
        found.append({**{key: row[key] for key in kept}, "depth": depth})
        for child in children.get(row["id"], []):
            walk(child, depth + 1)

    for row in [r for r in rows if r["id"] == root] if root else children.get(None, []):
        walk(row, 0)
    return found


def _meters(wb: Questions, tree: list[dict[str, Any]], period: str) -> list[dict[str, Any]]:
    """Energy, demand and quality of every meter of the tree over the period."""
    found = {row["meter"]: row for row in wb.energies(period)}
    shown = {meter["id"] for meter in tree}
    return [
        {
            **{key: meter[key] for key in ("number", "name", "type", "depth")},
            **{key: found[meter["id"]][key] for key in MEASURED},
            "parent_kwh": found[meter["parent_id"]]["total_kwh"] if meter["parent_id"] in shown else None,
        }
        for meter in tree
    ]


def _source(wb: Questions, meter: dict[str, Any], period: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """What a source delivered to the site over the period, and what flowed back into it where that can be."""
    returned = None
    if meter["flow"] == Flow.BIDIRECTIONAL:
        buckets = wb.intervals(meter["number"], period, every="1mo").records()
        known = [row["energy_export_kwh"] for row in buckets if row["energy_export_kwh"] is not None]
        returned = sum(known) if known else None
    return {
        **{key: meter[key] for key in ("number", "name", "type")},
        "delivered_kwh": next(row["total_kwh"] for row in rows if row["number"] == meter["number"]),
        "returned_kwh": returned,
    }


def span_of(data: Monthly) -> Period:
    """The part of the period that the report covers."""
    start, until = (datetime.fromisoformat(data.period[key]) for key in ("start", "until"))
    # The last day counts as whole, so that a running month reads `1 – 23 November`.
    zone = zone_of(data.site["timezone"])
    if until < datetime.fromisoformat(data.period["end"]):
        until = local_midnight(until.astimezone(zone).date() + timedelta(days=1), zone)
    return Period(start, until, data.period["text"])
