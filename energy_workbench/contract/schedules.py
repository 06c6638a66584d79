"""Reports: those there are, those that were written, and those that are sent by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from energy_workbench.contract import bodies
from energy_workbench.contract.notes import As, Between, Existing, Help, Limit, Longest, Named, Offset, Revision, Sent
from energy_workbench.contract.operation import CONTRADICTED, operation
from energy_workbench.contract.results.reports import WrittenReports
from energy_workbench.contract.rows.schedules import MailTested, ReportRow, RunRow, ScheduleCheck, ScheduleRow
from energy_workbench.contract.words import FileKindText
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.roles import May

TAG = "Scheduled reports"
WRITTEN = "Reports"

Ref = Annotated[str, Named("id"), Help("Id (`sch_…`) or name of the schedule")]
RunId = Annotated[int, Between(1, 2**31 - 1), Help("Id of the run")]


class SchedulesContract:
    """What plans reports, sees what became of them, and ends them; every change of a plan is audited.

    A schedule is named by its name or id. `fields` are `name, report, parameters, cron, period, formats,
    recipients` (each `{address, language}`), `webhook, owner, completeness_percent, wait_hours, paused`. Over REST
    editors see whole addresses. `warnings` of a schedule says by field what keeps it from working as it is set up: mail
    that no server takes.
    """

    @operation("GET", "/reports", "Reports there are", tag=TAG)
    def reports(self) -> list[ReportRow]:
        """The reports there are: `name` and `parameters`, each with `name, type, default, help`."""

    @operation("GET", "/reports/written", "Reports that were written", tag=WRITTEN, slow=True, paged=True)
    def written_reports(
        self,
        *,
        q: Annotated[
            str | None, Longest(200), Help("Text in title, period, meter, schedule or name of the report")
        ] = None,
        report: Annotated[str | None, Help("Only those of that report, such as `monthly`")] = None,
        meter: Annotated[str | None, Existing(), Help("Only those of that meter (id or number)")] = None,
        schedule: Annotated[str | None, Existing(), Help("Only those that this schedule sent (id or name)")] = None,
        complete: Annotated[bool | None, Help("Only the complete ones, or only the incomplete ones")] = None,
        limit: Limit | None = None,
        offset: Offset = 0,
    ) -> WrittenReports:
        """The reports in the folder of reports, newest first, whether a schedule sent them or somebody asked for them.

        Raises
        ------
        NotFoundError
            If there is no such meter or schedule.
        """

    @operation("GET", "/reports/written/{id}/files/{kind}", "A file of a written report", tag=WRITTEN, slow=True)
    def report_file(
        self,
        id: Annotated[str, Existing(), Help("Id (`rpt_…`) of the written report")],
        kind: Annotated[FileKindText, Help("`html`, `pdf` or `xlsx`")],
    ) -> tuple[str, bytes]:
        """Name and content of a file of a written report (`html`, `pdf`, `xlsx`).

        Raises
        ------
        NotFoundError
            If there is no such report, or it has no such file.
        """

    @operation("GET", "/schedules", "Scheduled reports", tag=TAG, secrets=True)
    def schedules(self) -> list[ScheduleRow]:
        """All schedules, by name, each with `next_run` and the run that is not over, else the last one, as `run`."""

    @operation(
        "POST",
        "/schedules",
        "Schedule a report",
        tag=TAG,
        needs=May.CHANGE,
        status=201,
        tagged=True,
        refuses=CONTRADICTED,
    )
    def create_schedule(self, fields: bodies.Schedule) -> ScheduleRow:
        """Plan a report: what, when, of which period, for whom.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If the name is in use.
        """

    @operation("POST", "/schedules/check", "Check a schedule", tag=TAG, needs=May.CHANGE)
    def check_schedule(
        self,
        fields: Annotated[Mapping[str, Any], As.MEMBER, Sent(bodies.Table.SCHEDULE)],
        id: Annotated[str | None, Existing(), As.MEMBER] = None,
    ) -> ScheduleCheck:
        """What is wrong with a form (`problems`) or looks wrong (`warnings`), and when it would run.

        `described` says that in words, `next_runs` has the next instants with their periods.

        Nothing is stored. `id` is the schedule that the form changes; None is a new one.
        """

    @operation(
        "GET", "/schedules/runs", "Runs of all reports", tag=TAG, secrets=True, paged=True,
        of_one=("/schedules/{id}/runs", "Runs of a report"),
    )  # fmt: skip
    def runs(
        self,
        schedule: Annotated[str | None, Named("id"), Help("Id (`sch_…`) or name of the schedule")] = None,
        limit: Limit = 50,
        *,
        offset: Offset = 0,
    ) -> list[RunRow]:
        """The newest runs of a schedule, or of all, deleted ones too, newest first.

        Each has status, duration, reason, progress and files.
        """

    @operation("GET", "/schedules/runs/{run}", "A run", tag=TAG, secrets=True)
    def run(self, run: RunId) -> RunRow:
        """What a run does, how far it is, or what became of it."""

    @operation("POST", "/schedules/runs/{run}/cancel", "Cancel a run", tag=TAG, needs=May.CHANGE)
    def cancel_run(self, run: RunId) -> RunRow:
        """Cancel a run; one that is being worked on ends within seconds, one that is over stays as it is."""

    @operation("GET", "/schedules/runs/{run}/files/{kind}", "A file of a run", tag=TAG, refuses=(InputError,))
    def run_file(self, run: RunId, kind: Annotated[FileKindText, Help("`html`, `pdf` or `xlsx`")]) -> tuple[str, bytes]:
        """Name and content of a file that a run wrote (`html`, `pdf`, `xlsx`).

        Raises
        ------
        NotFoundError
            If it wrote none, or it was taken away.
        """

    @operation("GET", "/schedules/{id}", "A scheduled report", tag=TAG, secrets=True, tagged=True)
    def schedule(self, schedule: Ref) -> ScheduleRow:
        """One schedule, as in the list: its plan, its next run, and the last.

        Raises
        ------
        NotFoundError
            If there is none.
        """

    @operation(
        "PUT", "/schedules/{id}", "Change a schedule", tag=TAG, needs=May.CHANGE, tagged=True, refuses=CONTRADICTED
    )
    def update_schedule(self, schedule: Ref, fields: bodies.Schedule, *, revision: Revision = None) -> ScheduleRow:
        """Change the given fields; a schedule that is resumed, or planned anew, begins now and catches nothing up.

        Raises
        ------
        InputError
            With everything that is wrong.
        ConflictError
            If it has been changed meanwhile, or the name is in use.
        """

    @operation("DELETE", "/schedules/{id}", "Delete a schedule", tag=TAG, needs=May.CHANGE, status=204)
    def delete_schedule(self, schedule: Ref) -> None:
        """Take it away; its history stays, what it planned and was not begun is cancelled."""

    @operation(
        "POST", "/schedules/{id}/run", "Send a report now", tag=TAG, needs=May.CHANGE, status=201, refuses=CONTRADICTED
    )
    def run_schedule(self, schedule: Ref, period: Annotated[str | None, As.MEMBER] = None) -> RunRow:
        """Send its report now, of the period that its rule means now, or of another one; the run.

        The scheduler begins within seconds. One of that period that waits for another attempt has it now.

        Raises
        ------
        ConflictError
            If one that somebody asked for is on its way already.
        """

    @operation("POST", "/mail/test", "Send a test mail", tag=TAG, needs=May.CHANGE, slow=True, exact=True)
    def test_mail(self, address: Annotated[str, As.MEMBER]) -> MailTested:
        """Hand a test mail to the mail server, as reports are handed to it: `ok`, else `error` in words.

        It says what failed: nobody there, no TLS, a certificate, the login, the address, no answer in time.

        Raises
        ------
        InputError
            If the address is none.
        """
