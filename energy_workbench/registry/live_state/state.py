"""Live state: what polling last knew of each meter, how that changed, what was found, and which processes are alive."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime

from sqlalchemy import Column, Connection, Insert, Integer, MetaData, String, Table, Text, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite

from energy_workbench.domain.entities import Live
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.status import Communication, Health, HealthCondition, HealthConditions
from energy_workbench.domain.time import clock
from energy_workbench.registry.live_state import events, findings, state_file
from energy_workbench.registry.live_state.events import Event
from energy_workbench.registry.storage.database import Database
from energy_workbench.registry.storage.rows import ColumnValue
from energy_workbench.registry.storage.schema import Instant

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
    Column("health_since", Instant),
    Column("alarms", Text, nullable=False, server_default=""),
)
processes = Table(
    "processes",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("at", Instant, nullable=False),
    Column("detail", Text, nullable=False),
)
_events = events.table_of(metadata)
_findings = findings.table_of(metadata)

MOST_ROWS = 1000
"""Rows of events or findings that an answer has where nobody says how many."""


class StateStore:
    """Live state in a database of its own, so that polling never waits for an editor.

    The live state may be lost without harm: the next polling cycle writes it again. With it goes the history of
    communication and health, and findings until the data is looked at again.

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
        self._put_finding = _upsert(dialect.insert(_findings), *findings.IDENTITY)
        self._last: dict[int, Live] = {}

    def migrate(self) -> None:
        """Create what is missing; a damaged file is set aside, and a new one begun.

        Raises
        ------
        HomeError
            If the place cannot be written.
        """
        path = self.database.path
        if path is None:
            self._create()
            return
        with state_file.alone(path):
            if why := state_file.damage(path):
                state_file.set_aside(path, why)
            self._create()
            try:
                self.read()
                self.processes()
            except ValueError as error:
                self.database.close()
                state_file.set_aside(path, str(error))
                self._create()

    def _create(self) -> None:
        self.database.create()
        with self.database.write() as connection:
            metadata.create_all(connection)
            _add_columns(connection)

    def close(self) -> None:
        """Close every connection."""
        self.database.close()

    def write(self, updates: Mapping[int, Live], before: Mapping[int, Live] | None = None) -> None:
        """Replace the state of some meters, by key; what changed of communication and health becomes an event.

        Parameters
        ----------
        before : mapping of int to Live, optional
            What was read of them, where other processes write them too; by default what this process wrote last.
        """
        rows = [_row(meter, state) for meter, state in updates.items()]
        if not rows:
            return
        now = clock.now()
        with self.database.write() as connection:
            known = self._known(connection, updates) if before is None else before
            connection.execute(self._put_live, rows)
            changed = [
                event for meter, after in updates.items() for event in events.changes(meter, known[meter], after, now)
            ]
            events.record(connection, _events, changed)
        if before is None:
            self._last |= updates

    def note(self, seen: Mapping[int, Live]) -> int:
        """Write down how meters that nobody polls come and go, an event each; how many did.

        Parameters
        ----------
        seen : mapping of int to Live
            Their states now, as `domain.presence` says. Of who is seen for the first time there is no event.
        """
        with self.database.write() as connection:
            stored = _states(connection)
            new = {key: _present(Live(), now) for key, now in seen.items() if key not in stored}
            changed = {
                key: _present(stored[key], now)
                for key, now in seen.items()
                if key in stored and stored[key].communication is not now.communication
            }
            if written := new | changed:
                connection.execute(self._put_live, [_row(key, state) for key, state in written.items()])
            at = clock.now()
            noted = [event for key, now in changed.items() for event in events.changes(key, stored[key], now, at)]
            events.record(connection, _events, noted)
        return len(changed)

    def read(self) -> dict[int, Live]:
        """The state of every meter that was ever polled, by key."""
        with self.database.read() as connection:
            return _states(connection)

    def events(
        self,
        meter: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        limit: int = MOST_ROWS,
    ) -> list[Event]:
        """Changes of communication and health, newest first.

        Parameters
        ----------
        meter : int, optional
            Key of the meter; all by default.
        start, end : datetime, optional
            Aware; half-open.
        limit : int
            Most events.
        """
        with self.database.read() as connection:
            return events.listing(connection, _events, meter, start, end, limit)

    def prune(self, days: float) -> int:
        """Take away events that are older than so many days; how many went."""
        with self.database.write() as connection:
            return events.prune(connection, _events, clock.now(), days)

    def add_findings(self, found: Sequence[Finding]) -> None:
        """Write findings; one of the same meter, name, quantity and start knows more and takes its place."""
        if found:
            with self.database.write() as connection:
                findings.put(connection, self._put_finding, found)

    def replace_findings(self, name: str, meter: int, start: datetime, end: datetime, found: Sequence[Finding]) -> None:
        """What was found when a span [start, end) was looked at again, in place of what was of that name before.

        Parameters
        ----------
        name : str
            Dotted; those below it are meant too: `counter` has `counter.rollover`.
        meter : int
            Key of the meter.
        """
        with self.database.write() as connection:
            findings.remove(connection, _findings, name, meter, start, end)
            findings.put(connection, self._put_finding, found)

    def findings(
        self,
        meter: int | None = None,
        start: datetime | None = None,
        end: datetime | None = None,
        name: str | None = None,
        limit: int = MOST_ROWS,
    ) -> list[Finding]:
        """Findings that touch a span [start, end), newest first; `name` has those below it too."""
        with self.database.read() as connection:
            return findings.listing(connection, _findings, meter=meter, start=start, end=end, name=name, limit=limit)

    def heartbeat(self, process: str, detail: str = "") -> None:
        """Say that a process is alive now."""
        with self.database.write() as connection:
            connection.execute(self._put_process, {"name": process, "at": clock.now(), "detail": detail})

    def processes(self) -> dict[str, tuple[datetime, str]]:
        """When each process was last alive [UTC], and what it said."""
        with self.database.read() as connection:
            return {row.name: (row.at, row.detail) for row in connection.execute(select(processes))}

    def _known(self, connection: Connection, updates: Mapping[int, Live]) -> Mapping[int, Live]:
        """What was known of these meters; from the database what this process did not write itself."""
        if updates.keys() - self._last.keys():
            self._last = {**_states(connection), **self._last}
            for meter in updates.keys() - self._last.keys():
                self._last[meter] = Live()
        return self._last


def _states(connection: Connection) -> dict[int, Live]:
    return {
        row.meter: Live(
            communication=Communication(row.communication),
            health=Health(row.health),
            health_reason=row.health_reason,
            error=row.error,
            last_seen=row.last_seen,
            values=json.loads(row.readings),
            health_since=row.health_since,
            alarms=_alarms(row.alarms),
        )
        for row in connection.execute(select(live))
    }


def _row(meter: int, state: Live) -> dict[str, ColumnValue]:
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
    }


def _present(state: Live, now: Live) -> Live:
    """A state with what another one says of whether readings come."""
    return replace(state, communication=now.communication, error=now.error)


def _upsert(statement: sqlite.Insert | postgresql.Insert, *keys: str) -> Insert:
    changed = {column.name: column for column in statement.excluded if column.name not in (*keys, "key")}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=changed)


def _add_columns(connection: Connection) -> None:
    """What an earlier version's table lacks; the rest of it stays, live state has no steps of its own."""
    there = {column["name"] for column in inspect(connection).get_columns(live.name)}
    for column in live.columns:
        if column.name not in there:
            kind = column.type.compile(connection.dialect)
            default = "" if column.nullable else " NOT NULL DEFAULT ''"
            connection.execute(text(f"ALTER TABLE {live.name} ADD COLUMN {column.name} {kind}{default}"))


def _dump_alarms(alarms: HealthConditions) -> str:
    return json.dumps({name: asdict(alarm) for name, alarm in alarms.items()}) if alarms else ""


def _alarms(stored: str) -> HealthConditions:
    return {name: HealthCondition(**alarm) for name, alarm in json.loads(stored).items()} if stored else {}


def _dump(values: Mapping[str, float | None]) -> str:
    # A value that is no number is no value; JSON has no word for it either.
    clean = {name: value if value is not None and math.isfinite(value) else None for name, value in values.items()}
    return json.dumps(clean, separators=(",", ":"))
