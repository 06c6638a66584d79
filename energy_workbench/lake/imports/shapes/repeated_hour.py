"""The hour that a clock shows twice: which of two equal times is which, by their order in the file."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from datetime import datetime, timedelta
from typing import Final

ENOUGH_ROWS: Final = 3
"""Rows of each pass that prove it, where the two passes have not the very same times."""

Row = tuple[int, Hashable, datetime]
"""Place of the row (its line), what it is a row of (meter and quantity), and the wall clock."""


def passes(rows: Iterable[Row], *, in_order: bool, descending: bool = False) -> dict[int, int]:
    """By place 0 for the first pass of the clock and 1 for the second; what cannot be told is absent.

    Proven is an hour of which the times run through once, fall back once, and run through again: the same times, or
    enough of them. With `in_order` the order of the file counts, also where there is no second pass.

    Parameters
    ----------
    rows : iterable of (int, hashable, datetime)
        Rows of ambiguous times, in the order of the file.
    in_order : bool
        Whether somebody stated that the file is in the order of time.
    descending : bool
        Whether the newest row of the file stands first.
    """
    groups: dict[tuple[Hashable, object], list[tuple[int, datetime]]] = {}
    for place, key, wall in rows:
        groups.setdefault((key, wall.date()), []).append((place, wall))
    told: dict[int, int] = {}
    for group in groups.values():
        runs = _runs(group[::-1] if descending else group)
        if (len(runs) == 2 and _proven(*runs)) or (in_order and len(runs) <= 2):
            told |= {place: nth for nth, run in enumerate(runs) for place, _ in run}
    return told


def _runs(rows: list[tuple[int, datetime]]) -> list[list[tuple[int, datetime]]]:
    """Stretches in which the clock goes forward."""
    runs: list[list[tuple[int, datetime]]] = []
    for row in rows:
        if runs and row[1] > runs[-1][-1][1]:
            runs[-1].append(row)
        else:
            runs.append([row])
    return runs


def _proven(first: list[tuple[int, datetime]], second: list[tuple[int, datetime]]) -> bool:
    walls = [[wall for _, wall in run] for run in (first, second)]
    if walls[0] == walls[1]:
        return True
    spans = [run[-1] - run[0] for run in walls]
    return min(map(len, walls)) >= ENOUGH_ROWS and min(spans) >= timedelta(minutes=30)
