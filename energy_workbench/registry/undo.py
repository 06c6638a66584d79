"""Undo: a new change that restores what was before another one, refused where a later one builds on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import ConflictError, NotFoundError
from energy_workbench.domain.fields.plain import instant
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.meters import connections, formulas, queries
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.journal import AuditEntry
from energy_workbench.registry.storage.rows import OF_METERS, RowChange

Touch = tuple[object, ...]


def undo(connection: Connection, *, by: str, at: datetime, change: int | None = None) -> None:
    """Take back a change, or the last one of that user that still holds.

    What the change wrote is unwritten, dated rows too: a move that was a mistake never was. A meter that
    it created is deleted, for its key may have readings. An undo can itself be undone by its number.
    """
    wanted = last(connection, by) if change is None else change
    if wanted is None:
        raise ConflictError(f"there is no change by {by} that could be undone")
    entries = journal.entries_from(connection, wanted, only=True)
    if not entries:
        raise NotFoundError(f"there is no change {wanted}: the audit shows their numbers")
    gone = _undone(connection)
    _refuse_final(connection, wanted, entries, gone)
    newer = [entry for entry in journal.entries_from(connection, wanted + 1) if entry.change not in gone]
    # A newer change and its undo come to nothing together; the undo of an older one does not.
    _refuse_built_upon(entries, [entry for entry in newer if entry.undoes is None or entry.undoes < wanted])
    inverse = [_inverse(entry, by, at) for entry in reversed(entries)]
    written = [change for entry in inverse for change in entry.rows]
    _refuse_used_numbers(connection, written)
    back = {change.meter for change in written if change.table == "meters" and not (change.new or {}).get("deleted_at")}
    # Where meters are only deleted, none comes back to a device.
    before = queries.load(connection, None) if back else []
    journal.commit(connection, inverse, undoes=wanted)
    living = queries.load(connection, None, living=schema.meters.c.deleted_at.is_(None))
    _refuse_broken_tree(living)
    formulas.refuse_broken(connection, [change.meter for change in written if change.table in OF_METERS])
    was = {meter.key: meter for meter in before}
    connections.refuse_shared(connection, [(was.get(meter.key), meter) for meter in living if meter.key in back])


def last(connection: Connection, by: str) -> int | None:
    """Number of the newest change by a user that still holds and is not an undo."""
    gone = _undone(connection)
    table = schema.audit
    query = select(table.c.change).where(
        table.c.by == by[:200],
        table.c.undoes.is_(None),
        table.c.rows.is_not(None),
        table.c.action != journal.BASELINE,
        table.c.change > journal.last_baseline(connection),
    )
    for number in connection.execute(query.distinct().order_by(table.c.change.desc())).scalars():
        if number not in gone:
            return int(number)
    return None


def _undone(connection: Connection) -> set[int]:
    """Changes that were taken back, and not brought again by an undo of the undo."""
    table = schema.audit
    query = select(table.c.change, table.c.undoes).where(table.c.undoes.is_not(None)).distinct()
    gone: set[int] = set()
    for row in connection.execute(query.order_by(table.c.change.desc())):
        if row.change not in gone:
            gone.add(row.undoes)
    return gone


def _refuse_final(connection: Connection, number: int, entries: Sequence[AuditEntry], gone: set[int]) -> None:
    if number in gone:
        raise ConflictError(f"change {number} ({_told(entries[0])}) has been undone already")
    if not all(entry.rows for entry in entries) or entries[0].action == journal.BASELINE:
        raise ConflictError(f"change {number} ({_told(entries[0])}) is none that can be undone")
    if number < journal.last_baseline(connection):
        raise ConflictError(f"change {number} was made by an earlier version of the workbench: change it by hand")


def _refuse_built_upon(entries: Sequence[AuditEntry], newer: Sequence[AuditEntry]) -> None:
    written, needed = _touched(entries)
    for entry in newer:
        also_written, also_needed = _touched([entry])
        if also_written & (written | needed) or written & also_needed:
            raise ConflictError(
                f"{_told(entries[0])} cannot be undone: change {entry.change} ({_told(entry)}) builds on it; "
                "undo that one first"
            )


def _touched(entries: Iterable[AuditEntry]) -> tuple[set[Touch], set[Touch]]:
    """What changes wrote, and what they relied on."""
    written: set[Touch] = set()
    needed: set[Touch] = set()
    for change in (change for entry in entries for change in entry.rows):
        if change.table in OF_METERS:
            needed.add(("life", change.meter))
        if change.table == "meters":
            names = set(change.new or {})
            written |= {("meters", change.meter, name) for name in names}
            if change.old is None or "deleted_at" in names:
                written.add(("life", change.meter))
        elif change.table == "exchanges" or change.table not in OF_METERS:
            if not _first_named(change):
                written.add((change.table, *change.id))
        else:
            # A later parent, ratio or status was chosen in view of this one.
            written.add((change.table, change.meter))
    return written, needed - written


def _inverse(entry: AuditEntry, by: str, at: datetime) -> AuditEntry:
    rows = [change.inverse() for change in reversed(entry.rows) if not _first_named(change)]
    if any(change.table == "meters" and change.old is None for change in entry.rows):
        # Rows of meters are never removed; it is deleted, and keeps its ratio, place and status.
        rows = [
            RowChange("meters", change.id, {"deleted_at": None}, {"deleted_at": instant(at)})
            for change in entry.rows
            if change.table == "meters"
        ]
    return replace(entry, at=at, by=by, action="undo", before=entry.after, after=entry.before, rows=tuple(rows))


def _first_named(change: RowChange) -> bool:
    """Whether a gateway came with this change: it stays, nothing hangs on it."""
    return change.table == "gateways" and change.old is None


def _refuse_used_numbers(connection: Connection, changes: Iterable[RowChange]) -> None:
    renamed = [
        change
        for change in changes
        if change.table == "meters" and change.new and ("number" in change.new or "deleted_at" in change.new)
    ]
    if not renamed:
        return
    table = schema.meters
    meters = {row.key: row for row in connection.execute(select(table.c.key, table.c.number, table.c.deleted_at))}
    used = {folded(row.number): key for key, row in meters.items() if row.deleted_at is None}
    for change in renamed:
        key, new = change.meter, change.new or {}
        number = str(new.get("number", meters[key].number))
        lives = new.get("deleted_at", meters[key].deleted_at) is None
        if lives and used.get(folded(number), key) != key:
            raise ConflictError(f"the number {number!r} is in use by mtr_{used[folded(number)]} now: rename that first")


def _refuse_broken_tree(living: Sequence[Meter]) -> None:
    there = {meter.key for meter in living}
    for meter in living:
        if meter.parent is not None and meter.parent not in there:
            raise ConflictError(f"meter {meter.number} would be below one that is deleted: move it first")


def _told(entry: AuditEntry) -> str:
    return f"{entry.action} of {entry.subject} by {entry.by}"
