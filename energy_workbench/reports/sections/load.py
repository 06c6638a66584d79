"""Load of a day, of the days of the period and by shifts, and maximum demand."""

from __future__ import annotations

from datetime import datetime

from markupsafe import Markup

from energy_workbench.contract.rows.energy import ComparisonRow
from energy_workbench.domain import maxima
from energy_workbench.figures import PAPER, schema
from energy_workbench.figures import days as by_day
from energy_workbench.figures.ranked import stacked
from energy_workbench.reports.content import charts, words
from energy_workbench.reports.content.blocks import (
    Cell,
    Column,
    Element,
    Figure,
    Html,
    Section,
    heading,
    known_within,
    paragraph,
    table,
)
from energy_workbench.reports.content.heatmap import Cell as Hour
from energy_workbench.reports.content.heatmap import heatmap
from energy_workbench.reports.report_context import ReportContext

CALENDAR_DAYS = 62
"""Longest period whose hours are drawn one by one [days]."""
PEAKS = 5
"""Times of highest demand that are listed."""


def day(about: ReportContext) -> Section:
    """The load of a day, quarter of an hour by quarter of an hour; the values are in the Excel file."""
    points, minutes = about.quarters.points, about.daily.block_minutes
    # Not printed: in the Excel file numbers are whole.
    rows = [(about.local(p["start"]), p["energy_kwh"], p["demand_kw"], p["quality"], p["completeness"]) for p in points]
    columns = [
        Column("Start", "instant"),
        Column("Energy", unit="kWh"),
        Column("Demand", unit="kW"),
        Column("Quality", "text"),
        Column("Complete", "share"),
    ]
    return Section(
        (
            heading(f"Load of {about.number}"),
            _chart(
                charts.placed(by_day.day_load(points, about.zone, minutes=minutes, theme=PAPER), charts.LOAD_HEIGHT),
                f"Mean load in each {minutes} minutes [kW]",
            ),
            table("Load", columns, rows, shown=False),
        )
    )


def days(about: ReportContext) -> Section:
    """The energy of every day, beside that of the same weekday some weeks before where that is known."""
    before = {row["start"]: row for row in about.comparison.rows} if about.comparison else {}
    weeks = about.comparison.shift_days // 7 if about.comparison else 0
    earlier = f"{weeks} week{'' if weeks == 1 else 's'} before"
    columns = [Column("Day", "day"), Column("Energy", unit="kWh"), Column("Maximum demand", unit="kW")]
    columns += [
        Column("Complete", "share"),
        *([Column(earlier, unit="kWh"), Column("Change", "share")] if before else []),
    ]
    rows = [
        (
            about.local(p["start"]),
            known_within(p["energy_kwh"], about.error),
            known_within(p["demand_kw"], about.error),
            p["completeness"],
            *(_beside(before.get(p["start"]), about.error) if before else ()),
        )
        for p in about.daily.points
    ]
    drawn = by_day.daily_energy(about.daily.points, about.zone, theme=PAPER)
    height = charts.WEEK_HEIGHT if len(rows) <= charts.WEEK else charts.DAILY_HEIGHT
    return Section(
        (
            heading(f"Energy by day: {about.number}", level=3),
            _chart(charts.placed(drawn, height), "Energy of each day [kWh]"),
            table("Days", columns, rows, shown=len(rows) <= charts.WEEK),
        )
    )


def _beside(row: ComparisonRow | None, error: float) -> tuple[Cell | None, float | None]:
    """Energy of the same weekday before, and the change against it [1]."""
    if row is None:
        return None, None
    change = row["change_percent"]
    return known_within(row["before_kwh"], error), None if change is None else change / 100


def load(about: ReportContext) -> Section:
    """How the load runs over the day and the period, and when it peaks."""
    parts: list[Element] = [heading(f"Load of {about.number}", page=True)]
    typical = charts.placed(by_day.typical_days(about.hourly.points, about.zone, theme=PAPER), charts.LOAD_HEIGHT)
    parts += [heading("Typical days", level=3), _chart(typical, "Mean load by hour of the day [kW]")]
    if len(about.daily.points) <= CALENDAR_DAYS:
        parts += [heading("Every hour", level=3), Html(_calendar(about))]
    return Section((*parts, *peaks(about).parts))


def peaks(about: ReportContext) -> Section:
    """The days, or of a day the quarters of an hour, of highest demand."""
    pattern = about.quarters if about.hours else about.daily
    demands = [(kw, p) for p in pattern.points if (kw := p["demand_kw"]) is not None]
    highest = [demands[at] for at in maxima.greatest([kw for kw, _ in demands], PEAKS)]
    if not highest:
        return Section()
    top = highest[0][0] or 1.0
    when = (
        Column(f"Start of the {about.daily.block_minutes} minutes", "instant") if about.hours else Column("Day", "day")
    )
    rows = [
        (
            about.local(p["start"]),
            known_within(kw, about.error, bar=kw / top),
            known_within(p["energy_kwh"], about.error),
        )
        for kw, p in highest
    ]
    columns = [when, Column("Maximum demand", unit="kW"), Column("Energy", unit="kWh")]
    return Section((heading("Highest demand", level=3), table("Highest demand", columns, rows)))


def shifts(about: ReportContext, *, page: bool = False) -> Section:
    """Energy and load by the site's shifts, and of each unit."""
    items = about.shifts()
    known = [row for row in items if row["energy_kwh"] is not None]
    if not known:
        return Section(
            (heading("Shifts", page=page), paragraph("Too little was fully measured to split the energy by shifts."))
        )
    columns = [
        Column("Shift", "text"),
        Column("Begins", "text"),
        Column("Energy", unit="kWh"),
        Column("Share", "share"),
        Column("Mean load", unit="kW"),
        Column("Maximum demand", unit="kW"),
        Column("Shifts", digits=0),
    ]
    rows = [
        (
            row["shift"],
            row["begins"],
            known_within(row["energy_kwh"], about.error),
            Cell(row["share"], bar=row["share"]),
            known_within(row["mean_kw"], about.error),
            known_within(row["maximum_kw"], about.error),
            row["shifts"],
        )
        for row in items
    ]
    parts: list[Element] = [
        heading("Shifts", page=page),
        paragraph(
            f"Energy of {about.number} by the site's shifts, of the time that is known closely; mean load is the mean "
            f"of the known blocks of {about.daily.block_minutes} minutes.",
            kind="note",
        ),
        table("Shifts", columns, rows),
    ]
    if units := [row for row in about.meters if row["type"] == "unit" and row["id"] != about.meter["id"]]:
        names = [row["shift"] for row in items]
        by_unit = [(unit, {row["shift"]: row for row in about.shifts(unit["id"])}) for unit in units]
        heads = [Column("Unit", "text"), Column("Name", "text")]
        heads += [Column(f"Shift {name}", unit="kWh") for name in names]
        known_by = [(unit, [of[name]["energy_kwh"] if name in of else None for name in names]) for unit, of in by_unit]
        cells = [
            (unit["number"], unit["name"], *(known_within(kwh, about.errors[unit["id"]]) for kwh in values))
            for unit, values in known_by
        ]
        bars = [(unit["number"], values) for unit, values in known_by]
        drawn = stacked(bars, [f"Shift {name}" for name in names], "Energy [kWh]", theme=PAPER)
        parts += [
            heading("Units by shift", level=3),
            _chart(charts.placed(drawn, charts.LOAD_HEIGHT), "Energy of each unit by shift [kWh]"),
            table("Units by shift", heads, cells),
        ]
    return Section(tuple(parts))


def _chart(figure: schema.Figure, text: str) -> Element:
    """A chart, or where nothing is known to be drawn a sentence that says so."""
    from energy_workbench.domain.errors import ReportError

    try:
        return Figure(figure, text)
    except ReportError:
        return paragraph(f"{text}: there are no data for this period.", kind="note")


def _calendar(about: ReportContext) -> Markup:
    starts = [datetime.fromisoformat(p["start"]).astimezone(about.zone) for p in about.daily.points]
    column = {s.date(): index for index, s in enumerate(starts)}
    cells: dict[tuple[int, int], Hour] = {}
    for point in about.hourly.points:
        local = datetime.fromisoformat(point["start"]).astimezone(about.zone)
        if point["energy_kwh"] is None or point["completeness"] < 0.999 or local.date() not in column:
            continue
        error = abs(point["energy_kwh"] * about.error)
        text = f"{local:%a} {local.day} {local:%b %H:%M}: {words.measured(point['energy_kwh'], error)} kW"
        cells[column[local.date()], local.hour] = Hour(point["energy_kwh"], text)
    return heatmap([str(s.day) for s in starts], cells, "Mean load in each hour [kW]: days across, hours down")
