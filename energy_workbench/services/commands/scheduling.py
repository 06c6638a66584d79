"""Planning reports on the files of a home."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from energy_workbench.contract.rows.schedules import (
    MailTested,
    PlannedRun,
    ReportRow,
    RunRow,
    ScheduleCheck,
    ScheduleRow,
)
from energy_workbench.contract.schedules import SchedulesContract
from energy_workbench.domain.errors import ConflictError, NotFoundError
from energy_workbench.domain.paging import window
from energy_workbench.domain.schedules import OPEN, Run, RunState, Schedule, resolved
from energy_workbench.domain.time import clock, crontab
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.domain.time.period_text import iso
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.commands.schedule_draft import Known, checked, draft
from energy_workbench.services.home import Home
from energy_workbench.services.mail.smtp import NO_SERVER
from energy_workbench.services.mail.trial import send_test_mail
from energy_workbench.services.reports import catalogue, parameters
from energy_workbench.services.reports.refusals import refuse_whatever_comes
from energy_workbench.services.rows.schedules import SHOWN_FILES, report_rows, run_row, schedule_row

BY = "python"
"""Who changes something, where nobody says it."""
SHOWN_TIMES = 3
"""How many planned times a form shows."""


class Scheduling(Home, SchedulesContract):
    """The schedules; `by` is the name that the audit keeps."""

    def reports(self) -> list[ReportRow]:
        return report_rows(self._folders())

    def schedules(self) -> list[ScheduleRow]:
        newest = self.registry.newest_runs()
        return [self._row(each, newest.get(each.id)) for each in self.registry.schedules()]

    def schedule(self, schedule: str) -> ScheduleRow:
        known = self.registry.schedule(schedule)
        return self._row(known, self.registry.newest_runs().get(known.id))

    def check_schedule(self, fields: Mapping[str, Any], id: str | None = None) -> ScheduleCheck:
        known = self._known_now()
        now, zone = known.now, known.zone
        before = _new(now) if id is None else self.registry.schedule(id)
        after, problems = draft(before, fields, known)
        wrong = {problem.field for problem in problems}
        used = any(
            each.id != before.id and each.name.casefold() == after.name.casefold() for each in self.registry.schedules()
        )
        reasons = {problem.field: problem.reason for problem in problems}
        if used and "name" not in reasons:
            reasons["name"] = f"there is a schedule {after.name!r} already"
        planned: list[PlannedRun] = []
        described = ""
        if after.cron and "cron" not in wrong:
            described = crontab.described(after.cron)
            for _, instant in zip(range(SHOWN_TIMES), crontab.times(after.cron, zone, now), strict=False):
                period = "" if "period" in wrong else iso(parse_period(after.period, zone, instant), zone)
                planned.append({"at": instant.astimezone(zone).isoformat(), "period": period})
        return {
            "problems": reasons,
            "warnings": mail_warnings(after, self.settings),
            "described": described,
            "next_runs": planned,
        }

    def create_schedule(self, fields: Mapping[str, Any], *, by: str = BY) -> ScheduleRow:
        known = self._known_now()
        schedule = checked(_new(known.now), fields, known)
        self.registry.create_schedule(schedule, by=by)
        return self._row(schedule, None)

    def update_schedule(
        self, schedule: str, fields: Mapping[str, Any], *, revision: int | None = None, by: str = BY
    ) -> ScheduleRow:
        known = self._known_now()

        def change(before: Schedule) -> Schedule:
            return checked(before, fields, known)

        changed = self.registry.update_schedule(schedule, change, by=by, revision=revision)
        return self.schedule(changed.id)

    def delete_schedule(self, schedule: str, *, by: str = BY) -> None:
        self.registry.delete_schedule(schedule, by=by)

    def run_schedule(self, schedule: str, period: str | None = None, *, by: str = BY) -> RunRow:
        now, zone = clock.now(), self.zone
        known = self.registry.schedule(schedule)
        running = self.registry.newest_runs().get(known.id)
        span = parse_period(period, zone, now) if period else resolved(known.period, zone, now)[0]
        if running and running.state is RunState.RETRYING and running.period == iso(span, zone):
            return run_row(self.registry.hurry_run(running.key, now), zone, now)
        if running and running.manual and running.state in OPEN:
            raise ConflictError(f"{known.name} is on its way already (run {running.key}): wait for it, or cancel it")
        self.refuse_run(known, span.text, now)
        run = self.registry.plan_run(
            planned(
                known, span, f"manual {now.isoformat()} {secrets.token_hex(2)}", now, zone, reason=f"asked for by {by}"
            )
        )
        if run is None:
            raise ConflictError(f"{known.name} is on its way already")
        return run_row(run, zone, now)

    def runs(self, schedule: str | None = None, limit: int = 50, *, offset: int = 0) -> list[RunRow]:
        wanted = window(limit, offset)
        key = None if schedule is None else self._schedule_id(schedule)
        now, zone = clock.now(), self.zone
        return [run_row(run, zone, now) for run in self.registry.runs(key, wanted.stop)[wanted]]

    def run(self, run: int) -> RunRow:
        return run_row(self.registry.run(run), self.zone, clock.now())

    def cancel_run(self, run: int, *, by: str = BY) -> RunRow:
        return run_row(self.registry.cancel_run(run, by=by), self.zone, clock.now())

    def run_file(self, run: int, kind: str) -> tuple[str, bytes]:
        path = self.run_path(run, kind)
        try:
            return path.name, path.read_bytes()
        except OSError as error:
            raise NotFoundError(f"{path.name} of run {run} cannot be read: {error.strerror}") from None

    def run_path(self, run: int, kind: str) -> Path:
        """Where a file of a run is."""
        files = self.registry.run(run).files
        if kind not in SHOWN_FILES or kind not in files:
            raise NotFoundError(f"run {run} has no file {kind!r}: it has {', '.join(files) or 'none'}")
        return self.settings.reports_path / files[kind]

    def refuse_run(self, schedule: Schedule, period: str, now: datetime) -> None:
        """Refuse what cannot be written, as whoever writes it would, but for data: they can come until it begins.

        Raises
        ------
        NotFoundError, InputError, ReportError
            If there is no such report, parameter or meter, its notebook is damaged, or the period lies in the future.
        """
        report = catalogue.find(schedule.report, self._folders())
        asked = parameters.check(report, {**schedule.parameters, "period": period})
        wb: Any = self  # the workbench that this is a part of
        refuse_whatever_comes(wb, report, asked, now)

    def test_mail(self, address: str) -> MailTested:
        return send_test_mail(self.settings, self.site()["name"], address)

    def _row(self, schedule: Schedule, run: Run | None) -> ScheduleRow:
        warnings = mail_warnings(schedule, self.settings)
        return schedule_row(schedule, run, warnings, self._numbers(), self.zone, clock.now())

    def _schedule_id(self, ref: str) -> str:
        """The id; that of a deleted one counts where its history is there."""
        try:
            return self.registry.schedule(ref).id
        except NotFoundError:
            if ref.startswith("sch_") and self.registry.runs(ref, 1):
                return ref
            raise

    def _folders(self) -> tuple[Path, ...]:
        return (self.settings.notebooks_path,)

    def _known_now(self) -> Known:
        return Known(self.zone, clock.now(), self._meter_id, self._folders())

    def _meter_id(self, ref: str) -> str:
        return self._meter(ref).id


def mail_warnings(schedule: Schedule, settings: Settings) -> dict[str, str]:
    """What keeps mails of a schedule from being sent, by its field."""
    if settings.smtp_host:
        return {}
    by_mail = {"recipients": bool(schedule.recipients), "owner": "@" in schedule.owner and "://" not in schedule.owner}
    return {name: NO_SERVER for name, wanted in by_mail.items() if wanted}


def planned(schedule: Schedule, period: Period, occasion: str, at: datetime, zone: Any, *, reason: str = "") -> Run:
    """A run of a schedule that waits for its turn."""
    return Run(
        key=0,
        schedule=schedule.id,
        name=schedule.name,
        report=schedule.report,
        period=iso(period, zone),
        occasion=occasion,
        planned_at=at,
        due_at=at,
        state=RunState.DUE,
        reason=reason,
    )


def _new(now: datetime) -> Schedule:
    return Schedule(id=f"sch_{secrets.token_hex(5)}", name="", report="", cron="", since=now)
