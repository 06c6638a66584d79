"""Keys by which costs of what is shared are allocated to meters: floor area, heads, and a plant's own."""

from __future__ import annotations

import math
from datetime import date
from typing import Final

from energy_workbench.domain.dated_values import dated
from energy_workbench.domain.dated_values.dated import Dated

FORMS: Final = "a number, zero or above; another from a day on: 1200; 1350 from 2026-07-01"
LARGEST: Final = 1e12


def stated(text: str) -> tuple[Dated[float], ...]:
    """The values of a key, oldest first; a text without any has none.

    Raises
    ------
    ValueError
        If it cannot be understood: it says which part, and what would be.
    """
    return dated.dated(text, _number, "key", FORMS)


def spelled(values: tuple[Dated[float], ...]) -> str:
    """The text of a key."""
    return dated.spelled(values, lambda value: f"{value:.12g}")


def key_on(text: str | None, day: date) -> float | None:
    """What a key is on a day of the site; None before its first."""
    holding = [each.value for each in stated(text or "") if each.since is None or each.since <= day]
    return holding[-1] if holding else None


def _number(word: str) -> float:
    value = float(word)
    if not (math.isfinite(value) and 0 <= value <= LARGEST):
        raise ValueError
    return value
