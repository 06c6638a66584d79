"""Rows as a table of text, as a terminal and `print` show an answer."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

LONGEST: Final = 32
"""Characters of a cell; the rest of a longer text is left out."""
GAP: Final = "  "


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown of an answer's rows.

    Attributes
    ----------
    names : sequence of str
        Columns.
    head, tail : sequence of mapping
        The first and the last rows.
    left_out : int
        Rows between them.
    """

    names: Sequence[str]
    head: Sequence[Mapping[str, Any]]
    tail: Sequence[Mapping[str, Any]] = ()
    left_out: int = 0

    @property
    def rows(self) -> list[Mapping[str, Any]]:
        """All that are shown."""
        return [*self.head, *self.tail]


def text_table(title: str, shown: Shown) -> str:
    """A title, a line of names, a line a row; numbers stand to the right.

    Columns that do not fit into the terminal are left out, and named below; of a single row that does not fit, each
    column is a line.
    """
    names = shown.names
    rows = [[_short(cell(row.get(name))) for name in names] for row in shown.rows]
    widths = [max(len(name), *(len(row[at]) for row in rows), 0) for at, name in enumerate(names)]
    room = shutil.get_terminal_size((120, 24)).columns
    fit = max(1, sum(end - len(GAP) <= room for end in accumulate(width + len(GAP) for width in widths)))
    if len(rows) == 1 and fit < len(names):
        longest = max(map(len, names))
        return "\n".join([title, *(f"{name:{longest}}{GAP}{word}" for name, word in zip(names, rows[0], strict=True))])
    right = [_is_number(name, shown.rows) for name in names]
    lines = [
        GAP.join(
            word.rjust(width) if to_right else word.ljust(width)
            for word, width, to_right in zip(row[:fit], widths[:fit], right[:fit], strict=True)
        ).rstrip()
        for row in (list(names), *rows)
    ]
    if shown.left_out:
        lines.insert(1 + len(shown.head), f"… {shown.left_out:,} more …")
    if not rows:
        lines = ["no rows"]
    elif fit < len(names):
        lines.append(textwrap.fill(f"and {', '.join(names[fit:])}", max(room, LONGEST)))
    return "\n".join([title, *lines])


def cell(value: Any) -> str:
    """A value as people read it; what is not known is a dash."""
    if value is None:
        return "–"
    return f"{value:,.3f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)


def _short(text: str) -> str:
    shown = " ".join(text.split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 1]}…"


def _is_number(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    values = [row.get(name) for row in rows]
    return any(value is not None for value in values) and all(
        value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values
    )
