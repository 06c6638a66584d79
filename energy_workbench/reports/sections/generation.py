"""The site's own generation, the fuel it burnt, and the carbon of all energy."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

from energy_workbench.contract.results import Generation
from energy_workbench.figures.wording.generation import remarks, why_unknown
from energy_workbench.reports.content import charts, words
from energy_workbench.reports.content.blocks import (
    Card,
    Column,
    Element,
    Figure,
    Section,
    amount,
    heading,
    known_within,
    paragraph,
    table,
)
from energy_workbench.reports.errors import together
from energy_workbench.reports.report_context import SOURCE_TYPES, ReportContext

MEASURED = {
    "grid_import_kwh": "grid",
    "grid_export_kwh": "grid",
    "dg_kwh": "generator",
    "solar_kwh": "solar",
    "diesel_litres": "generator",
    "other_kwh": "producer",
}
"""What is rounded by the error of which sources; litres are not known better than the energy they made."""


def generation_figures(about: ReportContext) -> list[Card]:
    """Key figures of diesel, solar and the grid."""
    made = about.generation
    litres = "estimated by load" if made.diesel_estimated else "metered"
    delivered = "estimated" if "dg_run_hours" in made.estimated else "time in which they delivered"
    hours = "counted by the generators" if made.dg_hours_counted else delivered
    net, unit = made.net_kg, made.units["net_kg"].replace("kg", "t")
    about_net = "scopes 1 and 2, memo" if net is not None else f"not known: {why_unknown(made.to_dict(), 'net_kg')}"
    by_type = {name: about.error_of(kind) for name, kind in MEASURED.items()}
    errors = {name: together([(share, getattr(made, name))]) for name, share in by_type.items()}
    sent = f"{words.measured(made.grid_export_kwh, errors['grid_export_kwh'])} kWh sent back"
    # What solar delivered less what went to the grid: both meters err.
    self_used = math.hypot(errors["solar_kwh"], errors["grid_export_kwh"])
    burnt = together([(by_type["dg_kwh"], made.diesel_litres)])
    carbon = together([(about.error_of(*SOURCE_TYPES), None if net is None else net / 1000)])
    neither, others = "neither solar nor diesel", errors["other_kwh"]
    return [
        amount(
            "Solar",
            made.solar_kwh,
            "kWh",
            _of(made.solar_share, "of the site's use"),
            error=errors["solar_kwh"],
        ),
        amount(
            "Solar used on site",
            made.solar_self_used_kwh,
            "kWh",
            _of(made.solar_self_used_share, "of the solar energy"),
            error=self_used,
        ),
        amount("Diesel generation", made.dg_kwh, "kWh", error=errors["dg_kwh"]),
        *([] if made.other_kwh == 0 else [amount("Other producers", made.other_kwh, "kWh", neither, error=others)]),
        Card("Run hours", words.number(made.dg_run_hours, 1), "h", hours),
        amount("Diesel", made.diesel_litres, "L", litres, error=burnt),
        Card("Specific use", words.number(made.litres_per_kwh, 3), "L/kWh", ""),
        amount("Grid import", made.grid_import_kwh, "kWh", sent, error=errors["grid_import_kwh"]),
        amount("Carbon, net", None if net is None else net / 1000, unit, about_net, error=carbon),
    ]


def generation(about: ReportContext) -> Section:
    """Sources by day, diesel and solar."""
    made = about.generation
    parts: list[Element] = [
        heading("Own generation"),
        *(paragraph(text, kind="note") for text in remarks(made.to_dict()) if "factor" not in text),
    ]
    days = made.days
    if any(day["grid_import_kwh"] or day["solar_kwh"] or day["dg_kwh"] or day["other_kwh"] for day in days):
        parts += [
            heading("Sources by day", level=3),
            Figure(charts.sources(made.to_dict()), "Energy of each source by day [kWh]"),
        ]
    columns = [
        Column("Day", "day"),
        Column("Grid import", unit="kWh"),
        Column("Grid export", unit="kWh"),
        Column("Diesel generation", unit="kWh"),
        Column("Solar", unit="kWh"),
        Column("Diesel", unit="L"),
    ]
    others = made.other_kwh != 0
    if others:
        columns.append(Column("Other producers", unit="kWh"))
    errors = {kind: about.error_of(kind) for kind in SOURCE_TYPES}
    rows = [
        (
            date.fromisoformat(row["day"]),
            known_within(row["grid_import_kwh"], errors["grid"]),
            known_within(row["grid_export_kwh"], errors["grid"]),
            known_within(row["dg_kwh"], errors["generator"]),
            known_within(row["solar_kwh"], errors["solar"]),
            known_within(row["diesel_litres"], errors["generator"]),
            *([known_within(row["other_kwh"], errors["producer"])] if others else []),
        )
        for row in days
    ]
    parts += [heading("Every day", level=3), table("Generation by day", columns, rows)]
    if made.generators:
        parts += [heading("Generators", level=3), _generators(about)]
    return Section(tuple(parts))


def _generators(about: ReportContext) -> Element:
    columns = [
        Column("Generator", "text"),
        Column("Energy", unit="kWh"),
        Column("Run hours", unit="h"),
        Column("Hours", "text"),
        Column("Diesel", unit="L"),
        Column("Litres", "text"),
        Column("Specific use", unit="L/kWh", digits=3),
    ]
    errors = {row["number"]: about.errors[row["id"]] for row in about.tree}
    rows = [
        (
            row["number"],
            known_within(row["energy_kwh"], errors.get(row["number"])),
            row["run_hours"],
            "counted" if row["hours_counted"] else "by delivery",
            known_within(row["litres"], errors.get(row["number"])),
            "estimated" if row["litres_estimated"] else "metered",
            row["litres_per_kwh"],
        )
        for row in about.generation.generators
    ]
    return table("Generators", columns, rows)


def carbon(about: ReportContext) -> Section:
    """Emissions by scope, and the factors that were used."""
    made = about.generation
    carries = about.error_of(*SOURCE_TYPES)
    rows: list[tuple[Any, ...]] = [
        (
            label,
            known_within(kg, carries),
            made.units[name],
            "" if kg is not None else why_unknown(made.to_dict(), name),
        )
        for name, label, kg in _scopes(made)
    ]
    columns = [
        Column("Emission", "text"),
        Column("Amount"),
        Column("Unit", "text"),
        Column("Why not known", "text"),
    ]
    if all(kg is not None for _, _, kg in _scopes(made)):
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    heads = [
        Column("Factor", "text", width=16),
        Column("Year", "text", width=6),
        Column("Value", digits=4, width=8),
        Column("Unit", "text", width=13),
        Column("Gases", "text", width=14),
        Column("Valid from", "text", width=12),
        Column("Source", "text", width=44),
    ]
    factors = [
        (
            f["name"].replace("_", " "),
            f"{f['year']}{' (old)' if f['old'] else ''}" if f["year"] else words.NONE,
            f["value"],
            f["unit"],
            f["gases"],
            f["valid_from"] or "always",
            f["source"],
        )
        for f in made.factors
        if f["holds"]
    ]
    parts: list[Element] = [heading("Carbon")]
    parts += [paragraph(text, kind="notice") for text in remarks(made.to_dict()) if "factor" in text]
    parts.append(table("Carbon", columns, rows))
    parts += [heading("Emission factors", level=3), table("Factors", heads, factors)]
    return Section(tuple(parts))


def _scopes(made: Generation) -> list[tuple[str, str, float | None]]:
    """Name, label and amount of each figure [kg]; the label of the market-based one says what it is made with."""
    return [
        ("scope1_kg", "Scope 1: fuel burnt on site", made.scope1_kg),
        ("scope2_location_kg", "Scope 2: grid, location-based", made.scope2_location_kg),
        ("scope2_market_kg", f"Scope 2: grid, market-based ({made.market_basis})", made.scope2_market_kg),
        ("avoided_kg", "Avoided by solar used on site (memo)", made.avoided_kg),
        ("net_kg", "Net (memo)", made.net_kg),
    ]


def _of(share: float | None, what: str) -> str:
    return f"{words.percent(share)} {what}" if share is not None else ""
