"""Every meter in the order of the tree, which of them have gaps, and how the numbers are made."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.core.period import zone_of
from energy_workbench.reports import words
from energy_workbench.reports.elements import Column, Section, bullets, heading, indented, paragraph, table
from energy_workbench.reports.monthly.collect import Monthly


def meters(data: Monthly) -> Section:
    """Every meter in the order of the tree."""
    zone = zone_of(data.site["timezone"])
    columns = [
        Column("Meter", False),
        Column("Name", False),
        Column("Energy [kWh]"),
        Column("Of parent"),
        Column("Peak [kW]"),
        Column("Peak at"),
        Column("Load factor"),
        Column("Complete"),
    ]
    pairs = zip(data.meters, data.meters[1:], strict=False)
    nodes = {row["number"] for row, following in pairs if following["depth"] > row["depth"]}
    rows = [
        (
            indented(row["number"], row["depth"], strong=row["number"] in nodes),
            row["name"],
            words.number(row["total_kwh"], 1),
            words.percent(row["total_kwh"] / row["parent_kwh"])
            if row["parent_kwh"] and row["total_kwh"] is not None
            else words.NONE,
            words.number(row["peak_kw"], 1),
            _short_instant(row["peak_at"], zone),
            words.percent(row["load_factor"]),
            words.percent(row["completeness"]),
        )
        for row in data.meters
    ]
    return Section((heading("Meters", page=True), table(columns, rows, kind="tree")))


def quality(data: Monthly) -> Section:
    """Which meters have gaps or estimated values."""
    rows = [
        (
            row["number"],
            row["name"],
            words.percent(row["completeness"], 2),
            words.number(row["estimated_days"]),
            words.number(row["missing_days"]),
            words.number(row["days"]),
        )
        for row in data.meters
        if unclear(row)
    ]
    columns = [
        Column("Meter", False),
        Column("Name", False),
        Column("Complete"),
        Column("Days with estimates"),
        Column("Days not known"),
        Column("Days in all"),
    ]
    shown = table(columns, rows) if rows else paragraph("Every meter was measured without a gap over the whole period.")
    return Section((heading("Data quality"), shown))


def notes(data: Monthly) -> Section:
    """How the numbers are made."""
    return Section(
        (
            heading("How to read this report"),
            bullets(
                (
                    "Energy is the difference of a meter's counter over 15-minute intervals, in primary values: CT and "
                    "PT ratios are those valid at the time.",
                    "Demand is the mean power of one complete 15-minute interval; estimated intervals are no peaks.",
                    "Load factor is the mean load of the known hours divided by the maximum demand.",
                    "Across a gap, energy is exactly the difference of the counter; only its distribution over time is "
                    "estimated. What is not known is shown as – and never as 0.",
                    f"Days and hours are those of {data.site['timezone']}.",
                    "The same numbers are given by the dashboard, by REST and in Python for the same meter and period.",
                )
            ),
        )
    )


def unclear(row: dict[str, Any]) -> bool:
    return bool(row["estimated_days"] or row["missing_days"] or row["completeness"] < 0.999)


def _short_instant(value: str | None, zone: ZoneInfo) -> str:
    if value is None:
        return words.NONE
    local = datetime.fromisoformat(value).astimezone(zone)
    return f"{local.day} {local:%b %H:%M}"
