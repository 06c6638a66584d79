"""HTML of the page of generation; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Any
from urllib.parse import urlencode

from energy_workbench.figures.generation_words import remarks, why_unknown
from energy_workbench.figures.words import UNKNOWN, amount, percent
from energy_workbench.widgets.generation.change import change

Payload = Mapping[str, Any]

SUSPICIOUS = 0.1
"""Metered fuel off from what the load says by this share is marked [1]."""


def note(text: str, now: Payload) -> str:
    """What is to be known of the numbers below, a line each."""
    lines = [text, *(remarks(now) if now else [])]
    return "".join(f'<p class="ew-note">{escape(line)}</p>' for line in lines if line)


def generators(rows: Sequence[Payload]) -> str:
    """Each generator with its energy, hours, fuel, load and the check of its fuel."""
    if not rows:
        return '<p class="ew-more">No generator is set up: give a meter the type generator.</p>'
    heads = ("Generator", "Energy", "Run hours", "Diesel", "L/kWh", "Mean load", "Fuel check")
    body = "".join(
        f"<tr><th>{_meter(row['number'])}</th><td>{amount(row['energy_kwh'], 'kWh')}</td>"
        f"<td>{amount(row['run_hours'], 'h')}<small>{'counted' if row['hours_counted'] else 'by load'}</small></td>"
        f"<td>{amount(row['litres'], 'L')}<small>{'estimated' if row['litres_estimated'] else 'metered'}</small></td>"
        f"<td>{UNKNOWN if row['litres_per_kwh'] is None else format(row['litres_per_kwh'], '.3f')}</td>"
        f"<td>{percent(row['mean_load'])}<small>of {amount(row['rated_kw'], 'kW')}"
        f"{' (its highest)' if row['rated_assumed'] else ' rated'}</small></td><td>{_fuel(row)}</td></tr>"
        for row in rows
    )
    return _table(heads, body, "ew-balance ew-tall")


def _fuel(row: Payload) -> str:
    deviation = row["fuel_deviation"]
    by_load = f"{amount(row['load_litres'], 'L')} by load"
    if deviation is None:
        return f"no fuel meter<small>{by_load}</small>"
    mark = "✓ agrees" if abs(deviation) < SUSPICIOUS else "⚠ look: theft, leak or a wrong meter"
    return f"{100 * deviation:+.1f} %, {mark}<small>{by_load}</small>"


def _meter(number: str) -> str:
    return f'<a class="ew-go" href="meter?{escape(urlencode({"meter": number}))}">{escape(number)}</a>'


def scopes(now: Payload, changes: Payload, beside: str) -> str:
    """Gross emissions by scope, and below them, set apart, the memo figures."""
    now = {**now, "gross_kg": _sum(now)}
    location = "the grid's average factor"
    market = now["market_basis"]
    fuel = "estimated by load" if now["diesel_estimated"] else "metered"
    others = "" if now["other_kwh"] == 0 else ", other producers by their factor"
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
    return (
        "<div>"
        + _table(heads, "".join(_emission(now, changes, *row) for row in rows), "ew-scopes")
        + '</div><div class="ew-memo"><h3>Memo figures: reported beside the scopes, no part of them</h3>'
        + _table((), "".join(_emission(now, changes, *row) for row in memo), "ew-scopes")
        + "</div>"
    )


def _sum(payload: Payload) -> float | None:
    parts = payload["scope1_kg"], payload["scope2_location_kg"]
    return None if None in parts else sum(parts)


def _emission(now: Payload, changes: Payload, text: str, name: str, about: str, classes: str) -> str:
    figure = "net_kg" if name == "gross_kg" else name
    value, unit = now[name], now["units"][figure]
    told = change(changes[name], unit) if changes else ""
    note = escape(about if value is not None else why_unknown(now, figure))
    return (
        f'<tr class="{classes}"><th>{escape(text)}<small>{note}</small></th>'
        f"<td><b>{amount(value, unit)}</b></td><td>{escape(told)}</td></tr>"
    )


def factors(rows: Sequence[Payload]) -> str:
    """The emission factors, dated and sourced; the site's own are marked."""
    if not rows:
        return '<p class="ew-more">There is no emission factor for this site: an engineer can state one.</p>'
    body = "".join(
        f'<tr class="{"" if row["holds"] else "ew-idle"}"><th>{escape(row["meaning"])}</th>'
        f"<td>{row['value']:g} {escape(row['unit'])}</td><td>{escape(row['gases'])}</td>"
        f"<td>{_since(row['valid_from'])}</td><td>{_holds(row)}</td>"
        f"<td>{'<span class=ew-own>own</span> ' if row['own'] else ''}{escape(row['source'])}</td></tr>"
        for row in rows
    )
    return _table(("Factor", "Value", "Gases", "From", "Here", "Source (own: stated by the site)"), body, "ew-factors")


def _holds(row: Payload) -> str:
    if not row["holds"]:
        return "not in this period"
    return f"⚠ of {row['year']}, old" if row["old"] else "✓ holds"


def _since(day: str | None) -> str:
    return "the beginning" if day is None else f"{date.fromisoformat(day):%d %b %Y}"


def _table(heads: Sequence[str], body: str, classes: str) -> str:
    head = f"<thead><tr>{''.join(f'<td>{escape(text)}</td>' for text in heads)}</tr></thead>" if heads else ""
    return f'<table class="ew-list {classes}">{head}<tbody>{body}</tbody></table>'
