"""Locked months: who locked one, what a change alters in it and why, and which sent reports differ then."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

LISTED = 5
"""Reports, and meters, that a text names; the rest is counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthLock:
    """A month whose numbers are not changed without a reason.

    Attributes
    ----------
    month : str
        Of the site's calendar: `2026-09`.
    start, end : datetime
        UTC; half-open.
    at : datetime
        UTC; when it was locked.
    by, reason : str
    """

    month: str
    start: datetime
    end: datetime
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentReport:
    """A report that people have: its run, what it was called, and when it was sent [UTC]."""

    run: int
    name: str
    report: str
    period: str
    sent_at: datetime

    def __str__(self) -> str:
        return f"{self.name} {self.period}"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedChange:
    """A change that alters numbers of locked months.

    Attributes
    ----------
    months : tuple of str
    reason : str
        Empty where none was given.
    reports : tuple of SentReport
        Those that were sent and say something else than what would be written now, oldest first.
    meters : tuple of str
        Numbers of the meters whose numbers it alters, where several are changed together.
    """

    months: tuple[str, ...]
    reason: str = ""
    reports: tuple[SentReport, ...] = ()
    meters: tuple[str, ...] = ()

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> LockedChange:
        """From JSON, as `plain` makes it."""
        reports = (
            SentReport(**{**each, "sent_at": datetime.fromisoformat(each["sent_at"])}) for each in plain["reports"]
        )
        return cls(
            months=tuple(plain["months"]), reason=plain["reason"], reports=tuple(reports),
            meters=tuple(plain.get("meters", ())),
        )  # fmt: skip

    def told(self) -> str:
        """Which months, and which reports differ, in words."""
        many = "are locked" if len(self.months) > 1 else "is locked"
        more = f" and {len(self.meters) - LISTED} more" if len(self.meters) > LISTED else ""
        of = f", and numbers of {', '.join(self.meters[:LISTED])}{more} would be others" if self.meters else ""
        return f"{' and '.join(self.months)} {many}{of}; {differing(self.reports)}"


def differing(reports: tuple[SentReport, ...]) -> str:
    """Which sent reports differ after a change, in words."""
    if not reports:
        return "no report of that time was sent"
    more = f" and {len(reports) - LISTED} more" if len(reports) > LISTED else ""
    return f"sent reports that differ then: {', '.join(map(str, reports[:LISTED]))}{more}"


@dataclass(slots=True)
class Stated:
    """Why changes are made, and what those that were made did to locked months."""

    reason: str
    within: bool = False
    """Whether a block around it tells what was done."""
    changes: list[LockedChange] = field(default_factory=list)

    @property
    def change(self) -> LockedChange | None:
        """All of it as one; None where no locked month was changed."""
        if not self.changes:
            return None
        reports = {each.run: each for change in self.changes for each in change.reports}
        months = sorted({month for change in self.changes for month in change.months})
        return replace(self.changes[0], months=tuple(months), reports=tuple(reports.values()))


_STATED: ContextVar[Stated | None] = ContextVar("stated", default=None)


@contextmanager
def because(reason: str | None = None) -> Iterator[Stated]:
    """Changes within are made for that reason; without one, for that of the block around it, if any.

    What it gives knows afterwards what they did to locked months.
    """
    around = _STATED.get()
    stated = Stated((reason or "").strip() or (around.reason if around else ""), within=around is not None)
    token = _STATED.set(stated)
    try:
        yield stated
    finally:
        _STATED.reset(token)
        if around is not None:
            around.changes += stated.changes


def stated() -> Stated:
    """Why changes are made here; an empty reason where nobody said it."""
    return _STATED.get() or Stated("")


class LockedMonthWarning(UserWarning):
    """A change altered a locked month; the text says which, and which sent reports differ."""


def heard(change: LockedChange, *, room: bool) -> None:
    """Tell the block around of a change that a service made; without one, warn where the answer has no room for it."""
    if (around := _STATED.get()) is not None:
        around.changes.append(change)
    elif not room:
        warn(change, stacklevel=5)


def warn(change: LockedChange | None, *, stacklevel: int = 3) -> None:
    """Tell who called what a change altered, where an answer has no room for it."""
    if change is not None:
        text = f"{' and '.join(change.months)} was locked and has been changed; {differing(change.reports)}"
        warnings.warn(text, LockedMonthWarning, stacklevel=stacklevel)
