"""The audit: who changed what, when, from what to what; and the counter that grows with each change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, RowMapping, Select, func, insert, select, update

from energy_workbench.domain.fields.plain import Row, plain
from energy_workbench.domain.locks.locked_months import LockedChange
from energy_workbench.registry.storage import locks, loops, schema, tables
from energy_workbench.registry.storage.rows import RowChange

BASELINE: Final = "registry.baseline"
"""Action of an entry that says all that was configured: the trail can be replayed from the last one on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One change of the configuration.

    Attributes
    ----------
    at : datetime
        UTC.
    by : str
        Who asked for it: the name of a token, or of a command.
    action : str
        Such as `meter.update`.
    subject : str
        What was changed: a meter's id, a token's name, a gateway's address.
    before, after : mapping or None
        The fields that changed; None where there was, or is, nothing.
    change : int
        Number of the change, by which it is undone; entries of one change share it.
    undoes : int or None
        Number of the change that this one takes back.
    rows : tuple of RowChange
        What it did to the tables; only read where it is needed.
    locked : LockedChange or None
        What the change altered of locked months, and why.
    """

    at: datetime
    by: str
    action: str
    subject: str
    before: Row | None = None
    after: Row | None = None
    change: int = 0
    undoes: int | None = None
    rows: tuple[RowChange, ...] = field(default=(), repr=False, compare=False)
    locked: LockedChange | None = None

    @classmethod
    def of(cls, row: RowMapping) -> AuditEntry:
        """An entry as its table holds it, with or without what it did."""
        given: dict[str, Any] = {name: value for name, value in row.items() if name != "key"}
        rows = tuple(map(RowChange.of, given.pop("rows", None) or ()))
        locked = given.pop("locked")
        return cls(**given, rows=rows, locked=locked and LockedChange.of(locked))


def commit(connection: Connection, entries: Sequence[AuditEntry], *, undoes: int | None = None) -> None:
    """Do what the entries say, and write them down as one change.

    Raises
    ------
    LockedMonthError
        If they alter numbers of a locked month, and nobody said why.
    LoopError
        If a meter would be below itself or made of itself at some time: the transaction is to be taken back.
    """
    if entries:
        changes = [change for entry in entries for change in entry.rows]
        locked = locks.admit(connection, changes)
        tables.write(connection, changes, at=entries[0].at)
        loops.refuse(connection, changes)
        record(connection, entries, undoes=undoes, locked=locked)


def record(
    connection: Connection,
    entries: Sequence[AuditEntry],
    *,
    undoes: int | None = None,
    locked: LockedChange | None = None,
) -> None:
    """Write down what was done, as one change and one new revision of the registry."""
    if not entries:
        return
    counter = schema.revision
    connection.execute(update(counter).values(value=counter.c.value + 1))
    number = connection.execute(select(counter.c.value)).scalar_one()
    connection.execute(
        insert(schema.audit),
        [
            {
                "change": number,
                "undoes": undoes,
                "at": entry.at,
                "by": entry.by[:200],
                "action": entry.action,
                "subject": entry.subject,
                "before": entry.before,
                "after": entry.after,
                "rows": [change.plain() for change in entry.rows] or None,
                "locked": locked and plain(locked),
            }
            for entry in entries
        ],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which entries are asked for; what is None does not matter.

    Attributes
    ----------
    subject, by : str or None
    action : str or None
        Dotted, with those below it: `meter` has `meter.update`.
    start, end : datetime or None
        UTC; entries of [start, end).
    """

    subject: str | None = None
    by: str | None = None
    action: str | None = None
    start: datetime | None = None
    end: datetime | None = None

    def of(self, query: Select[Any]) -> Select[Any]:
        """A query of the trail, of these entries only."""
        table = schema.audit
        if self.subject is not None:
            query = query.where(table.c.subject == self.subject)
        if self.by is not None:
            query = query.where(table.c.by == self.by)
        if self.action is not None:
            below = table.c.action.startswith(f"{self.action}.", autoescape=True)
            query = query.where((table.c.action == self.action) | below)
        if self.start is not None:
            query = query.where(table.c.at >= self.start)
        if self.end is not None:
            query = query.where(table.c.at < self.end)
        return query


ALL: Final = Wanted()


def recent(connection: Connection, limit: int, wanted: Wanted = ALL, *, offset: int = 0) -> list[AuditEntry]:
    """The newest changes, newest first, without their rows."""
    table = schema.audit
    shown = [column for column in table.c if column.name not in ("key", "rows")]
    query = wanted.of(select(*shown)).order_by(table.c.key.desc()).limit(limit).offset(offset)
    return [AuditEntry.of(row) for row in connection.execute(query).mappings()]


def count(connection: Connection, wanted: Wanted = ALL) -> int:
    """How many changes there are."""
    return connection.execute(wanted.of(select(func.count()).select_from(schema.audit))).scalar_one()


def count_by(connection: Connection, column: Literal["by", "action"], wanted: Wanted = ALL) -> dict[str, int]:
    """How many changes each did, or of each action there are."""
    counted = schema.audit.c[column]
    rows = connection.execute(wanted.of(select(counted, func.count())).group_by(counted))
    return {str(name): int(number) for name, number in rows}


def entries_from(
    connection: Connection, change: int, *, only: bool = False, with_rows: bool = True
) -> list[AuditEntry]:
    """Entries from a change on, or of that change only, oldest first, with or without their rows."""
    table = schema.audit
    columns = [column for column in table.c if with_rows or column.name != "rows"]
    query = select(*columns).where(table.c.change == change if only else table.c.change >= change)
    return [AuditEntry.of(row) for row in connection.execute(query.order_by(table.c.key)).mappings()]


def latest(connection: Connection) -> list[AuditEntry]:
    """Entries of the newest change, without their rows."""
    number = connection.execute(select(schema.audit.c.change).order_by(schema.audit.c.key.desc()).limit(1)).scalar()
    return entries_from(connection, number or 0, only=True, with_rows=False)


def last_baseline(connection: Connection) -> int:
    """Number of the change from which the trail can be replayed; 0 where it is complete."""
    table = schema.audit
    query = select(table.c.change).where(table.c.action == BASELINE).order_by(table.c.key.desc()).limit(1)
    return connection.execute(query).scalar() or 0
