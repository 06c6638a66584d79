"""The site's own generation, the fuel it burnt, and the carbon of all energy."""

from __future__ import annotations

import math
from datetime import date
from typing import Any

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
from energy_workbench.reports.subject import SOURCE_TYPES, Subject

MEASURED = {
    "grid_import_kwh": "grid",
    "grid_export_kwh": "grid",
    "dg_kwh": "generator",
    "solar_kwh": "solar",
    "diesel_litres": "generator",
    "other_kwh": "producer",
}
"""What is rounded by the error of which sources; litres are not known better than the energy they made."""
SCOPES = (
    ("scope1_kg", "Scope 1: fuel burnt on site"),
    ("scope2_location_kg", "Scope 2: grid, location-based"),
    ("scope2_market_kg", "Scope 2: grid, market-based"),
    ("avoided_kg", "Avoided by solar used on site (memo)"),
    ("net_kg", "Net (memo)"),
)


def generation_figures(about: Subject) -> list[Card]:
    """Key figures of diesel, solar and the grid."""
    found = about.generation
    litres = "estimated by load" if found["diesel_estimated"] else "metered"
    delivered = "estimated" if "dg_run_hours" in found["estimated"] else "time in which they delivered"
    hours = "counted by the generators" if found["dg_hours_counted"] else delivered
    net, unit = found["net_kg"], found["units"]["net_kg"].replace("kg", "t")
    about_net = "scopes 1 and 2, memo" if net is not None else f"not known: {why_unknown(found, 'net_kg')}"
    by_type = {name: about.error_of(kind) for name, kind in MEASURED.items()}
    errors = {name: together([(share, found[name])]) for name, share in by_type.items()}
    sent = f"{words.measured(found['grid_export_kwh'], errors['grid_export_kwh'])} kWh sent back"
    # What solar delivered less what went to the grid: both meters err.
    self_used = math.hypot(errors["solar_kwh"], errors["grid_export_kwh"])
    burnt = together([(by_type["dg_kwh"], found["diesel_litres"])])
    carbon = together([(about.error_of(*SOURCE_TYPES), None if net is None else net / 1000)])
    neither, others = "neither solar nor diesel", errors["other_kwh"]
    return [
        amount(
            "Solar",
            found["solar_kwh"],
            "kWh",
            _of(found["solar_share"], "of the site's use"),
            error=errors["solar_kwh"],
        ),
        amount(
            "Solar used on site",
            found["solar_self_used_kwh"],
            "kWh",
            _of(found["solar_self_used_share"], "of the solar energy"),
            error=self_used,
        ),
        amount("Diesel generation", found["dg_kwh"], "kWh", error=errors["dg_kwh"]),
        *(
            []
            if found["other_kwh"] == 0
            else [amount("Other producers", found["other_kwh"], "kWh", neither, error=others)]
        ),
        Card("Run hours", words.number(found["dg_run_hours"], 1), "h", hours),
        amount("Diesel", found["diesel_litres"], "L", litres, error=burnt),
        Card("Specific use", words.number(found["litres_per_kwh"], 3), "L/kWh", ""),
        amount("Grid import", found["grid_import_kwh"], "kWh", sent, error=errors["grid_import_kwh"]),
        amount("Carbon, net", None if net is None else net / 1000, unit, about_net, error=carbon),
    ]


def generation(about: Subject) -> Section:
    """Sources by day, diesel and solar."""
    found = about.generation
    parts: list[Element] = [
        heading("Own generation"),
        *(paragraph(text, kind="note") for text in remarks(found) if "factor" not in text),
    ]
    days = found["days"]
    if any(day[name] for day in days for name in ("grid_import_kwh", "solar_kwh", "dg_kwh", "other_kwh")):
        parts += [
            heading("Sources by day", level=3),
            Figure(charts.sources(found), "Energy of each source by day [kWh]"),
        ]
    columns = [
        Column("Day", "day"),
        Column("Grid import", unit="kWh"),
        Column("Grid export", unit="kWh"),
        Column("Diesel generation", unit="kWh"),
        Column("Solar", unit="kWh"),
        Column("Diesel", unit="L"),
    ]
    shares = {name: about.error_of(kind) for name, kind in MEASURED.items()}
    if found["other_kwh"] == 0:
        del shares["other_kwh"]
    else:
        columns.append(Column("Other producers", unit="kWh"))
    rows = [
        (date.fromisoformat(row["day"]), *(known_within(row[name], share) for name, share in shares.items()))
        for row in days
    ]
    parts += [heading("Every day", level=3), table("Generation by day", columns, rows)]
    if found["generators"]:
        parts += [heading("Generators", level=3), _generators(about)]
    return Section(tuple(parts))


def _generators(about: Subject) -> Element:
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
        for row in about.generation["generators"]
    ]
    return table("Generators", columns, rows)


def carbon(about: Subject) -> Section:
    """Emissions by scope, and the factors that were used."""
    found = about.generation
    carries = about.error_of(*SOURCE_TYPES)
    rows: list[tuple[Any, ...]] = [
        (
            label,
            known_within(found[name], carries),
            found["units"][name],
            "" if found[name] is not None else why_unknown(found, name),
        )
        for name, label in _scopes(found)
    ]
    columns = [
        Column("Emission", "text"),
        Column("Amount"),
        Column("Unit", "text"),
        Column("Not known because", "text"),
    ]
    if all(found[name] is not None for name, _ in SCOPES):
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
        for f in found["factors"]
        if f["holds"]
    ]
    parts: list[Element] = [heading("Carbon")]
    parts += [paragraph(text, kind="notice") for text in remarks(found) if "factor" in text]
    parts.append(table("Carbon", columns, rows))
    parts += [heading("Emission factors", level=3), table("Factors", heads, factors)]
    return Section(tuple(parts))


def _scopes(found: dict[str, Any]) -> list[tuple[str, str]]:
    """The figures with their labels; the market-based one says what it is made with."""
    basis = {"scope2_market_kg": f" ({found['market_basis']})"}
    return [(name, f"{label}{basis.get(name, '')}") for name, label in SCOPES]


def _of(share: float | None, what: str) -> str:
    return f"{words.percent(share)} {what}" if share is not None else ""
