"""Rows of locked months: which there are, what changed in them, and which sent reports differ."""

from __future__ import annotations

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant


class SentReportRow(TypedDict):
    """A report that people have: its run, what it was called, and when it was sent."""

    run: int
    name: str
    report: str
    period: str
    sent_at: Instant


class LockedChangeRow(TypedDict):
    """What a change altered: locked months, why, and the sent reports that differ from what would be written now."""

    months: list[str]
    reason: str
    reports: list[SentReportRow]


class LockedEntry(LockedChangeRow):
    """A change of a locked month: when, by whom, and what was done to what."""

    at: Instant
    by: str
    action: str
    subject: str
    number: str | None


class LateReadings(TypedDict):
    """Readings of a locked month that came after it was locked: they are stored, and count."""

    meter: str
    number: str
    text: str


class MonthLockRow(TypedDict):
    """A locked month, with what was changed in it since, and what came late."""

    month: str
    at: Instant
    by: str
    reason: str
    changes: list[LockedEntry]
    late: list[LateReadings]
    reports: list[SentReportRow]
