"""A small table as people take it along: headed columns, numbers as numbers, instants as instants."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from energy_workbench.domain.time.instant_columns import TIMES

INSTANTS = frozenset({*TIMES, "from", "to", "before_start"})
"""Keys of payloads whose values are instants, ISO with an offset."""


@dataclass(frozen=True)
class Sheet:
    """A table.

    Attributes
    ----------
    name : str
        What is in it, for a file's name: `Consumption UNIT-A last 7 days`.
    columns : tuple of str
        Their heads, each with its unit in brackets.
    rows : tuple of tuple
        Cells: text, numbers, instants with a zone, or None where nothing is known.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def sheet(name: str, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> Sheet:
    """The table of a payload's rows.

    Parameters
    ----------
    columns : mapping of str to str
        Key of the rows → head of the column.
    """
    cells = tuple(tuple(_cell(key, row.get(key)) for key in columns) for row in rows)
    return Sheet(name, tuple(columns.values()), cells)


def _cell(key: str, value: Any) -> Any:
    if key in INSTANTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return value
