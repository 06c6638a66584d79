"""Model of the page of scheduled reports: the schedules, and runs, form and actions of the chosen one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from traitlets import Bool, Enum, HasTraits, List, Unicode

from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.contract.rows.schedules import MailTested, RunRow, ScheduleRow
from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.domain.time.period_text import beside
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.schedules.form_model import FormModel

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

RUNS = 30
"""Runs of the history that are shown."""
LATE = timedelta(minutes=1)
"""A run that is due for longer than this is overdue."""


@dataclass(frozen=True)
class Answer:
    """What one round of requests brought."""

    site: SiteRow
    rows: tuple[ScheduleRow, ...]
    runs: tuple[RunRow, ...]
    of: str
    """Id of the schedule whose runs they are."""


class SchedulesModel(HasTraits):
    """Headless: the list, the chosen schedule with its runs, a form, and the question before an action."""

    site = Unicode("")
    as_of = Unicode("")
    problem = Unicode("")
    """What the reader is told when something is wrong; empty while all is well."""
    failure = Unicode("")
    """Why the last action could not be done; it stays until the next one."""
    notice = Unicode("")
    """Result of the last action."""
    rows: list[ScheduleRow] = List()
    known = Bool(False)
    """Whether the list was ever read."""
    selected = Unicode("")
    """Id of the chosen schedule."""
    runs: list[RunRow] = List()
    """The newest runs of the chosen one."""
    overdue = Bool(False)
    """Whether the open run of the chosen one should have been taken up long ago."""
    question = Enum(("", "run", "delete", "mail"), "")
    period = Unicode("")
    """Of which period a report is sent that is asked for, as it is written."""
    address = Unicode("")
    """Who gets the test mail."""
    busy = Bool(False)

    def __init__(
        self, workbench: WorkbenchContract, doer: Doer, deliver: Callable[[str, bytes], None] = lambda *_: None
    ) -> None:
        super().__init__()
        self._workbench, self._doer, self._deliver = workbench, doer, deliver
        self._wanted = ""
        self._zone = "UTC"
        self.form = FormModel(workbench, doer, self._saved)

    @property
    def row(self) -> ScheduleRow | None:
        """The chosen schedule; None where there is none."""
        return next((row for row in self.rows if row["id"] == self.selected), None)

    @property
    def open_run(self) -> RunRow | None:
        """The run of the chosen one that is not over; None where there is none."""
        run = self.row["run"] if self.row else None
        return run if run and run["state"] in ("due", "waiting", "running", "retrying") else None

    def _overdue(self) -> bool:
        run = self.open_run
        return (
            run is not None and run["state"] != "running" and datetime.fromisoformat(run["due_at"]) < clock.now() - LATE
        )

    # Asking

    def ask(self) -> Callable[[], Answer]:
        """The request for the present choice; the answer is made in a thread."""
        workbench, chosen = self._workbench, self.selected

        def ask() -> Answer:
            rows = tuple(workbench.schedules())
            here = chosen if any(row["id"] == chosen for row in rows) else ""
            runs = tuple(workbench.runs(here, RUNS)) if here else ()
            return Answer(workbench.site(), rows, runs, here)

        return ask

    def take(self, answer: Answer) -> None:
        """Show an answer."""
        now = clock.now().astimezone(zone_of(answer.site["timezone"]))
        with self.hold_trait_notifications():
            self.problem, self.site, self.known = "", answer.site["name"], True
            self._zone = answer.site["timezone"]
            self.as_of = f"{now:%a %d %b %Y, %H:%M:%S}"
            self.rows = [row.copy() for row in answer.rows]
            ids = [row["id"] for row in answer.rows]
            if self.selected not in ids:
                wanted = next((row["id"] for row in answer.rows if row["name"].casefold() == self._wanted), "")
                self.selected = wanted or (ids[0] if ids else "")
            if answer.of == self.selected:
                self.runs = [run.copy() for run in answer.runs]
            self.overdue = self._overdue()

    def refresh(self) -> None:
        """Fetch and show."""
        self._doer.do(self.ask(), self.take, key="schedules")

    # Choosing

    def want(self, name: str) -> None:
        """Choose the schedule of that name, now or once they are known."""
        self._wanted = name.casefold()
        if key := next((row["id"] for row in self.rows if row["name"].casefold() == self._wanted), ""):
            self.choose(key)

    def choose(self, key: str) -> None:
        """Choose a schedule."""
        if key == self.selected or not any(row["id"] == key for row in self.rows):
            return
        with self.hold_trait_notifications():
            self.selected, self.runs, self.question = key, [], ""
        self.refresh()

    # Acting

    def edit(self) -> None:
        """Show the form of the chosen one, from what is stored this instant."""
        if key := self.selected:
            self._doer.do(lambda: self._workbench.schedule(key), self.form.edit, key="edit")

    def pause(self) -> None:
        """Pause the chosen one, or let it run again."""
        if not (row := self.row):
            return
        paused = not row["paused"]
        said = f"{row['name']} is paused." if paused else f"{row['name']} runs again, from now on."
        self._act(lambda: self._workbench.update_schedule(row["id"], {"paused": paused}), said)

    def put_question(self, question: str) -> None:
        """Ask before a report is sent (of which period), a schedule deleted, or a test mail sent (to whom)."""
        self.failure = ""
        if question == "mail":
            self.question = question
        elif row := self.row:
            with self.hold_trait_notifications():
                self.question, self.period = question, row["period"]

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""
        return zone_of(self._zone)

    def choose_period(self, text: str) -> None:
        """Send the report of another period than the schedule's."""
        try:
            parse_period(text, self.zone, clock.now())
        except PeriodError as error:
            self.failure = str(error)
        else:
            with self.hold_trait_notifications():
                self.period, self.failure = text, ""

    def step_period(self, by: int) -> None:
        """Send it of the period beside the one that is chosen."""
        self.choose_period(beside(parse_period(self.period, self.zone, clock.now()), by, self.zone).text)

    def refuse(self) -> None:
        """Do nothing."""
        with self.hold_trait_notifications():
            self.question, self.failure = "", ""

    def confirm(self) -> None:
        """Do what was asked for."""
        row, question = self.row, self.question
        if question == "mail":
            self._try_mail()
            return
        if not row or not question:
            return
        key = row["id"]
        if question == "delete":
            self._act(
                lambda: self._workbench.delete_schedule(key),
                f"{row['name']} was deleted. Its reports and history stay.",
            )
        else:
            period = None if self.period == row["period"] else self.period
            self._act(
                lambda: self._workbench.run_schedule(key, period), f"{row['name']} ({self.period}) is on its way."
            )

    def _try_mail(self) -> None:
        """Send the test mail, and say whether the server took it."""
        address = self.address

        def done(told: MailTested) -> None:
            with self.hold_trait_notifications():
                self.busy, self.failure = False, told["error"]
                if told["ok"]:
                    self.question, self.notice = "", f"{told['server']} took a test mail to {told['address']}."

        def failed(error: Exception) -> None:
            with self.hold_trait_notifications():
                self.busy, self.failure = False, explain_change(error)

        if not self.busy:
            with self.hold_trait_notifications():
                self.busy, self.notice, self.failure = True, "", ""
            self._doer.do(lambda: self._workbench.test_mail(address), done, failed, key="mail")

    def cancel_run(self) -> None:
        """Cancel the run of the chosen one that is not over."""
        if run := self.open_run:
            key = run["id"]
            self._act(lambda: self._workbench.cancel_run(key), f"{run['name']}, {run['period']}: cancelling.")

    def download(self, run: int, kind: str) -> None:
        """Hand the reader a file that a run wrote."""
        self._doer.do(lambda: self._workbench.run_file(run, kind), lambda file: self._deliver(*file), key="download")

    def _act(self, act: Callable[[], Any], said: str) -> None:
        if self.busy:
            return

        def done(_: Any) -> None:
            with self.hold_trait_notifications():
                self.busy, self.question, self.notice, self.problem = False, "", said, ""
            self.refresh()

        def failed(error: Exception) -> None:
            with self.hold_trait_notifications():
                self.busy, self.notice, self.failure = False, "", explain_change(error)

        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""
        self._doer.do(act, done, failed, key="act")

    def _saved(self, row: ScheduleRow, verb: str) -> None:
        careful = " ".join(f"⚠ {reason}." for reason in dict.fromkeys(row["warnings"].values()))
        self.notice = f"{row['name']} was {verb}. {careful}".strip()
        self._wanted = row["name"].casefold()
        with self.hold_trait_notifications():
            self.selected, self.runs = "", []
        self.refresh()
