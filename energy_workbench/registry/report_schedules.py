"""Schedules of reports as they are stored: looked up, written, and every change written down."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from energy_workbench.domain.errors import ConflictError, NotFoundError
from energy_workbench.domain.fields import schedule_fields
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.fields.plain import instant
from energy_workbench.domain.fields.schedule_field import Plain
from energy_workbench.domain.schedules import Schedule
from energy_workbench.domain.time import clock
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.fields import folded
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import RowChange


def listing(connection: Connection) -> list[Schedule]:
    """All schedules, by name."""
    table = schema.schedules
    held = [_schedule(row) for row in connection.execute(select(table)).mappings()]
    return sorted(held, key=lambda each: natural(each.name))


def find(connection: Connection, ref: str) -> Schedule:
    """The schedule of that id or name."""
    table = schema.schedules
    same = (table.c.id == ref) | (table.c.folded == folded(ref.strip()))
    rows = connection.execute(select(table).where(same)).mappings().all() if ref.isprintable() else []
    # A name that looks like another one's id: the id counts.
    row = next((row for row in rows if row["id"] == ref), rows[0] if rows else None)
    if row is None:
        raise NotFoundError(f"there is no schedule {ref!r}: `energy-workbench schedules list` shows those there are")
    return _schedule(row)


def revision(schedule: Schedule) -> int:
    """What tells one state of a schedule from another."""
    return zlib.crc32(json.dumps(_contents(schedule), sort_keys=True).encode())


def create(connection: Connection, schedule: Schedule, *, by: str, at: datetime) -> None:
    """Store a new schedule."""
    _refuse_used_name(connection, schedule)
    _write(connection, None, schedule, "schedule.create", by=by, at=at)


def update(connection: Connection, before: Schedule, after: Schedule, *, by: str, at: datetime) -> None:
    """Store what a schedule has become; the same again changes nothing."""
    if before == after:
        return
    _refuse_used_name(connection, after)
    only_pause = {name for name, value in _contents(after).items() if value != _contents(before)[name]} <= {
        "paused",
        "since",
    }
    verb = ("pause" if after.paused else "resume") if only_pause else "update"
    _write(connection, before, after, f"schedule.{verb}", by=by, at=at)


def refuse_stale(stored: Schedule, wanted: Schedule, seen: int | None) -> None:
    """Raise ConflictError, with both versions, where a schedule is not what a change was made from."""
    if seen is not None and seen != revision(stored):
        raise ConflictError(
            f"the schedule {stored.name} has been changed meanwhile: read it again and repeat the change",
            stored={"id": stored.id, **_contents(stored), "revision": revision(stored)},
            wanted={"id": wanted.id, **_contents(wanted), "revision": seen},
        )


def remove(connection: Connection, ref: str, *, by: str, at: datetime) -> Schedule:
    """Take a schedule away; its runs stay."""
    schedule = find(connection, ref)
    _write(connection, schedule, None, "schedule.delete", by=by, at=at)
    return schedule


def _refuse_used_name(connection: Connection, schedule: Schedule) -> None:
    table = schema.schedules
    query = select(table.c.id).where(table.c.folded == folded(schedule.name), table.c.id != schedule.id)
    if connection.execute(query).first():
        raise ConflictError(f"there is a schedule {schedule.name!r} already: choose another name")


def _contents(schedule: Schedule) -> dict[str, Plain]:
    """What is stored of it, without the id."""
    fields = {field.name: field.plain(schedule) for field in schedule_fields.FIELDS}
    return fields | {"since": instant(schedule.since)}


def _schedule(row: RowMapping) -> Schedule:
    fields = {field.name: field.typed(row[field.name]) for field in schedule_fields.FIELDS}
    return Schedule(id=row["id"], since=row["since"], **fields)


def _write(
    connection: Connection, before: Schedule | None, after: Schedule | None, action: str, *, by: str, at: datetime
) -> None:
    shown = after or before
    assert shown is not None
    old, new = (None if each is None else _contents(each) for each in (before, after))
    if old and new:
        names = [name for name in old if old[name] != new[name]]
        old, new = ({name: each[name] for name in names} for each in (old, new))
    entry = journal.AuditEntry(
        at=at,
        by=by,
        action=action,
        subject=shown.name,
        before=old,
        after=new,
        rows=(RowChange("schedules", (shown.id,), old, new),),
    )
    journal.commit(connection, [entry])


class ReportSchedules(Opened):
    """Reports that are sent by themselves."""

    def schedules(self) -> list[Schedule]:
        """All of them, by name."""
        with self.database.read() as connection:
            return listing(connection)

    def schedule(self, ref: str) -> Schedule:
        """One by its id or name.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.read() as connection:
            return find(connection, ref)

    def create_schedule(self, schedule: Schedule, *, by: str) -> None:
        """Store a new one.

        Raises
        ------
        ConflictError
            If its name is in use.
        """
        with self.database.write() as connection:
            create(connection, schedule, by=by, at=clock.now())

    def update_schedule(
        self, ref: str, change: Callable[[Schedule], Schedule], *, by: str, revision: int | None = None
    ) -> Schedule:
        """Store what `change` makes of it; with `revision`, it must be the one that the change was made from.

        Raises
        ------
        NotFoundError
            If there is none.
        ConflictError
            If it has been changed meanwhile, or its new name is in use.
        """
        with self.database.write() as connection:
            before = find(connection, ref)
            after = change(before)
            refuse_stale(before, after, revision)
            update(connection, before, after, by=by, at=clock.now())
            return after

    def delete_schedule(self, ref: str, *, by: str) -> Schedule:
        """Take one away; its runs stay, those that were not begun are cancelled by the scheduler.

        Raises
        ------
        NotFoundError
            If there is none.
        """
        with self.database.write() as connection:
            return remove(connection, ref, by=by, at=clock.now())
