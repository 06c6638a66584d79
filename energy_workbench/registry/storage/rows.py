"""Rows of the configuration: typed objects to plain columns and back, and changes of rows, which the trail replays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, TypeVar, cast

from sqlalchemy import RowMapping, Table

from energy_workbench.domain.fields.plain import Json, Row, attributes
from energy_workbench.registry.storage import schema

Held = TypeVar("Held")
"""A dataclass whose attributes are columns of a table."""
Identity = tuple[str | int | None, ...]
"""What identifies a row in its table; instants as ISO text."""
ColumnValue = Json | datetime
"""What a column holds."""
State = dict[str, dict[Identity, Row]]
"""Rows by table and identity, as plain values: what is configured."""

IDENTITY: Final[dict[str, tuple[str, ...]]] = {
    "site": ("key",),
    "month_locks": ("site", "month"),
    "gateways": ("url",),
    "meters": ("key",),
    "ratios": ("meter", "valid_from"),
    "placements": ("meter", "valid_from"),
    "statuses": ("meter", "valid_from"),
    "formulas": ("meter", "valid_from"),
    "exchanges": ("meter", "at"),
    "limits": ("meter",),
    "decisions": ("meter", "quantity", "at"),
    "interval_edits": ("meter", "start"),
    "commissioning_sheets": ("meter", "version"),
    "templates": ("name",),
    "mappings": ("name",),
    "factors": ("name", "valid_from"),
    "schedules": ("id",),
}
"""Tables of the configuration, what is referred to first, and what tells their rows apart."""
OF_METERS: Final = ("meters", "ratios", "placements", "statuses", "formulas", "exchanges")


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that a change made, changed or took away.

    Attributes
    ----------
    table : str
        Of `IDENTITY`.
    id : Identity
    old, new : mapping or None
        The columns that changed, or all of them; None where there was, or is, no row. A meter's `gateway`
        is its address.
    """

    table: str
    id: Identity
    old: Row | None
    new: Row | None

    def inverse(self) -> RowChange:
        """The change that takes it back."""
        return RowChange(self.table, self.id, self.new, self.old)

    @property
    def meter(self) -> int:
        """Key of the meter, in a table of `OF_METERS`."""
        return cast(int, self.id[0])

    def plain(self) -> list[Json]:
        """As JSON."""
        return [self.table, list(self.id), self.old, self.new]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> RowChange:
        """From JSON."""
        table, identity, old, new = plain
        return cls(table, tuple(identity), old, new)


def typed(kind: type[Held], row: RowMapping) -> Held:
    """The object of a row; its attributes are columns of these names."""
    return kind(**{each.name: row[each.name] for each in fields(cast(Any, kind))})


def changed(table: str, old: Any, new: Any, *, meter: int | None = None) -> RowChange:
    """The change of the row that holds an object.

    Parameters
    ----------
    old, new : dataclass or None
        The object before and after; None where there was, or is, none. Both have the same identity.
    meter : int, optional
        Key of the meter that it is of.
    """
    names = IDENTITY[table]
    known = attributes(new if old is None else old) | {"meter": meter}
    identity = cast(Identity, tuple(known[name] for name in names))

    def row(held: Any) -> Row | None:
        if held is None:
            return None
        return {name: value for name, value in attributes(held).items() if name not in names}

    return RowChange(table, identity, row(old), row(new))


def columns(table: Table, row: Row) -> dict[str, ColumnValue]:
    """Plain values of a row as its table holds them."""
    return {column: column_value(table, column, value) for column, value in row.items()}


def column_value(table: Table, column: str, value: Json) -> ColumnValue:
    dated = isinstance(table.c[column].type, schema.Instant)
    return datetime.fromisoformat(value) if dated and isinstance(value, str) else value
