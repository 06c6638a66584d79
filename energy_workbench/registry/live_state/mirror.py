"""Live state as this process last read it: who asks for all of it again reads what changed since."""

from __future__ import annotations

from threading import Lock

from sqlalchemy import Connection, Table, func, select

from energy_workbench.domain.entities import Live
from energy_workbench.registry.live_state import live_rows


class Mirror:
    """The states of all meters.

    Attributes
    ----------
    lock : Lock
        Held by who looks, from before its transaction begins: so that none sees less than was seen before.
    """

    def __init__(self, table: Table) -> None:
        self.lock = Lock()
        self._table = table
        self._seen: int | None = None
        self._states: dict[int, Live] = {}

    def states(self, connection: Connection) -> dict[int, Live]:
        """All states by key, as this transaction sees them."""
        newest = live_rows.last_change(connection, self._table)
        if self._seen is not None and newest >= self._seen:
            self._states |= live_rows.read(connection, self._table, self._table.c.changed > self._seen)
        count = connection.execute(select(func.count()).select_from(self._table)).scalar_one()
        if self._seen is None or newest < self._seen or count != len(self._states):
            # At first; and of another file, which was begun in place of a damaged one.
            self._states = live_rows.read(connection, self._table)
        self._seen = newest
        return dict(self._states)
