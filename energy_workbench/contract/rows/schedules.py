"""Rows of reports and of those that are sent by themselves."""

from __future__ import annotations

from typing import Annotated

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Unit, Words
from energy_workbench.contract.words import FileKindText, Hours, Percent, Seconds, Share
from energy_workbench.domain.schedules import ParameterValue, RunState

RunStateText = Annotated[str, Words(tuple(RunState))]


class ReportParameter(TypedDict):
    """What a report can be asked with."""

    name: str
    type: Annotated[str, Words(("str", "int", "float", "bool"))]
    default: ParameterValue
    help: str


class ReportRow(TypedDict):
    """A report that there is."""

    name: str
    parameters: list[ReportParameter]


class WrittenReport(TypedDict):
    """A report that was written: of what and when, which schedule sent it, how complete it is, and its files.

    `period` is ISO and empty where the report has none, `meter` a number and empty for the whole site, `schedule`
    the name of one and empty for a report that somebody asked for.
    """

    id: str
    title: str
    report: str
    site: str
    period: str
    meter: str
    written_at: Instant
    schedule: str
    completeness: Share | None
    incomplete: bool
    running: bool
    files: list[FileKindText]


class RunRow(TypedDict):
    """A run: what it does or did, for how long, and why."""

    id: int
    schedule: str
    name: str
    report: str
    period: str
    manual: bool
    planned_at: Instant
    due_at: Instant
    state: RunStateText
    started_at: Instant | None
    finished_at: Instant | None
    seconds: Seconds | None
    attempts: int
    failures: int
    reason: str
    progress: Share
    step: str
    completeness: Share | None
    incomplete: bool
    delivered: list[str]
    files: list[str]
    cancelling: bool


class Recipient(TypedDict):
    """Whom a report is sent to, in which language."""

    address: str
    language: str


class ScheduleRow(TypedDict):
    """A plan, when it runs next, the run that is not over, else the last, and what looks wrong with it, by field."""

    id: str
    name: str
    report: str
    parameters: dict[str, ParameterValue]
    cron: str
    period: str
    formats: list[str]
    recipients: list[Recipient]
    webhook: str
    owner: str
    completeness_percent: Percent
    wait_hours: Hours
    paused: bool
    since: Instant
    described: str
    next_run: Instant | None
    run: RunRow | None
    warnings: dict[str, str]
    revision: int


class PlannedRun(TypedDict):
    """When a plan would run, and of which period."""

    at: Instant
    period: str


class ScheduleCheck(TypedDict):
    """What is wrong or looks wrong with a form, by field, what it means, and when it would run."""

    problems: dict[str, str]
    warnings: dict[str, str]
    described: str
    next_runs: list[PlannedRun]


class MailTested(TypedDict):
    """Whether the mail server took a test mail, else why not, in words; `server` is empty where none is set up."""

    ok: bool
    address: str
    server: str
    error: str
    milliseconds: Annotated[int, Unit("ms")]
