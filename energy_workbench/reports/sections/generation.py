"""The site's own generation, the fuel it burnt, and the carbon of all energy."""

from __future__ import annotations

from datetime import date
from typing import Any

from energy_workbench.figures.generation_words import remarks, why_unknown
from energy_workbench.reports import charts, words
from energy_workbench.reports.elements import (
    Card,
    Column,
    Element,
    Figure,
    Section,
    heading,
    paragraph,
    table,
)
from energy_workbench.reports.subject import Subject

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
    sent = f"{words.number(found['grid_export_kwh'], 1)} kWh sent back"
    return [
        Card("Solar", words.number(found["solar_kwh"], 1), "kWh", _of(found["solar_share"], "of the site's use")),
        Card(
            "Solar used on site",
            words.number(found["solar_self_used_kwh"], 1),
            "kWh",
            _of(found["solar_self_used_share"], "of the solar energy"),
        ),
        Card("Diesel generation", words.number(found["dg_kwh"], 1), "kWh", ""),
        Card("Run hours", words.number(found["dg_run_hours"], 1), "h", hours),
        Card("Diesel", words.number(found["diesel_litres"], 1), "L", litres),
        Card("Specific use", words.number(found["litres_per_kwh"], 3), "L/kWh", ""),
        Card("Grid import", words.number(found["grid_import_kwh"], 1), "kWh", sent),
        Card("Carbon, net", words.number(None if net is None else net / 1000, 1), unit, about_net),
    ]


def generation(about: Subject) -> Section:
    """Sources by day, diesel and solar."""
    found = about.generation
    parts: list[Element] = [
        heading("Own generation"),
        *(paragraph(text, kind="note") for text in remarks(found) if "factor" not in text),
    ]
    days = found["days"]
    if any(day[name] for day in days for name in ("grid_import_kwh", "solar_kwh", "dg_kwh")):
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
    names = ("grid_import_kwh", "grid_export_kwh", "dg_kwh", "solar_kwh", "diesel_litres")
    rows = [(date.fromisoformat(row["day"]), *(row[name] for name in names)) for row in days]
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
    rows = [
        (
            row["number"],
            row["energy_kwh"],
            row["run_hours"],
            "counted" if row["hours_counted"] else "by delivery",
            row["litres"],
            "estimated" if row["litres_estimated"] else "metered",
            row["litres_per_kwh"],
        )
        for row in about.generation["generators"]
    ]
    return table("Generators", columns, rows)


def carbon(about: Subject) -> Section:
    """Emissions by scope, and the factors that were used."""
    found = about.generation
    rows: list[tuple[Any, ...]] = [
        (label, found[name], found["units"][name], "" if found[name] is not None else why_unknown(found, name))
        for name, label in SCOPES
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
    if found["market_is_location"]:
        text = "No contract's factor was stated: market-based equals location-based emissions."
        parts.append(paragraph(text, kind="note"))
    parts.append(table("Carbon", columns, rows))
    parts += [heading("Emission factors", level=3), table("Factors", heads, factors)]
    return Section(tuple(parts))


def _of(share: float | None, what: str) -> str:
    return f"{words.percent(share)} {what}" if share is not None else ""
