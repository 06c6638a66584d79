"""Schedules and runs as REST, pages and the command line show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.live import iso
from energy_workbench.contract.rows.schedules import ReportParameter, ReportRow, RunRow, ScheduleRow
from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.domain.fields import schedule_fields
from energy_workbench.domain.fields.schedule_field import Plain
from energy_workbench.domain.schedules import Run, RunState, Schedule
from energy_workbench.domain.time import crontab
from energy_workbench.registry.report_schedules import revision
from energy_workbench.services.reports import catalogue

SHOWN_FILES = ("html", "pdf", "xlsx")
"""Kinds of files that a run offers."""


def report_rows(folders: Sequence[Path]) -> list[ReportRow]:
    """The reports there are; one whose notebook is damaged is left out."""
    rows: list[ReportRow] = []
    for name in catalogue.names(folders):
        try:
            report = catalogue.find(name, folders)
        except WorkbenchError:
            continue
        parameters: list[ReportParameter] = [
            {"name": each.name, "type": each.type.__name__, "default": each.default, "help": each.help}
            for each in report.parameters.values()
        ]
        rows.append({"name": name, "parameters": parameters})
    return rows


def schedule_row(
    schedule: Schedule,
    run: Run | None,
    warnings: dict[str, str],
    numbers: Mapping[str, str],
    zone: ZoneInfo,
    now: datetime,
) -> ScheduleRow:
    """A schedule, when it runs next and how it last went.

    Parameters
    ----------
    numbers : mapping of str to str
        Numbers of meters by id, deleted ones too.
    """
    stored: dict[str, Plain] = {field.name: field.plain(schedule) for field in schedule_fields.FIELDS}
    if meter := schedule.parameters.get("meter"):
        stored["parameters"] = schedule.parameters | {"meter": numbers.get(str(meter), meter)}
    upcoming = None if schedule.paused else crontab.next_time(schedule.cron, zone, now)
    row = {
        "id": schedule.id,
        **stored,
        "since": iso(schedule.since, zone),
        "described": crontab.described(schedule.cron),
        "next_run": upcoming and iso(upcoming, zone),
        "run": run and run_row(run, zone, now),
        "warnings": warnings,
        "revision": revision(schedule),
    }
    return cast(ScheduleRow, row)


def run_row(run: Run, zone: ZoneInfo, now: datetime) -> RunRow:
    """A run: what it does or did, for how long, and why."""
    seconds = None
    if run.started_at:
        seconds = round(max(0.0, ((run.finished_at or now) - run.started_at).total_seconds()), 1)
    return {
        "id": run.key,
        "schedule": run.schedule,
        "name": run.name,
        "report": run.report,
        "period": run.period,
        "manual": run.manual,
        "planned_at": iso(run.planned_at, zone),
        "due_at": iso(run.due_at, zone),
        "state": str(run.state),
        "started_at": iso(run.started_at, zone),
        "finished_at": iso(run.finished_at, zone),
        "seconds": seconds,
        "attempts": run.attempts,
        "failures": run.failures,
        "reason": run.reason,
        "progress": run.progress,
        "step": run.step,
        "completeness": run.completeness,
        "incomplete": run.incomplete and run.state is RunState.DONE,
        "delivered": list(run.delivered),
        "files": [kind for kind in SHOWN_FILES if kind in run.files],
        "cancelling": bool(run.cancel_by) and run.finished_at is None,
    }
