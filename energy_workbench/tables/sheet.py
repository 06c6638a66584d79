"""A table as files hold it: a name, columns with labels, units and kinds, and rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from energy_workbench.domain.time.instant_columns import TIMES

INSTANTS = frozenset({*TIMES, "from", "to", "before_start"})
"""Keys of payloads whose values are instants, ISO with an offset."""

Kind = Literal["value", "text", "number", "share", "instant", "day"]
"""What a column holds: a share is 0 to 1; `value` is whatever the type of each of its values says."""
Value = str | int | float | date | datetime | None
"""What a cell holds; instants have a zone, None is not known."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Parameters
    ----------
    head : str
        Its label.
    kind : {"value", "text", "number", "share", "instant", "day"}
    unit : str
        Of numbers.
    digits : int
        Of numbers and of percent, after the point, where they are shown rounded.
    """

    head: str
    kind: Kind = "value"
    unit: str = ""
    digits: int = 1

    def title(self) -> str:
        """Label and unit."""
        return f"{self.head} [{self.unit}]" if self.unit else self.head


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table.

    Attributes
    ----------
    name : str
        What is in it, for the name of a file or of a sheet: `Consumption UNIT-A last 7 days`.
    columns : tuple of Column
    rows : tuple of sequence
        A value a column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[Sequence[Value], ...]

    @property
    def heads(self) -> tuple[str, ...]:
        """Labels of the columns, each with its unit in brackets."""
        return tuple(column.title() for column in self.columns)


def sheet(name: str, rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> Sheet:
    """The table of a payload's rows.

    Parameters
    ----------
    columns : mapping of str to str
        Key of the rows → label of the column, with its unit.
    """
    cells = tuple(tuple(_value(key, row.get(key)) for key in columns) for row in rows)
    return Sheet(name, tuple(map(Column, columns.values())), cells)


def text_sheet(name: str, heads: Iterable[str], rows: Iterable[Sequence[str]]) -> Sheet:
    """A table of nothing but text."""
    return Sheet(name, tuple(Column(head, "text") for head in heads), tuple(rows))


def _value(key: str, value: Any) -> Value:
    if key in INSTANTS and isinstance(value, str):
        return datetime.fromisoformat(value)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    plain: Value = value
    return plain
