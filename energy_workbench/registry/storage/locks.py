"""The lock of months: a change that alters numbers of a locked one needs a reason, and is told with sent reports."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from energy_workbench.domain.errors import InputError, LockedMonthError, Problem
from energy_workbench.domain.locks.locked_months import LockedChange, MonthLock, SentReport, stated
from energy_workbench.domain.schedules import RunState
from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.storage import schema
from energy_workbench.registry.storage.alterations import Altered, alterations
from energy_workbench.registry.storage.rows import RowChange

LONGEST = 500
"""Characters of a reason."""


def admit(connection: Connection, changes: Sequence[RowChange]) -> LockedChange | None:
    """Refuse changes of locked months without a reason; None where no locked month is altered.

    Raises
    ------
    LockedMonthError
        With the months, and the sent reports that would differ.
    """
    locks = listing(connection)
    if not locks:
        return None
    opened = {str(change.id[1]) for change in changes if change.table == "month_locks" and change.new is None}
    return _admitted(connection, locks, list(alterations(connection, changes)), opened)


def admit_readings(connection: Connection, stretches: Sequence[Altered]) -> LockedChange | None:
    """The same of readings that are new in these stretches."""
    locks = listing(connection)
    return _admitted(connection, locks, stretches, ()) if locks else None


def of_meters(connection: Connection, changes: Sequence[RowChange]) -> dict[int, tuple[str, ...]]:
    """The locked months whose numbers changes would alter, by key of the meter that alters them."""
    locks = listing(connection)
    found: dict[int, set[str]] = {}
    for each in alterations(connection, changes) if locks else ():
        if each.meter is not None:
            found.setdefault(each.meter, set()).update(
                lock.month for lock in locks if each.overlaps(lock.start, lock.end)
            )
    return {key: tuple(sorted(months)) for key, months in found.items() if months}


def altered(connection: Connection, stretches: Sequence[Altered]) -> LockedChange:
    """What a change of these stretches would do: which locked months it alters, which sent reports would differ."""
    return LockedChange(months=months(connection, stretches), reports=tuple(sent_reports(connection, stretches)))


def months(connection: Connection, stretches: Sequence[Altered]) -> tuple[str, ...]:
    """The locked months that share time with these stretches."""
    return tuple(lock.month for lock in listing(connection) if _overlaps(stretches, lock.start, lock.end))


def listing(connection: Connection) -> list[MonthLock]:
    """The locked months, oldest first."""
    table = schema.month_locks
    rows = connection.execute(select(table).order_by(table.c.month)).all()
    if not rows:
        return []
    zone = zone_of(connection.execute(select(schema.site.c.timezone)).scalar_one())
    locks = []
    for row in rows:
        span = parse_period(row.month, zone, row.at)
        locks.append(
            MonthLock(month=row.month, start=span.start, end=span.end, at=row.at, by=row.by, reason=row.reason)
        )
    return locks


def sent_reports(connection: Connection, stretches: Sequence[Altered]) -> Iterator[SentReport]:
    """Reports that somebody has, of a time that is altered, and of the site or of a meter that is altered or above.

    Of a schedule that is deleted it is not known what its reports were about: they count.
    """
    if not stretches:
        return
    runs, schedules = schema.report_runs, schema.schedules
    zone = zone_of(connection.execute(select(schema.site.c.timezone)).scalar_one())
    parameters = {row.id: row.parameters for row in connection.execute(select(schedules.c.id, schedules.c.parameters))}
    above = _above(connection)
    about = {key: _about(above, key) for key in {each.meter for each in stretches}}
    ended = runs.c.state.in_((RunState.DONE, RunState.FAILED))
    for run in connection.execute(select(runs).where(ended).order_by(runs.c.planned_at, runs.c.key)):
        meter = str((parameters.get(run.schedule) or {}).get("meter") or "")
        mine = [each for each in stretches if not meter or each.meter is None or meter in about[each.meter]]
        if run.delivered and mine and _within(mine, run.period, zone, run.planned_at):
            yield SentReport(
                run=run.key,
                name=run.name,
                report=run.report,
                period=run.period,
                sent_at=run.finished_at or run.planned_at,
            )


def _within(stretches: Sequence[Altered], period: str, zone: ZoneInfo, planned: datetime) -> bool:
    span = parse_period(period, zone, planned)
    # Of a period that still ran, it says what was by then.
    return _overlaps(stretches, span.start, min(span.end, planned))


def _overlaps(stretches: Sequence[Altered], start: datetime, end: datetime) -> bool:
    return any(each.overlaps(start, end) for each in stretches)


def _above(connection: Connection) -> dict[int, list[int]]:
    """What each meter ever was directly below."""
    table = schema.placements
    above: dict[int, list[int]] = {}
    for key, parent in connection.execute(select(table.c.meter, table.c.parent).where(table.c.parent.is_not(None))):
        above.setdefault(key, []).append(parent)
    return above


def _about(above: Mapping[int, Sequence[int]], meter: int | None) -> set[str]:
    """Ids of a meter and of all that it ever was below: their reports have its numbers in them."""
    if meter is None:
        return set()
    found, waiting = {meter}, [meter]
    while waiting:
        fresh = set(above.get(waiting.pop(), ())) - found
        found |= fresh
        waiting += fresh
    return {f"mtr_{key}" for key in found}


def _admitted(
    connection: Connection, locks: Sequence[MonthLock], stretches: Sequence[Altered], opened: Collection[str]
) -> LockedChange | None:
    touched = [lock.month for lock in locks if lock.month in opened or _overlaps(stretches, lock.start, lock.end)]
    if not touched:
        return None
    given = stated()
    change = LockedChange(
        months=tuple(touched), reason=_reason(given.reason), reports=tuple(sent_reports(connection, stretches))
    )
    if not change.reason:
        raise LockedMonthError(change)
    if stretches:
        given.changes.append(change)
    return change


def _reason(text: str) -> str:
    try:
        return str(text_of(LONGEST)(text))
    except ValueError as error:
        raise InputError("the reason cannot be kept", [Problem("change", "reason", text[:60], str(error))]) from None
