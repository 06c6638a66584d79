"""How the load runs over the day and the period, and when it peaks."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from energy_workbench.core.period import zone_of
from energy_workbench.reports import charts, words
from energy_workbench.reports.elements import Column, Figure, Html, Section, bar, heading, table
from energy_workbench.reports.heatmap import Cell, heatmap
from energy_workbench.reports.monthly.collect import Monthly

CALENDAR_DAYS = 62
"""Longest period whose hours are drawn one by one [days]."""

PEAKS = 5
"""Days of highest demand that are listed."""


def load(data: Monthly) -> Section:
    """How the load runs over the day and the month, and when it peaks."""
    zone = zone_of(data.site["timezone"])
    parts: list[Html | Figure] = [
        heading(f"Load of {data.meter['number']}", page=True),
        heading("Typical days", level=3),
        Figure(charts.typical_days(data.hourly["points"], zone), "Mean load by hour of the day [kW]"),
    ]
    if len(data.daily["points"]) <= CALENDAR_DAYS:
        parts += [heading("Every hour", level=3), Html(_calendar(data, zone))]
    peaks = sorted(
        (p for p in data.daily["points"] if p["demand_kw"] is not None), key=lambda p: p["demand_kw"], reverse=True
    )[:PEAKS]
    if peaks:
        highest = peaks[0]["demand_kw"] or 1.0
        rows = [
            (
                words.day(p["start"], zone),
                bar(p["demand_kw"] / highest, words.number(p["demand_kw"], 1)),
                words.number(p["energy_kwh"], 1),
            )
            for p in peaks
        ]
        parts += [
            heading("Days of highest demand", level=3),
            table([Column("Day", False), Column("Maximum demand [kW]"), Column("Energy [kWh]")], rows),
        ]
    return Section(tuple(parts))


def _calendar(data: Monthly, zone: ZoneInfo) -> Markup:
    starts = [datetime.fromisoformat(p["start"]).astimezone(zone) for p in data.daily["points"]]
    column = {s.date(): index for index, s in enumerate(starts)}
    cells: dict[tuple[int, int], Cell] = {}
    for point in data.hourly["points"]:
        local = datetime.fromisoformat(point["start"]).astimezone(zone)
        if point["energy_kwh"] is None or point["completeness"] < 0.999 or local.date() not in column:
            continue
        text = f"{local:%a} {local.day} {local:%b %H:%M}: {words.number(point['energy_kwh'], 1)} kW"
        cells[column[local.date()], local.hour] = Cell(point["energy_kwh"], text)
    return heatmap([str(s.day) for s in starts], cells, "Mean load of every hour [kW]: days across, hours down")
