"""Live state: what polling last knew of each meter, how that changed, what was found, and which processes are alive."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Column, Connection, Insert, MetaData, String, Table, Text, inspect, select, text
from sqlalchemy.dialects import postgresql, sqlite

from energy_workbench.domain.entities import Live
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.time import clock
from energy_workbench.registry.live_state import events, findings, live_rows, state_file
from energy_workbench.registry.live_state.events import Event
from energy_workbench.registry.live_state.mirror import Mirror
from energy_workbench.registry.storage.database import Database
from energy_workbench.registry.storage.schema import Instant

metadata = MetaData()
live = live_rows.table_of(metadata)
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
        self._mirror = Mirror(live)

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
                self.understood()
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
        if not updates:
            return
        now = clock.now()
        with self.database.write() as connection:
            known = self._known(connection, updates) if before is None else before
            self._put(connection, updates)
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
        with self._mirror.lock, self.database.write() as connection:
            stored = self._mirror.states(connection)
            new = {key: _present(Live(), now) for key, now in seen.items() if key not in stored}
            changed = {
                key: _present(stored[key], now)
                for key, now in seen.items()
                if key in stored and stored[key].communication is not now.communication
            }
            if written := new | changed:
                self._put(connection, written)
            at = clock.now()
            noted = [event for key, now in changed.items() for event in events.changes(key, stored[key], now, at)]
            events.record(connection, _events, noted)
        return len(changed)

    def read(self, meters: Collection[int] | None = None) -> dict[int, Live]:
        """The state of every meter that was ever polled, by key, or of some; costs what changed since the last call.

        Parameters
        ----------
        meters : collection of int, optional
            Keys. Few are read by themselves, whatever else changed.
        """
        if meters is None or len(meters) > live_rows.FEW:
            with self._mirror.lock, self.database.read() as connection:
                states = self._mirror.states(connection)
            return states if meters is None else {key: states[key] for key in meters if key in states}
        if not meters:
            return {}
        with self.database.read() as connection:
            return live_rows.read_of(connection, live, meters)

    def understood(self) -> dict[int, Live]:
        """As `read`, all of it, each value looked at.

        Raises
        ------
        ValueError
            If one is no value.
        """
        states = self.read()
        for state in states.values():
            len(state.values)
        return states

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

    def _put(self, connection: Connection, states: Mapping[int, Live]) -> None:
        change = live_rows.last_change(connection, live) + 1
        connection.execute(self._put_live, [live_rows.row(meter, state, change) for meter, state in states.items()])

    def _known(self, connection: Connection, updates: Mapping[int, Live]) -> Mapping[int, Live]:
        """What was known of these meters; from the database what this process did not write itself."""
        if news := updates.keys() - self._last.keys():
            self._last |= dict.fromkeys(news, Live()) | live_rows.read_of(connection, live, news)
        return self._last


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
    for index in live.indexes:
        index.create(connection, checkfirst=True)
