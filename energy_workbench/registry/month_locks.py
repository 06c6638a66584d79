"""Months that are locked: their numbers are not changed without a reason."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError, Problem
from energy_workbench.domain.exchanges import Exchange
from energy_workbench.domain.fields.plain import Row
from energy_workbench.domain.locks.locked_months import LockedChange, MonthLock, SentReport, because
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.registry import sites
from energy_workbench.registry.base import Opened
from energy_workbench.registry.checks.conversions import text_of
from energy_workbench.registry.meters import exchanges, queries
from energy_workbench.registry.meters.checked import one
from energy_workbench.registry.storage import journal, locks, schema
from energy_workbench.registry.storage.alterations import Altered, alterations
from energy_workbench.registry.storage.journal import AuditEntry
from energy_workbench.registry.storage.rows import RowChange, changed

TICK = timedelta(microseconds=1)
_SITE = 1
"""Key of the site that a registry holds."""


@dataclass(frozen=True, slots=True)
class ReadingSpan:
    """Readings of a meter from an instant to another, both among them [UTC]."""

    meter: int
    first: datetime
    last: datetime


NO_MONTH = "is no month: write one such as 2026-09"


def add(connection: Connection, month: str, reason: str, *, by: str, at: datetime) -> None:
    """Lock a month that is over."""
    zone = zone_of(sites.read_site(connection).timezone)
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
        raise InputError("the month cannot be locked", [Problem("lock", "month", month[:60], NO_MONTH)])
    if parse_period(month, zone, at).end > at:
        raise ConflictError(f"{month} is not over: a month can be locked once it is")
    if any(lock.month == month for lock in locks.listing(connection)):
        raise ConflictError(f"{month} is locked already")
    try:
        said = str(text_of(locks.LONGEST)(reason))
    except ValueError as error:
        raise InputError("the month cannot be locked", [Problem("lock", "reason", reason[:60], str(error))]) from None
    row = {"at": at.isoformat(), "by": by[:200], "reason": said}
    _write(connection, month, None, row, action="month.lock", by=by, at=at)


def remove(connection: Connection, month: str, *, by: str, at: datetime) -> None:
    """Unlock a month."""
    lock = next((each for each in locks.listing(connection) if each.month == month), None)
    if lock is None:
        raise NotFoundError(f"{month} is not locked: `months list` shows those that are")
    row = {"at": lock.at.isoformat(), "by": lock.by, "reason": lock.reason}
    _write(connection, month, row, None, action="month.unlock", by=by, at=at)


def _write(
    connection: Connection,
    month: str,
    old: dict[str, str] | None,
    new: dict[str, str] | None,
    *,
    action: str,
    by: str,
    at: datetime,
) -> None:
    row = RowChange("month_locks", (_SITE, month), old, new)
    entry = AuditEntry(at=at, by=by, action=action, subject=month, before=old, after=new, rows=(row,))
    journal.commit(connection, [entry])


class MonthLocks(Opened):
    """Locking months, and what changes do to those that are."""

    def locked_months(self) -> list[MonthLock]:
        """Those that are locked, oldest first."""
        with self.database.read() as connection:
            return locks.listing(connection)

    def lock_month(self, month: str, reason: str = "", *, by: str) -> None:
        """Lock a month of the site's calendar, such as `2026-09`.

        Raises
        ------
        InputError
            If it is none.
        ConflictError
            If it is not over, or locked already.
        """
        with self.database.write() as connection:
            add(connection, month, reason, by=by, at=clock.now())

    def unlock_month(self, month: str, reason: str | None, *, by: str) -> None:
        """Unlock it, for a reason.

        Raises
        ------
        NotFoundError
            If it is not locked.
        LockedMonthError
            If no reason is given.
        """
        with because(reason), self.database.write() as connection:
            remove(connection, month, by=by, at=clock.now())

    def locked_changes(self) -> list[AuditEntry]:
        """The changes that altered locked months, newest first."""
        table = schema.audit
        shown = [column for column in table.c if column.name not in ("key", "rows")]
        with self.database.read() as connection:
            query = select(*shown).where(table.c.locked.is_not(None)).order_by(table.c.key.desc())
            return [AuditEntry.of(row) for row in connection.execute(query).mappings()]

    def reports_sent_of(self, start: datetime, end: datetime) -> list[SentReport]:
        """Reports that somebody has of some of a stretch of time [UTC], oldest first."""
        with self.database.read() as connection:
            return list(locks.sent_reports(connection, [Altered(None, start, end)]))

    def altered_by_ratio(self, ref: str | int, ratio: Ratio, *replaces: datetime | None) -> LockedChange:
        """What a CT/PT pair that is added, or replaces another, would alter: locked months, and sent reports.

        Parameters
        ----------
        *replaces : datetime or None
            Where the pair begins that it takes the place of, if any.
        """
        with self.database.read() as connection:
            key = queries.find(connection, ref, deleted=True)
            history = {each.valid_from: each for _, each in queries.all_ratios(connection, key)}
            pairs: list[tuple[Ratio | None, Ratio | None]] = [(history.get(ratio.valid_from), ratio)]
            pairs += [(history[each], None) for each in replaces if each in history and each != ratio.valid_from]
            rows = [changed("ratios", old, new, meter=key) for old, new in pairs]
            return locks.altered(connection, list(alterations(connection, rows)))

    def altered_by_exchange(
        self,
        ref: str | int,
        at: datetime,
        exchange: Exchange | None,
        *,
        ratio: Ratio | None = None,
        profile: str | None = None,
    ) -> LockedChange:
        """What an exchange would alter that is written down or, where there is none any more, taken away.

        Parameters
        ----------
        ratio, profile
            Those that come with the device.
        """
        with self.database.read() as connection:
            meter = one(connection, ref)
            old = next((each for _, each in exchanges.listing(connection, meter.key) if each.at == at), None)
            rows = [] if old == exchange else [changed("exchanges", old, exchange, meter=meter.key)]
            if ratio is not None:
                history = {each.valid_from: each for _, each in queries.all_ratios(connection, meter.key)}
                rows.append(changed("ratios", history.get(ratio.valid_from), ratio, meter=meter.key))
            if profile is not None and profile != meter.profile:
                own = {"profile": meter.profile}, {"profile": profile}
                rows.append(RowChange("meters", (meter.key,), *own))
            return locks.altered(connection, list(alterations(connection, rows)))

    def admit_readings(
        self, spans: Sequence[ReadingSpan], count: int, *, by: str, dry_run: bool = False
    ) -> LockedChange:
        """Let new readings in; where they are of a locked month, the reason is audited.

        Parameters
        ----------
        spans : sequence of ReadingSpan
        count : int
            How many there are.
        dry_run : bool
            Only say which months and reports it would alter.

        Raises
        ------
        LockedMonthError
            If they are of a locked month, and no reason is given.
        """
        stretches = [Altered(each.meter, each.first, each.last + TICK) for each in spans]
        with self.database.read() as connection:
            if dry_run:
                return locks.altered(connection, stretches)
            # Where nothing is locked, whoever records readings waits for no other writer.
            if not locks.months(connection, stretches):
                return LockedChange(months=())
        with self.database.write() as connection:
            change = locks.admit_readings(connection, stretches)
            if change is None:
                return LockedChange(months=())
            meters = sorted({f"mtr_{each.meter}" for each in spans})
            subject = meters[0] if len(meters) == 1 else f"{len(meters)} meters"
            first, last = min(each.first for each in spans), max(each.last for each in spans)
            after: Row = {"readings": count, "first": first.isoformat(), "last": last.isoformat()}
            entry = AuditEntry(at=clock.now(), by=by, action="readings.add", subject=subject, after=after)
            journal.record(connection, [entry], locked=change)
            return change
