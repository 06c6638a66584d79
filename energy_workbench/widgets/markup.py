"""The numbers at the top of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape


@dataclass(frozen=True)
class Card:
    """A number at the top.

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


def cards(found: Iterable[Card]) -> str:
    """The row of numbers; every value is escaped here."""
    return "".join(map(_card, found))


def _card(card: Card) -> str:
    mark = f" ew-{card.state}" if card.state else ""
    detail = f' title="{escape(card.detail)}"' if card.detail else ""
    return (
        f'<div class="ew-card{mark}"{detail}><span>{escape(card.label)}</span>'
        f"<b>{escape(card.value)}</b><small>{escape(card.note)}</small></div>"
    )


def heading(text: str, note: str = "") -> str:
    """Title of a panel with what belongs beside it."""
    return f"<h2>{escape(text)}</h2>" + (f"<p>{escape(note)}</p>" if note else "")


def problem(text: str) -> str:
    """The banner of the error boundary."""
    return f'<div class="ew-problem" role="alert">⚠ {escape(text)}</div>' if text else ""
