"""Changes of communication and health, a row each: written when they happen, kept for a while."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, Index, Integer, MetaData, String, Table, Text, delete, func, insert, select

from energy_workbench.domain.entities import Live
from energy_workbench.registry.storage.rows import typed
from energy_workbench.registry.storage.schema import Instant

MOST: Final = 500_000
"""Events that are kept whatever their age: a line that comes and goes each minute must not fill a disk."""

HEALTH: Final = "health"
COMMUNICATION: Final = "communication"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One change.

    Attributes
    ----------
    meter : int
        The lake's key.
    at : datetime
        UTC.
    of : str
        `health` or `communication`.
    before, after : str
        Its words; the same where the health stayed and its reason became another.
    reason : str
        In words; empty where all is well again.
    """

    meter: int
    at: datetime
    of: str
    before: str
    after: str
    reason: str = ""


def table_of(metadata: MetaData) -> Table:
    """The table of events."""
    table = Table(
        "events",
        metadata,
        Column("key", Integer, primary_key=True),
        Column("meter", Integer, nullable=False),
        Column("at", Instant, nullable=False),
        Column("of", String(20), nullable=False),
        Column("before", String(20), nullable=False),
        Column("after", String(20), nullable=False),
        Column("reason", Text, nullable=False),
    )
    Index("ix_events_meter_at", table.c.meter, table.c.at)
    return table


def changes(meter: int, before: Live, after: Live, now: datetime) -> Iterator[Event]:
    """What changed from one state to the next."""
    if before.communication is not after.communication:
        yield Event(
            meter=meter, at=now, of=COMMUNICATION, before=before.communication, after=after.communication,
            reason=after.error,
        )  # fmt: skip
    if before.health is not after.health or raised(before) != raised(after):
        yield Event(
            meter=meter, at=after.health_since if before.health is not after.health and after.health_since else now,
            of=HEALTH, before=before.health, after=after.health, reason=after.health_reason,
        )  # fmt: skip


def raised(live: Live) -> dict[str, int]:
    """The level of each alarm that is raised."""
    return {name: alarm.level for name, alarm in live.alarms.items() if alarm.level}


def record(connection: Connection, table: Table, events: list[Event]) -> None:
    """Write events down."""
    rows = [{name: getattr(event, name) for name in Event.__slots__} for event in events]
    if rows:
        connection.execute(insert(table), rows)


def listing(
    connection: Connection, table: Table, meter: int | None, start: datetime | None, end: datetime | None, limit: int
) -> list[Event]:
    """The newest events, newest first, of a span [start, end)."""
    query = select(table).order_by(table.c.at.desc(), table.c.key.desc()).limit(limit)
    if meter is not None:
        query = query.where(table.c.meter == meter)
    if start is not None:
        query = query.where(table.c.at >= start)
    if end is not None:
        query = query.where(table.c.at < end)
    return [typed(Event, row) for row in connection.execute(query).mappings()]


def prune(connection: Connection, table: Table, now: datetime, days: float) -> int:
    """Take away what is older, or one too many; how many went."""
    gone = connection.execute(delete(table).where(table.c.at < now - timedelta(days=days))).rowcount
    newest = connection.execute(select(func.max(table.c.key))).scalar() or 0
    return gone + connection.execute(delete(table).where(table.c.key <= newest - MOST)).rowcount
