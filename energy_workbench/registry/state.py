"""Live state: what polling last knew of each meter, and which processes are alive."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Column, Insert, Integer, MetaData, String, Table, Text, select
from sqlalchemy.dialects import postgresql, sqlite

from energy_workbench.core import clock
from energy_workbench.core.entities import Live
from energy_workbench.core.status import Communication, Health
from energy_workbench.registry.database import Database
from energy_workbench.registry.schema import Instant

metadata = MetaData()
live = Table(
    "live",
    metadata,
    Column("meter", Integer, primary_key=True, autoincrement=False),
    Column("communication", String(20), nullable=False),
    Column("health", String(20), nullable=False),
    Column("health_reason", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("last_seen", Instant),
    Column("readings", Text, nullable=False),
)
processes = Table(
    "processes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)


class StateStore:
    """Live state in a database of its own, so that polling never waits for an editor.

    It may be lost without harm: the next polling cycle writes it again.

    Parameters
    ----------
    url : str
        SQLAlchemy URL. Nothing is opened before the first call.
    """

    def __init__(self, url: str) -> None:
        self.database = Database(url, lock=7_234_002, synchronous="NORMAL")
        dialect = sqlite if self.database.sqlite else postgresql
        self._put_live = _upsert(dialect.insert(live), "meter")
        self._put_process = _upsert(dialect.insert(processes), "name")

    def migrate(self) -> None:
        """Create what is missing.

        Raises
        ------
        HomeError
            If the place cannot be written.
        """
        self.database.create()
        with self.database.write() as connection:
            metadata.create_all(connection)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def write(self, updates: Mapping[int, Live]) -> None:
        """Replace the state of some meters, by key, in one transaction."""
        rows = [
            {
                "meter": meter,
                "communication": state.communication.value,
                "health": state.health.value,
                "health_reason": state.health_reason,
                "error": state.error,
                "last_seen": state.last_seen,
                "readings": _dump(state.values),
            }
            for meter, state in updates.items()
        ]
        if rows:
            with self.database.write() as connection:
                connection.execute(self._put_live, rows)

    def read(self) -> dict[int, Live]:
        """The state of every meter that was ever polled, by key."""
        with self.database.read() as connection:
            rows = connection.execute(select(live)).all()
        return {
            row.meter: Live(
                communication=Communication(row.communication),
                health=Health(row.health),
                health_reason=row.health_reason,
                error=row.error,
                last_seen=row.last_seen,
                values=json.loads(row.readings),
            )
            for row in rows
        }

    def heartbeat(self, process: str, detail: str = "") -> None:
        """Say that a process is alive now."""
        with self.database.write() as connection:
            connection.execute(self._put_process, {"name": process, "at": clock.now(), "detail": detail})

    def processes(self) -> dict[str, tuple[datetime, str]]:
        """When each process was last alive [UTC], and what it said."""
        with self.database.read() as connection:
            return {row.name: (row.at, row.detail) for row in connection.execute(select(processes))}


def _upsert(statement: sqlite.Insert | postgresql.Insert, key: str) -> Insert:
    changed = {column.name: column for column in statement.excluded if column.name != key}
    return statement.on_conflict_do_update(index_elements=[key], set_=changed)


def _dump(values: Mapping[str, float | None]) -> str:
    # A value that is no number is no value; JSON has no word for it either.
    clean = {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}
    return json.dumps(clean, separators=(",", ":"))
