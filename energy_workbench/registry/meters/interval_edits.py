"""Edits of intervals by analysts: written down with a reason, corrected, taken back."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import instant
from energy_workbench.domain.time.axis import floor_interval
from energy_workbench.energy.counter_steps import Edit
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import changed, typed

COLUMNS: Final = ("energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah")
"""What of an interval can be edited; the rest follows."""


def listing(
    connection: Connection, key: int | None = None, start: datetime | None = None, end: datetime | None = None
) -> list[tuple[int, Edit]]:
    """Edits with the keys of their meters, by meter and time; of those that begin in [start, end)."""
    table = schema.interval_edits
    query = select(table).order_by(table.c.meter, table.c.start)
    if key is not None:
        query = query.where(table.c.meter == key)
    if start is not None:
        query = query.where(table.c.start >= start)
    if end is not None:
        query = query.where(table.c.start < end)
    return [(row["meter"], typed(Edit, row)) for row in connection.execute(query).mappings()]


def store(connection: Connection, meter: Meter, given: Edit, *, by: str, at: datetime) -> None:
    """Write an edit down; another of the same interval is replaced, the same again changes nothing."""
    edit = _checked(meter, given, at)
    before = {each.start: each for _, each in listing(connection, meter.key)}.get(edit.start)
    if before != edit:
        _write(connection, meter, before, edit, by=by, at=at)


def remove(connection: Connection, meter: Meter, start: datetime, *, by: str, at: datetime) -> None:
    """Take an edit back: the interval is again what the readings say."""
    before = {each.start: each for _, each in listing(connection, meter.key)}.get(start)
    if before is None:
        raise NotFoundError(f"the interval of meter {meter.number} at {start} was not edited")
    _write(connection, meter, before, None, by=by, at=at)


def _write(connection: Connection, meter: Meter, old: Edit | None, new: Edit | None, *, by: str, at: datetime) -> None:
    action = "interval.restore" if new is None else "interval.edit"
    # People read the energies by name, not as a column that has them all.
    before, after = (
        None if each is None else {**each.energies, "reason": each.reason, "start": instant(each.start)}
        for each in (old, new)
    )
    row = changed("interval_edits", old, new, meter=meter.key)
    entry = journal.AuditEntry(at=at, by=by, action=action, subject=meter.id, before=before, after=after, rows=(row,))
    journal.commit(connection, [entry])


def _checked(meter: Meter, given: Edit, now: datetime) -> Edit:
    problems: list[Problem] = []

    def wrong(field: str, value: Any, reason: str) -> None:
        problems.append(Problem(meter.number, field, str(value)[:60], reason))

    start = given.start.astimezone(UTC)
    if start != floor_interval(start):
        wrong("start", given.start, "is no start of an interval: they begin at full quarters of an hour")
    if start > now:
        wrong("start", given.start, "lies ahead")
    energies: dict[str, float] = {}
    for name, value in given.energies.items():
        if name not in COLUMNS:
            wrong(name, value, f"cannot be edited: {', '.join(COLUMNS)} can")
        elif isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value) or value < 0:
            wrong(name, value, "a number is needed, zero or above")
        else:
            energies[name] = float(value)
    if not given.energies:
        wrong("energies", "", f"are required: one of {', '.join(COLUMNS)}")
    reason = ""
    try:
        reason = text_of(500)(given.reason)
        if not reason:
            wrong("reason", "", "is required: say why, for whoever reads the audit")
    except ValueError as error:
        wrong("reason", given.reason, str(error))
    if problems:
        raise InputError(f"the interval of meter {meter.number} cannot be edited", problems)
    return Edit(start=start, energies=energies, reason=reason)
