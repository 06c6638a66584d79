"""Decisions of analysts on steps of counters: written down, corrected, taken back."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection, select

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError, NotFoundError, Problem
from energy_workbench.domain.fields.plain import attributes
from energy_workbench.domain.quantities import QUANTITIES, Kind
from energy_workbench.energy.counter_steps import Choice, Decision
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import journal, schema
from energy_workbench.registry.storage.rows import changed, typed

FIGURES: Final = ("modulus", "closing", "opening")


def listing(
    connection: Connection, key: int | None = None, start: datetime | None = None, end: datetime | None = None
) -> list[tuple[int, Decision]]:
    """Decisions with the keys of their meters, by meter and time; of those in [start, end)."""
    table = schema.decisions
    query = select(table).order_by(table.c.meter, table.c.at, table.c.quantity)
    if key is not None:
        query = query.where(table.c.meter == key)
    if start is not None:
        query = query.where(table.c.at >= start)
    if end is not None:
        query = query.where(table.c.at < end)
    return [(row["meter"], typed(Decision, row)) for row in connection.execute(query).mappings()]


def store(connection: Connection, meter: Meter, given: Iterable[Decision], *, by: str, at: datetime) -> None:
    """Write decisions down as one change; another on the same step is corrected, the same again changes nothing."""
    known = _known(connection, meter)
    decisions = [_checked(meter, each) for each in given]
    changes = [(known.get((each.quantity, each.at)), each) for each in decisions]
    entries = [_entry(meter, old, new, by=by, at=at) for old, new in changes if old != new]
    if entries:
        journal.commit(connection, entries)


def remove(
    connection: Connection, meter: Meter, quantity: str, instants: Iterable[datetime], *, by: str, at: datetime
) -> None:
    """Take decisions back as one change: the steps are judged by their evidence again."""
    known, entries = _known(connection, meter), []
    for when in instants:
        if (before := known.get((quantity, when))) is None:
            text = f"nothing was decided on {quantity} of meter {meter.number} at {when}: see the review list"
            raise NotFoundError(text)
        entries.append(_entry(meter, before, None, by=by, at=at))
    journal.commit(connection, entries)


def _known(connection: Connection, meter: Meter) -> dict[tuple[str, datetime], Decision]:
    return {(each.quantity, each.at): each for _, each in listing(connection, meter.key)}


def _entry(meter: Meter, old: Decision | None, new: Decision | None, *, by: str, at: datetime) -> journal.AuditEntry:
    action = "decision.delete" if new is None else "decision.correct" if old else "decision.add"
    before, after = (None if each is None else attributes(each) for each in (old, new))
    row = changed("decisions", old, new, meter=meter.key)
    return journal.AuditEntry(at=at, by=by, action=action, subject=meter.id, before=before, after=after, rows=(row,))


def _checked(meter: Meter, given: Decision) -> Decision:
    problems: list[Problem] = []

    def wrong(field: str, reason: str) -> None:
        problems.append(Problem(meter.number, field, str(getattr(given, field))[:60], reason))

    quantity = QUANTITIES.get(given.quantity)
    if quantity is None or quantity.kind is not Kind.COUNTER:
        wrong("quantity", "is no counter, such as energy_active_import")
    reason = ""
    try:
        reason = text_of(500)(given.reason)
    except ValueError as error:
        wrong("reason", str(error))
    if not reason and not problems:
        wrong("reason", "is required: say why, for whoever reads the audit")
    if not given.since < given.at:
        wrong("since", "must be before the step")
    if given.until is not None and (given.choice is not Choice.GLITCH or given.until <= given.at):
        wrong("until", "is the end of the readings that a glitch discards, after the first of them")
    for name in FIGURES:
        value = getattr(given, name)
        if value is not None and not (math.isfinite(value) and value >= 0):
            wrong(name, "a number, zero or above")
    if given.modulus is not None and given.choice is not Choice.ROLLOVER:
        wrong("modulus", "belongs to a rollover only")
    readings = (given.closing, given.opening)
    if given.choice is Choice.EXCHANGE:
        if None in readings:
            wrong("closing", "an exchange needs the old device's closing and the new one's opening reading")
    elif readings != (None, None):
        wrong("closing", "belongs to an exchange only")
    if problems:
        raise InputError(f"the decision on meter {meter.number} cannot be stored", problems)
    until = None if given.until is None else given.until.astimezone(UTC)
    return replace(given, reason=reason, since=given.since.astimezone(UTC), at=given.at.astimezone(UTC), until=until)
