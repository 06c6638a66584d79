"""HTML of the page of generation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlencode

from markupsafe import Markup

from energy_workbench.contract.results import Generation
from energy_workbench.contract.rows.generation import GenerationFigure, GeneratorRow
from energy_workbench.figures.wording.generation import remarks, why_unknown
from energy_workbench.figures.wording.words import UNKNOWN, amount, percent
from energy_workbench.widgets.generation.change import change
from energy_workbench.widgets.generation.factors import PeriodFactor

SUSPICIOUS = 0.1
"""Deviation of the metered fuel from that by load, from which on it is marked [1]."""


def note(text: str, now: Generation) -> Markup:
    """Notes about the figures below, a line each."""
    lines = [text, *remarks(now.to_dict())]
    return Markup().join(Markup('<p class="ew-note">{}</p>').format(line) for line in lines if line)


def generators(rows: Sequence[GeneratorRow]) -> Markup:
    """Each generator with its energy, hours, fuel, load and the check of its fuel."""
    if not rows:
        return Markup('<p class="ew-more">No generator is set up: give a meter the type generator.</p>')
    heads = ("Generator", "Energy", "Run hours", "Diesel", "L/kWh", "Mean load", "Fuel check")
    body = Markup().join(
        Markup(
            "<tr><th>{}</th><td>{}</td><td>{}<small>{}</small></td><td>{}<small>{}</small></td><td>{}</td>"
            "<td>{}<small>of {}{}</small></td><td>{}</td></tr>"
        ).format(
            _meter(row["number"]),
            amount(row["energy_kwh"], "kWh"),
            amount(row["run_hours"], "h"),
            "counted" if row["hours_counted"] else "by load",
            amount(row["litres"], "L"),
            "estimated" if row["litres_estimated"] else "metered",
            UNKNOWN if row["litres_per_kwh"] is None else format(row["litres_per_kwh"], ".3f"),
            percent(row["mean_load"]),
            amount(row["rated_kw"], "kW"),
            " (its highest)" if row["rated_assumed"] else " rated",
            _fuel(row),
        )
        for row in rows
    )
    return _table(heads, body, "ew-balance ew-tall")


def _fuel(row: GeneratorRow) -> Markup:
    deviation = row["fuel_deviation"]
    by_load = f"{amount(row['load_litres'], 'L')} by load"
    if deviation is None:
        return Markup("no fuel meter<small>{}</small>").format(by_load)
    mark = "✓ agrees" if abs(deviation) < SUSPICIOUS else "⚠ check: theft, leak or a wrong meter"
    return Markup("{:+.1f} %, {}<small>{}</small>").format(100 * deviation, mark, by_load)


def _meter(number: str) -> Markup:
    return Markup('<a class="ew-go" href="meter?{}">{}</a>').format(urlencode({"meter": number}), number)


def scopes(now: Generation, changes: Mapping[str, GenerationFigure], beside: str) -> Markup:
    """Gross emissions by scope, and below them, set apart, the memo figures."""
    location = "the grid's average factor"
    market = now.market_basis
    fuel = "estimated by load" if now.diesel_estimated else "metered"
    others = "" if now.other_kwh == 0 else ", other producers by their factor"
    rows = [
        ("Scope 1: fuel burnt on site", "scope1_kg", f"litres of diesel {fuel}{others}", ""),
        ("Scope 2: grid electricity, location-based", "scope2_location_kg", location, ""),
        ("Scope 1 + 2, location-based", "gross_kg", "gross", "ew-sum"),
        ("Scope 2: grid electricity, market-based", "scope2_market_kg", market, ""),
    ]  # fmt: skip
    memo = [
        ("Avoided by solar used on site", "avoided_kg",
         "solar used on site × the grid's factor; it has lowered the grid import already", ""),
        ("Net", "net_kg",
         "Scope 1 + Scope 2 (location-based) − the credit for exported energy; avoided is not taken off", ""),
    ]  # fmt: skip
    heads = ("Gross emissions", "", f"Against {beside}" if changes else "")
    gross = _table(heads, Markup().join(_emission(now, changes, *row) for row in rows), "ew-scopes")
    aside = _table((), Markup().join(_emission(now, changes, *row) for row in memo), "ew-scopes")
    return Markup(
        '<div>{}</div><div class="ew-memo"><h3>Memo figures: reported beside the scopes, not part of them</h3>{}</div>'
    ).format(gross, aside)


def _gross(now: Generation) -> float | None:
    """Scope 1 and 2 together, location-based."""
    if now.scope1_kg is None or now.scope2_location_kg is None:
        return None
    return now.scope1_kg + now.scope2_location_kg


def _emission(
    now: Generation, changes: Mapping[str, GenerationFigure], text: str, name: str, about: str, classes: str
) -> Markup:
    figure = "net_kg" if name == "gross_kg" else name
    value: float | None = _gross(now) if name == "gross_kg" else getattr(now, name)
    unit = now.units[figure]
    told = change(changes[name], unit) if changes else ""
    note = about if value is not None else why_unknown(now.to_dict(), figure)
    return Markup('<tr class="{}"><th>{}<small>{}</small></th><td><b>{}</b></td><td>{}</td></tr>').format(
        classes, text, note, amount(value, unit), told
    )


def factors(rows: Sequence[PeriodFactor]) -> Markup:
    """The emission factors, dated and sourced; the site's own are marked."""
    if not rows:
        return Markup('<p class="ew-more">There is no emission factor for this site: an engineer can state one.</p>')
    body = Markup().join(
        Markup('<tr class="{}"><th>{}</th><td>{:g} {}</td><td>{}</td><td>{}</td><td>{}</td><td>{}{}</td></tr>').format(
            "" if row["holds"] else "ew-idle",
            row["meaning"],
            row["value"],
            row["unit"],
            row["gases"],
            _since(row["valid_from"]),
            _holds(row),
            Markup("<span class=ew-own>own</span> ") if row["own"] else "",
            row["source"],
        )
        for row in rows
    )
    return _table(("Factor", "Value", "Gases", "From", "Here", "Source (own: stated by the site)"), body, "ew-factors")


def _holds(row: PeriodFactor) -> str:
    if not row["holds"]:
        return "not in this period"
    return f"⚠ of {row['year']}, old" if row["old"] else "✓ holds"


def _since(day: str | None) -> str:
    return "the beginning" if day is None else f"{date.fromisoformat(day):%d %b %Y}"


def _table(heads: Sequence[str], body: Markup, classes: str) -> Markup:
    cells = Markup().join(Markup("<td>{}</td>").format(text) for text in heads)
    head = Markup("<thead><tr>{}</tr></thead>").format(cells) if heads else Markup()
    return Markup('<table class="ew-list {}">{}<tbody>{}</tbody></table>').format(classes, head, body)
