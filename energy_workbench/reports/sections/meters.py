"""Energy and demand of each meter, in the order of the tree, and unit by unit."""

from __future__ import annotations

from energy_workbench.figures import PAPER
from energy_workbench.figures.ranked import ranked
from energy_workbench.reports.content import charts
from energy_workbench.reports.content.blocks import (
    Cell,
    Column,
    Element,
    Figure,
    Section,
    heading,
    known_within,
    paragraph,
    table,
)
from energy_workbench.reports.report_context import ReportContext


def by_tree(about: ReportContext) -> Section:
    """Every meter in the order of the tree, as it was at the end of the period."""
    columns = [
        Column("Meter", "text", width=26),
        Column("Name", "text", width=19),
        Column("Energy", unit="kWh", width=12),
        Column("Of parent", "share", width=8),
        Column("Peak", unit="kW", width=8.5),
        Column("Peak at", "instant", width=11),
        Column("Load factor", "share", width=7.5),
        Column("Complete", "share", width=8),
    ]
    totals = {row["id"]: row["total_kwh"] for row in about.meters}
    rows = [
        (
            Cell(row["number"], row["depth"], strong=row["node"]),
            row["name"],
            known_within(row["total_kwh"], about.errors[row["id"]]),
            _share(row["total_kwh"], totals.get(row["parent_id"] or "")),
            known_within(row["peak_kw"], about.errors[row["id"]]),
            about.local(row["peak_at"]),
            row["load_factor"],
            row["completeness"],
        )
        for row in about.meters
    ]
    return Section((heading("Meters", page=len(rows) > 12), table("Meters", columns, rows, kind="tree")))


def by_unit(about: ReportContext, *, page: bool = False) -> Section:
    """The units, the largest first; of a meter without units those right below it."""
    rows = [row for row in about.meters if row["type"] == "unit" and row["id"] != about.meter["id"]]
    rows = rows or [row for row in about.meters if row["parent_id"] == about.meter["id"]]
    energies = [(row, kwh) for row in rows if (kwh := row["total_kwh"]) is not None]
    known = sorted(energies, key=lambda each: -each[1])
    if not known:
        return Section()
    total, most = sum(kwh for _, kwh in known), known[0][1]
    columns = [
        Column("Unit", "text"),
        Column("Name", "text"),
        Column("Energy", unit="kWh"),
        Column("Share of the units", "share"),
        Column("Maximum demand", unit="kW"),
        Column("At", "instant"),
        Column("Load factor", "share"),
    ]
    cells = [
        (
            row["number"],
            row["name"],
            known_within(kwh, about.errors[row["id"]]),
            Cell(_share(kwh, total), bar=_share(kwh, most)),
            known_within(row["peak_kw"], about.errors[row["id"]]),
            about.local(row["peak_at"]),
            row["load_factor"],
        )
        for row, kwh in known
    ]
    drawn = ranked([(row["number"], kwh) for row, kwh in known[:25]], "Energy [kWh]", theme=PAPER)
    parts: list[Element] = [heading("Units", page=page)]
    if total:
        parts.append(Figure(charts.placed(drawn), "Energy of each unit [kWh]"))
    if len(known) < len(rows):
        silent = len(rows) - len(known)
        parts.append(paragraph(f"Of {silent} unit{'' if silent == 1 else 's'} nothing is known.", kind="note"))
    return Section((*parts, table("Units", columns, cells)))


def _share(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
