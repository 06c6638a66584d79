"""HTML that pages share: cards, headings, the banner of a problem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from markupsafe import Markup

from energy_workbench.domain.pages import HOME

OPENED = 6
"""Links to what a chart draws as one; each of its nodes opens by a click too."""


@dataclass(frozen=True)
class Card:
    """A figure at the top of a page.

    Attributes
    ----------
    label, value, note : str
        What it is, the number with its unit, and what it is of.
    state : str
        Colour of its mark; empty for none.
    detail : str
        What the number is made of, for whoever points at it.
    """

    label: str
    value: str
    note: str = ""
    state: str = ""
    detail: str = ""


def cards(row: Iterable[Card]) -> Markup:
    """The row of cards."""
    return Markup().join(map(_card, row))


def _card(card: Card) -> Markup:
    mark = f" ew-{card.state}" if card.state else ""
    detail = Markup(' title="{}"').format(card.detail) if card.detail else Markup()
    return Markup('<div class="ew-card{}"{}><span>{}</span><b>{}</b><small>{}</small></div>').format(
        mark, detail, card.label, card.value, card.note
    )


def heading(text: str, note: str = "") -> Markup:
    """Title of a panel, with a note beside it."""
    return Markup("<h2>{}</h2>").format(text) + (Markup("<p>{}</p>").format(note) if note else Markup())


def ahead(text: str) -> Markup:
    """Banner that says that what was chosen lies in the future."""
    return Markup('<div class="ew-problem" role="status">{}.</div>').format(text) if text else Markup()


def home() -> Markup:
    """The way to the front page."""
    return Markup('<a class="ew-home ew-away" href="{}" title="Front page">⌂ Home</a>').format(HOME)


def problem(text: str) -> Markup:
    """Banner of the error boundary."""
    return Markup('<div class="ew-problem" role="alert">⚠ {}</div>').format(text) if text else Markup()


def one_line(value: Any, most: int = 120) -> str:
    """Text as it can stand in a line: no line breaks, no marks that turn the direction of what follows."""
    text = "".join(" " if char in "\n\r\t\v\f\u2028\u2029" else char for char in str(value or ""))
    plain = "".join(char for char in text if char not in _TURNING).strip()
    return plain if len(plain) <= most else plain[: most - 1] + "…"


_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Directional marks of Unicode (UAX #9)."""


def together(folded: Sequence[tuple[str, Mapping[str, str]]], told: str = "") -> Markup:
    """What a chart draws as one, with links that look inside, for who has no pointer; empty where there is nothing.

    Parameters
    ----------
    folded : sequence of (str, mapping)
        What it is called, and the query of the address that shows it.
    told : str
        What is drawn.
    """
    if not folded:
        return Markup()
    links = [Markup('<a class="ew-go" href="?{}">{}</a>').format(urlencode(to), text) for text, to in folded[:OPENED]]
    more = [f"{len(folded) - OPENED} more"] if len(folded) > OPENED else []
    begin = f"{told}; look inside: " if told else "Drawn as one, look inside: "
    return Markup('<p class="ew-more">{}{}</p>').format(begin, Markup(" · ").join([*links, *more]))
