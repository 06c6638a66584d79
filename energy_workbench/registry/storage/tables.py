"""The tables of the configuration: changes of rows written to them, and what is stored read as rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import ColumnElement, Connection, Table, bindparam, delete, insert, select, update

from energy_workbench.domain.fields.plain import Row, instant, plain
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.rows import (
    IDENTITY,
    OF_METERS,
    ColumnValue,
    Identity,
    RowChange,
    State,
    column_value,
    columns,
)

_DERIVED: Final = frozenset({"key", "folded", "updated_at", "revision"})
"""Columns that follow from others, or only count."""


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
            values = {column: plain(value) for column, value in row.items()}
            if name == "meters":
                values["gateway"] = urls.get(row["gateway"])
            key = cast(Identity, tuple(values[column] for column in identity))
            state[name][key] = {
                column: value for column, value in values.items() if column not in identity and column not in _DERIVED
            }
    return state


def from_on(connection: Connection, name: str, at: datetime) -> dict[int, list[RowChange]]:
    """What would take away the dated rows that begin at an instant or later, by meter."""
    table = schema.metadata.tables[name]
    changes: dict[int, list[RowChange]] = {}
    for row in connection.execute(select(table).where(table.c.valid_from >= at)).mappings():
        old = {column: plain(value) for column, value in row.items() if column not in ("key", "meter", "valid_from")}
        identity = (row["meter"], instant(row["valid_from"]))
        changes.setdefault(row["meter"], []).append(RowChange(name, identity, old, None))
    return changes


def _insert(
    connection: Connection, table: Table, changes: Sequence[RowChange], gateways: Mapping[str, int], at: datetime
) -> None:
    if not changes:
        return
    born = {"updated_at": at, "revision": 1} if table is schema.meters else {}
    identity = IDENTITY[table.name]
    rows = []
    for change in changes:
        row: Row = {**dict(zip(identity, change.id, strict=True)), **(change.new or {})}
        rows.append({**_stored(table, row, gateways), **born})
    connection.execute(insert(table), rows)


def _update(connection: Connection, table: Table, changes: Sequence[RowChange], gateways: Mapping[str, int]) -> None:
    alike: dict[tuple[str, ...], list[dict[str, ColumnValue]]] = {}
    for change in changes:
        values = _stored(table, change.new or {}, gateways)
        row = {f"to_{column}_": value for column, value in values.items()}
        alike.setdefault(tuple(values), []).append(row | _identity(table, change.id))
    for names, rows in alike.items():
        bound: dict[str, Any] = {column: bindparam(f"to_{column}_") for column in names}
        connection.execute(update(table).where(*_matches(table)).values(bound), rows)


def _count(connection: Connection, changes: Iterable[RowChange], at: datetime) -> None:
    born, touched = set(), set()
    for change in changes:
        if change.table in OF_METERS:
            touched.add(change.meter)
            if change.table == "meters" and change.old is None:
                born.add(change.meter)
    if rows := [{"of_key_": key} for key in sorted(touched - born)]:
        table = schema.meters
        statement = update(table).values(revision=table.c.revision + 1, updated_at=at)
        connection.execute(statement.where(table.c.key == bindparam("of_key_")), rows)


def _stored(table: Table, row: Row, gateways: Mapping[str, int]) -> dict[str, ColumnValue]:
    values = columns(table, row)
    if table is schema.meters and (address := row.get("gateway")):
        values["gateway"] = gateways[str(address)]
    spelled = "number" if table is schema.meters else "name"
    if "folded" in table.c and spelled in row:
        values["folded"] = folded(str(row[spelled]))
    return values


def _matches(table: Table) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    for name in IDENTITY[table.name]:
        column = table.c[name]
        value = bindparam(f"of_{name}_", type_=column.type)
        # The beginning of time is NULL, which equals nothing.
        conditions.append(column.is_not_distinct_from(value) if column.nullable else column == value)
    return conditions


def _identity(table: Table, identity: Identity) -> dict[str, ColumnValue]:
    names = IDENTITY[table.name]
    return {f"of_{name}_": column_value(table, name, value) for name, value in zip(names, identity, strict=True)}
