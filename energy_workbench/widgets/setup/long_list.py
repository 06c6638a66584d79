"""What is shown of a long list: the first of those that have a text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from markupsafe import Markup

Row = TypeVar("Row")

SHOWN = 200
"""Rows that are shown at once; a list that is longer can be searched."""


def sought(rows: Sequence[Row], text: str, words: Callable[[Row], str]) -> list[Row]:
    """The rows that have a text in their words, whatever its case; all for an empty one."""
    wanted = text.strip().casefold()
    return [row for row in rows if wanted in words(row).casefold()]


def rest(count: int) -> Markup:
    """That of so many rows only the first are shown; empty where all are."""
    if count <= SHOWN:
        return Markup()
    return Markup('<p class="ew-hint">The first {:,} of {:,} are listed: type a part of what you look for.</p>').format(
        SHOWN, count
    )
