"""HTML of the dashboard's texts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import quote, urlencode

from markupsafe import Markup

from energy_workbench.contract.results import Pattern
from energy_workbench.contract.rows.flow import Leaf
from energy_workbench.domain.status import Communication, Health, Status, decisive
from energy_workbench.figures.wording.words import ICONS, amount, percent, spoken, states
from energy_workbench.widgets.markup import heading

LISTED = 7
"""Meters that a page of the attention list names."""


def pattern_heading(pattern: Pattern | None, period: str) -> Markup:
    """Title of the pattern: its meter and totals."""
    if pattern is None:
        return heading(f"Consumption pattern, {period}")
    parts = [
        f"{amount(pattern.total_kwh, 'kWh')} in all",
        f"peak {amount(pattern.peak_kw, 'kW')}",
        f"load factor {percent(pattern.load_factor)}",
        f"{percent(pattern.completeness)} complete",
    ]
    return heading(f"Consumption pattern, {period}: {pattern.number}", " · ".join(parts))


def notes(sentences: Sequence[str]) -> Markup:
    """Notes about the cards, a line each."""
    return Markup().join(Markup('<p class="ew-note">⚠ {}</p>').format(text) for text in sentences)


def path(numbers: Sequence[str]) -> Markup:
    """Links to the ancestors of the part of the tree that is shown; empty where all of it is."""
    if not numbers:
        return Markup()
    links = [
        Markup('<a class="ew-go" href="?meter={}">{}</a>').format(quote(number), number) for number in numbers[:-1]
    ]
    steps = [Markup('<a class="ew-go" href="?meter=">All</a>'), *links, Markup("<b>{}</b>").format(numbers[-1])]
    return Markup('<nav class="ew-path" aria-label="Part of the tree">{}</nav>').format(Markup(" › ").join(steps))


def floor(area: str, address: Mapping[str, str]) -> Markup:
    """The way back to all of the floor plan, where a part of it is seen."""
    if not area:
        return Markup()
    whole = urlencode({key: value for key, value in address.items() if value and key != "area"})
    link = Markup('<a class="ew-go" href="?{}">Whole plan</a>').format(whole)
    return Markup('<nav class="ew-path" aria-label="Part of the plan">{} › <b>a part</b></nav>').format(link)


def attention(meters: Sequence[Leaf], calm: str, begin: int = 0) -> Markup:
    """A page of the list of meters that need attention; `calm` where there is none.

    Parameters
    ----------
    begin : int
        So many are on the pages before.
    """
    if not meters:
        return Markup('<p class="ew-calm">{}</p>').format(calm)
    rows = Markup().join(
        Markup('<tr><td><span class="ew-pill ew-{}">{} {}</span></td><th>{}</th><td>{}</td><td>{}</td></tr>').format(
            row["colour"],
            ICONS[row["colour"]],
            trouble(row),
            row["number"],
            states(dict(row)),
            _seen(row["last_seen"]),
        )
        for row in meters[begin : begin + LISTED]
    )
    head = Markup("<thead><tr><td></td><th>Meter</th><td>State</td><td>Last seen</td></tr></thead>")
    return Markup('<table class="ew-list">{}<tbody>{}</tbody></table>').format(head, rows)


def trouble(row: Leaf) -> str:
    """The state that gives a meter its colour, in the word that the rings have for it."""
    state = decisive(Status(row["status"]), Health(row["health"]), Communication(row["communication"]))
    return spoken(state).capitalize() if state else ""


def _seen(iso: str | None) -> str:
    return f"{datetime.fromisoformat(iso):%d %b %H:%M}" if iso else "never"
