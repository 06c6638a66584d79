"""Changes of rows as the audit keeps them: written to the tables from there, so that the trail replays exactly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, update

from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.storage import schema

Row = dict[str, Any]
State = dict[str, dict[tuple[Any, ...], Row]]
"""Rows by table and identity, as plain values: what is configured."""

IDENTITY: Final[dict[str, tuple[str, ...]]] = {
    "site": ("key",),
    "gateways": ("url",),
    "meters": ("key",),
    "ratios": ("meter", "valid_from"),
    "placements": ("meter", "valid_from"),
    "statuses": ("meter", "valid_from"),
    "exchanges": ("meter", "at"),
    "limits": ("meter",),
    "decisions": ("meter", "quantity", "at"),
    "interval_edits": ("meter", "start"),
    "templates": ("name",),
    "factors": ("name", "valid_from"),
    "schedules": ("id",),
}
"""Tables of the configuration, what is referred to first, and what tells their rows apart."""
OF_METERS: Final = ("meters", "ratios", "placements", "statuses", "exchanges")
_DERIVED: Final = frozenset({"key", "folded", "updated_at", "revision"})
"""Columns that follow from others, or only count."""


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that a change made, changed or took away.

    Attributes
    ----------
    table : str
        Of `IDENTITY`.
    id : tuple
        What identifies the row there; instants as ISO text.
    old, new : dict or None
        The columns that changed, or all of them; None where there was, or is, no row. A meter's `gateway`
        is its address.
    """

    table: str
    id: tuple[Any, ...]
    old: Row | None
    new: Row | None

    def inverse(self) -> RowChange:
        """The change that takes it back."""
        return RowChange(self.table, self.id, self.new, self.old)

    def plain(self) -> list[Any]:
        """As JSON."""
        return [self.table, list(self.id), self.old, self.new]

    @classmethod
    def of(cls, plain: Sequence[Any]) -> RowChange:
        """From JSON."""
        table, identity, old, new = plain
        return cls(table, tuple(identity), old, new)


def instant(value: datetime | None) -> str | None:
    """An instant as these rows write it."""
    return None if value is None else value.astimezone(UTC).isoformat()


def write(connection: Connection, changes: Sequence[RowChange], *, at: datetime) -> None:
    """Write changes to their tables, and count one revision for every meter that they touch."""
    by_table: dict[str, list[RowChange]] = {name: [] for name in IDENTITY}
    for change in changes:
        by_table[change.table].append(change)
    gateways: Mapping[str, int] = {}
    for name, mine in by_table.items():
        table = schema.metadata.tables[name]
        if name == "meters" and any((change.new or {}).get("gateway") for change in mine):
            keys = select(schema.gateways.c.url, schema.gateways.c.key)
            gateways = {row.url: row.key for row in connection.execute(keys)}
        if gone := [change.id for change in mine if change.new is None]:
            connection.execute(delete(table).where(*_matches(table)), [_identity(table, each) for each in gone])
        made = [change for change in mine if change.old is None]
        _insert(connection, table, made, gateways, at)
        _update(connection, table, [change for change in mine if change.old and change.new], gateways)
    _count(connection, changes, at)


def stored(connection: Connection) -> State:
    """What is configured now, in the words of the trail."""
    state: State = {}
    urls = {row.key: row.url for row in connection.execute(select(schema.gateways.c.key, schema.gateways.c.url))}
    for name, identity in IDENTITY.items():
        table = schema.metadata.tables[name]
        state[name] = {}
        for row in connection.execute(select(table)).mappings():
            plain = {column: _plain(value) for column, value in row.items()}
            if name == "meters":
                plain["gateway"] = urls.get(plain["gateway"])
            key = tuple(plain[column] for column in identity)
            state[name][key] = {
                column: value for column, value in plain.items() if column not in identity and column not in _DERIVED
            }
    return state


def from_on(connection: Connection, name: str, at: datetime) -> dict[int, list[RowChange]]:
    """What would take away the dated rows that begin at an instant or later, by meter."""
    table = schema.metadata.tables[name]
    found: dict[int, list[RowChange]] = {}
    for row in connection.execute(select(table).where(table.c.valid_from >= at)).mappings():
        plain = {column: _plain(value) for column, value in row.items() if column not in ("key", "meter", "valid_from")}
        identity = (row["meter"], instant(row["valid_from"]))
        found.setdefault(row["meter"], []).append(RowChange(name, identity, plain, None))
    return found


def _insert(
    connection: Connection, table: Table, changes: Sequence[RowChange], gateways: Mapping[str, int], at: datetime
) -> None:
    if not changes:
        return
    born = {"updated_at": at, "revision": 1} if table is schema.meters else {}
    identity = IDENTITY[table.name]
    rows = []
    for change in changes:
        row = dict(zip(identity, change.id, strict=True)) | (change.new or {})
        rows.append(_typed(table, row, gateways) | born)
    connection.execute(insert(table), rows)


def _update(connection: Connection, table: Table, changes: Sequence[RowChange], gateways: Mapping[str, int]) -> None:
    alike: dict[tuple[str, ...], list[Row]] = {}
    for change in changes:
        values = _typed(table, change.new or {}, gateways)
        row = {f"to_{column}_": value for column, value in values.items()}
        alike.setdefault(tuple(values), []).append(row | _identity(table, change.id))
    for columns, rows in alike.items():
        values = {column: bindparam(f"to_{column}_") for column in columns}
        connection.execute(update(table).where(*_matches(table)).values(values), rows)


def _count(connection: Connection, changes: Iterable[RowChange], at: datetime) -> None:
    born, touched = set(), set()
    for change in changes:
        if change.table in OF_METERS:
            touched.add(change.id[0])
            if change.table == "meters" and change.old is None:
                born.add(change.id[0])
    if rows := [{"of_key_": key} for key in sorted(touched - born)]:
        table = schema.meters
        statement = update(table).values(revision=table.c.revision + 1, updated_at=at)
        connection.execute(statement.where(table.c.key == bindparam("of_key_")), rows)


def _typed(table: Table, row: Row, gateways: Mapping[str, int]) -> Row:
    typed = {column: _value(table, column, value) for column, value in row.items()}
    if table is schema.meters and typed.get("gateway"):
        typed["gateway"] = gateways[typed["gateway"]]
    spelled = "number" if table is schema.meters else "name"
    if "folded" in table.c and spelled in typed:
        typed["folded"] = folded(typed[spelled])
    return typed


def _matches(table: Table) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in IDENTITY[table.name]:
        column = table.c[name]
        value = bindparam(f"of_{name}_", type_=column.type)
        # The beginning of time is NULL, which equals nothing.
        conditions.append(column.is_not_distinct_from(value) if column.nullable else column == value)
    return conditions


def _identity(table: Table, identity: Sequence[Any]) -> Row:
    names = IDENTITY[table.name]
    return {f"of_{name}_": _value(table, name, value) for name, value in zip(names, identity, strict=True)}


def _value(table: Table, column: str, value: Any) -> Any:
    dated = isinstance(table.c[column].type, schema.Instant)
    return datetime.fromisoformat(value) if dated and isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return instant(value) if isinstance(value, datetime) else value
