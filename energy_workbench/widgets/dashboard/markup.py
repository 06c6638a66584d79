"""HTML of the dashboard's texts; every value is escaped here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any
from urllib.parse import quote

from energy_workbench.core.pages import PATTERN
from energy_workbench.figures.words import ICONS, amount, percent, states
from energy_workbench.widgets.markup import heading

LISTED = 7
"""Meters that the attention list names; the map shows all."""

WORDS = {"yellow": "Warning", "orange": "Fault", "red": "Down"}


def pattern_heading(pattern: Mapping[str, Any]) -> str:
    """Title of the pattern: whose it is, and its totals."""
    if not pattern:
        return heading(f"Consumption pattern, {PATTERN}")
    parts = [
        f"{amount(pattern['total_kwh'], 'kWh')} in all",
        f"peak {amount(pattern['peak_kw'], 'kW')}",
        f"load factor {percent(pattern['load_factor'])}",
        f"{percent(pattern['completeness'])} complete",
    ]
    return heading(f"Consumption pattern, {PATTERN}: {pattern['number']}", " · ".join(parts))


def notes(found: Sequence[str]) -> str:
    """What is to be known of the cards, a line each."""
    return "".join(f'<p class="ew-note">⚠ {escape(text)}</p>' for text in found)


def path(numbers: Sequence[str]) -> str:
    """The way back up from a part of the tree; empty where all of it is shown."""
    if not numbers:
        return ""
    links = [f'<a class="ew-go" href="?meter={quote(number)}">{escape(number)}</a>' for number in numbers[:-1]]
    steps = ['<a class="ew-go" href="?meter=">All</a>', *links, f"<b>{escape(numbers[-1])}</b>"]
    return f'<nav class="ew-path" aria-label="Part of the tree">{" › ".join(steps)}</nav>'


def attention(meters: Sequence[Mapping[str, Any]], calm: str) -> str:
    """The list of meters that somebody should look at; where there is none, what is said instead."""
    if not meters:
        return f'<p class="ew-calm">{escape(calm)}</p>'
    rows = "".join(
        f'<tr><td><span class="ew-pill ew-{escape(row["colour"])}">{ICONS[row["colour"]]} {WORDS[row["colour"]]}</span>'
        f"</td><th>{escape(row['number'])}</th><td>{states(dict(row))}</td><td>{_seen(row['last_seen'])}</td></tr>"
        for row in meters[:LISTED]
    )
    more = len(meters) - LISTED
    rest = f'<p class="ew-more">and {more} more: see the map below</p>' if more > 0 else ""
    head = "<thead><tr><td></td><th>Meter</th><td>State</td><td>Last seen</td></tr></thead>"
    return f'<table class="ew-list">{head}<tbody>{rows}</tbody></table>{rest}'


def _seen(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%d %b %H:%M}" if iso else "never"
