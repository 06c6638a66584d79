"""Locked months, and what changes did to them, as REST shows it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.locked import (
    LateReadings,
    LockedChangeRow,
    LockedEntry,
    MonthLockRow,
    SentReportRow,
)
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.locks.locked_months import LockedChange, MonthLock, SentReport, Stated, warn

if TYPE_CHECKING:
    from energy_workbench.registry.storage.journal import AuditEntry


def report_rows(reports: Sequence[SentReport], zone: ZoneInfo) -> list[SentReportRow]:
    """Sent reports."""
    return [
        {
            "run": each.run,
            "name": each.name,
            "report": each.report,
            "period": each.period,
            "sent_at": iso(each.sent_at, zone),
        }
        for each in reports
    ]


def change_row(change: LockedChange, zone: ZoneInfo) -> LockedChangeRow:
    """What a change altered of locked months."""
    return {"months": list(change.months), "reason": change.reason, "reports": report_rows(change.reports, zone)}


def told(answer: Any, stated: Stated, zone: ZoneInfo) -> Any:
    """The answer with what its change altered of locked months; one that has no room for that is warned of.

    Over REST each answer has room, which the service fills itself.
    """
    if (change := stated.change) is None:
        return answer
    if isinstance(answer, dict):
        return {**answer, "locked_change": change_row(change, zone)}
    if not stated.within:
        warn(change, stacklevel=4)
    return answer


def lock_row(
    lock: MonthLock,
    entries: Sequence[AuditEntry],
    late: Sequence[Finding],
    reports: Sequence[SentReport],
    numbers: Mapping[str, str],
    zone: ZoneInfo,
) -> MonthLockRow:
    """A locked month.

    Parameters
    ----------
    entries : sequence of AuditEntry
        What altered locked months, newest first.
    late : sequence of Finding
        Readings that came after their month was locked.
    reports : sequence of SentReport
        Those that were sent of it.
    numbers : mapping of str to str
        Numbers of meters by id, deleted ones too.
    """
    return {
        "month": lock.month,
        "at": iso(lock.at, zone),
        "by": lock.by,
        "reason": lock.reason,
        "changes": [
            _entry(entry, entry.locked, numbers, zone)
            for entry in entries
            if entry.locked and lock.month in entry.locked.months and entry.at >= lock.at
        ],
        "late": [_late(each, numbers) for each in late if lock.start <= each.start < lock.end],
        "reports": report_rows(reports, zone),
    }


def _entry(entry: AuditEntry, change: LockedChange, numbers: Mapping[str, str], zone: ZoneInfo) -> LockedEntry:
    return {
        **change_row(change, zone),
        "at": iso(entry.at, zone),
        "by": entry.by,
        "action": entry.action,
        "subject": entry.subject,
        "number": numbers.get(entry.subject),
    }


def _late(finding: Finding, numbers: Mapping[str, str]) -> LateReadings:
    meter = f"mtr_{finding.meter}"
    return {"meter": meter, "number": numbers.get(meter, meter), "text": finding.text}
