"""The table of live state: a row a meter, to `Live` and back, each with the number of the change that wrote it."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    func,
    select,
)

from energy_workbench.domain.entities import Live
from energy_workbench.domain.status import Communication, Health, HealthCondition, HealthConditions
from energy_workbench.registry.storage.rows import ColumnValue
from energy_workbench.registry.storage.schema import Instant

FEW: Final = 1000
"""So many meters, a page of them at most, are read by their keys; of more all rows are."""
_COMMUNICATION: Final = {str(each): each for each in Communication}
_HEALTH: Final = {str(each): each for each in Health}


class StoredValues(Mapping[str, float | None]):
    """Values of a reading as they are stored, understood when somebody asks for one.

    Raises
    ------
    ValueError
        When they are first asked for, if they are no values.
    """

    def __init__(self, stored: str) -> None:
        self._stored = stored

    @cached_property
    def _values(self) -> dict[str, float | None]:
        values: dict[str, float | None] = json.loads(self._stored)
        return values

    def __getitem__(self, name: str) -> float | None:
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return repr(self._values)


def table_of(metadata: MetaData) -> Table:
    """The table; `changed` grows with each change of any row, and is null in what an earlier version wrote."""
    table = Table(
        "live",
        metadata,
        Column("meter", Integer, primary_key=True, autoincrement=False),
        Column("communication", String(20), nullable=False),
        Column("health", String(20), nullable=False),
        Column("health_reason", Text, nullable=False),
        Column("error", Text, nullable=False),
        Column("last_seen", Instant),
        Column("readings", Text, nullable=False),
        Column("health_since", Instant),
        Column("alarms", Text, nullable=False, server_default=""),
        Column("changed", BigInteger),
    )
    Index("ix_live_changed", table.c.changed)
    return table


def read(connection: Connection, table: Table, which: ColumnElement[bool] | None = None) -> dict[int, Live]:
    """States by key; of those rows, or of all."""
    query = select(
        table.c.meter, table.c.communication, table.c.health, table.c.health_reason, table.c.error, table.c.last_seen,
        table.c.readings, table.c.health_since, table.c.alarms,
    )  # fmt: skip
    return {
        meter: Live(
            communication=_COMMUNICATION.get(communication) or Communication(communication),
            health=_HEALTH.get(health) or Health(health),
            health_reason=health_reason,
            error=error,
            last_seen=last_seen,
            values=StoredValues(readings),
            health_since=health_since,
            alarms=_alarms(alarms),
        )
        for meter, communication, health, health_reason, error, last_seen, readings, health_since, alarms in (
            connection.execute(query if which is None else query.where(which))
        )
    }


def read_of(connection: Connection, table: Table, meters: Collection[int]) -> dict[int, Live]:
    """States of these meters, by key; of one of which nothing is known there is none."""
    if len(meters) <= FEW:
        return read(connection, table, table.c.meter.in_(meters))
    states = read(connection, table)
    return {meter: states[meter] for meter in meters if meter in states}


def last_change(connection: Connection, table: Table) -> int:
    """Number of the newest change; 0 before the first."""
    return int(connection.execute(select(func.max(table.c.changed))).scalar_one() or 0)


def row(meter: int, state: Live, change: int) -> dict[str, ColumnValue]:
    """A state as it is stored, by the change of that number."""
    return {
        "meter": meter,
        "communication": state.communication.value,
        "health": state.health.value,
        "health_reason": state.health_reason,
        "error": state.error,
        "last_seen": state.last_seen,
        "readings": _dump(state.values),
        "health_since": state.health_since,
        "alarms": _dump_alarms(state.alarms),
        "changed": change,
    }


def _dump_alarms(alarms: HealthConditions) -> str:
    return json.dumps({name: asdict(alarm) for name, alarm in alarms.items()}) if alarms else ""


def _alarms(stored: str) -> HealthConditions:
    return {name: HealthCondition(**alarm) for name, alarm in json.loads(stored).items()} if stored else {}


def _dump(values: Mapping[str, float | None]) -> str:
    # A value that is no number is no value; JSON has no word for it either.
    clean = {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}
    return json.dumps(clean, separators=(",", ":"))
