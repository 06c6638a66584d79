"""Reports that are sent by themselves: what is planned, and what became of each run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from energy_workbench.domain.time.period import Period, parse_period

FORMATS: Final = ("html", "pdf", "xlsx")
"""What a report can be sent as."""
LANGUAGES: Final = {"en": "English", "de": "Deutsch", "hi": "हिन्दी"}
"""Languages of the mail's own words."""
PAUSES: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
"""How long after each failure a run is tried again; after the last of them it has failed."""
LOOKS: Final = tuple(timedelta(minutes=minutes) for minutes in (2, 5, 10, 20, 30))
"""How long after each look for missing data the next one comes; the last of them again and again."""
ParameterValue = str | float | bool | None
"""What a parameter of a report may be."""
LEASE: Final = timedelta(seconds=60)
"""For how long a run belongs to who claimed it, without a word of life."""


class RunState(StrEnum):
    """What a run is doing.

    `due` waits for its turn, `waiting` for data, `retrying` for another attempt; the others speak for themselves.
    """

    DUE = "due"
    WAITING = "waiting"
    RUNNING = "running"
    RETRYING = "retrying"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


OPEN: Final = (RunState.DUE, RunState.WAITING, RunState.RUNNING, RunState.RETRYING)
"""States of a run that is not over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Who gets a mail, in which language of `LANGUAGES`."""

    address: str
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A report that is sent by itself.

    Attributes
    ----------
    id : str
        Such as `sch_9f2c41d07b`; never given twice.
    name : str
        What people call it; unique, whatever its letter case.
    report : str
        Name of its notebook.
    parameters : dict
        What the report is asked with, beside the period; a meter by its id.
    cron : str
        When, in the site's zone: minute, hour, day of the month, month, day of the week.
    period : str
        What is reported, as of the planned instant: `last month`, `yesterday`, `2026-10`.
    formats : tuple of str
        Of `FORMATS`.
    recipients : tuple of Recipient
        Who gets it by mail.
    webhook : str
        Address that is told of it; empty for none.
    owner : str
        Who is told when it fails: an address of mail or of a webhook; empty for nobody.
    completeness_percent : float
        How much of the period's data must be there [%].
    wait_hours : float
        How long after the planned instant it waits for them; then it is sent, marked incomplete [h].
    paused : bool
        Nothing is planned while it is.
    since : datetime
        UTC; what was planned before then is none of its business: when it was created, resumed, or planned anew.
    """

    id: str
    name: str
    report: str
    cron: str
    since: datetime
    parameters: dict[str, ParameterValue] = field(default_factory=dict)
    period: str = "last month"
    formats: tuple[str, ...] = ("html", "pdf")
    recipients: tuple[Recipient, ...] = ()
    webhook: str = ""
    owner: str = ""
    completeness_percent: float = 95.0
    wait_hours: float = 12.0
    paused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One report of a schedule, from being planned to being sent.

    Attributes
    ----------
    key : int
    schedule : str
        Id of its schedule, which may be deleted by now.
    name, report : str
        As they were then.
    period : str
        ISO, resolved.
    occasion : str
        Empty for a finished period, which is sent once; the planned instant for one that was still running, and
        `manual …` where somebody asked for it.
    planned_at, due_at : datetime
        When it was planned for, and when something is to be done about it next.
    state : RunState
    attempts : int
        How often it was begun; `failures` of them in a row ended badly, `looks` found data missing.
    reason : str
        Why it is what it is, in words.
    progress : float
        0 to 1; `step` says what it is doing.
    completeness : float or None
        Share of the period's data that was there [0 to 1]; `incomplete` where it was sent with less than wanted.
    files : dict of str to str
        What was written, by kind: paths within the folder of reports.
    delivered : tuple of str
        To whom it has been delivered; nobody gets it twice.
    refused : dict of str to str
        Who will never get it, with the reason: they are not asked again.
    holder : str
        Who works on it; `lease_until` says for how long without a word.
    cancel_by : str
        Who wants it cancelled; empty for nobody.
    told : bool or None
        Whether the owner was told that it failed; None where there is nothing to tell.
    """

    key: int
    schedule: str
    name: str
    report: str
    period: str
    occasion: str
    planned_at: datetime
    due_at: datetime
    state: RunState
    started_at: datetime | None = None
    finished_at: datetime | None = None
    attempts: int = 0
    failures: int = 0
    looks: int = 0
    reason: str = ""
    progress: float = 0.0
    step: str = ""
    completeness: float | None = None
    incomplete: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    delivered: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    holder: str = ""
    lease_until: datetime | None = None
    cancel_by: str = ""
    told: bool | None = None

    @property
    def manual(self) -> bool:
        """Whether somebody asked for it."""
        return self.occasion.startswith("manual")


def resolved(rule: str, zone: ZoneInfo, planned: datetime) -> tuple[Period, str]:
    """The period that a rule means at a planned instant, and what tells its runs apart.

    A finished period is reported once, however often it is planned. One that still runs then (`this month`, sent
    each morning) is another one at each planned instant.
    """
    period = parse_period(rule, zone, planned)
    return period, "" if period.end <= planned else planned.isoformat()
