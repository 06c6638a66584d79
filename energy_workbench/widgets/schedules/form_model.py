"""Model of the form of a schedule: values, their check by the service, and storing them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from traitlets import Int, List, Unicode

from energy_workbench.contract.rows.schedules import PlannedRun, ReportRow, ScheduleCheck, ScheduleRow
from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.form import PAUSE, Form
from energy_workbench.widgets.schedules import fields
from energy_workbench.widgets.schedules.fields import Field

if TYPE_CHECKING:
    from energy_workbench.contract.schedules import SchedulesContract


class FormModel(Form):
    """Headless. `add` or `edit` begins, `set` answers, `save` ends it or leaves what is wrong in `problems`.

    Parameters
    ----------
    workbench : SchedulesContract
    doer : Doer
    saved : callable
        Is given the stored schedule, and what was done to it in a word.
    """

    described = Unicode("")
    """When it would run, in words."""
    next_runs: list[PlannedRun] = List()
    reports: list[ReportRow] = List()
    """The reports there are, with their parameters."""
    refusals = Int(0)
    """How often `save` was refused for what is in `problems`."""

    def __init__(self, workbench: SchedulesContract, doer: Doer, saved: Callable[[ScheduleRow, str], None]) -> None:
        super().__init__(doer)
        self._workbench, self._saved = workbench, saved
        self._row: ScheduleRow | None = None
        """The stored schedule that is edited; None of a new one."""

    @property
    def report(self) -> ReportRow | None:
        """The chosen report; None where it is not known, or not yet."""
        return next((each for each in self.reports if each["name"] == self.values.get("report")), None)

    @property
    def takes_meter(self) -> bool:
        """Whether the chosen report can be asked of one meter."""
        return self.report is None or any(each["name"] == "meter" for each in self.report["parameters"])

    @property
    def own(self) -> tuple[Field, ...]:
        """The fields of the chosen report's own parameters."""
        return fields.of_report(self.report)

    @property
    def _sent(self) -> fields.Sent:
        return fields.sent(self.values, self.own if self.report else None)

    @property
    def _names(self) -> set[str]:
        """Every field that is shown."""
        return {*fields.FIELDS, *(field.name for field in self.own)}

    def add(self) -> None:
        """Begin a new schedule."""
        self._begin("add", None, fields.defaults(), "New schedule")

    def edit(self, row: ScheduleRow) -> None:
        """Begin to change one."""
        self._begin("edit", row, fields.texts(row), f"Edit {row['name']}")

    def _begin(self, kind: str, row: ScheduleRow | None, values: dict[str, str], title: str) -> None:
        self._row = row
        self._open(kind, values, title, described="", next_runs=[])
        self._doer.do(self._workbench.reports, lambda reports: self.set_trait("reports", reports), key="reports")
        self._check(0.0)

    def set(self, name: str, text: str) -> None:
        """Set the value of a field."""
        if name not in self._names or text == self.values.get(name):
            return
        self._touched.add(name)
        values = {**self.values, name: text}
        if name == "report":
            # What another report was asked with means nothing to this one.
            values = {each: value for each, value in values.items() if not each.startswith(fields.PARAMETER)}
        if name == fields.TIMES and text != fields.OWN:
            values["cron"] = text
        self.values = values
        self._check(PAUSE)

    def _check(self, wait: float) -> None:
        sent, key = self._sent, None if self._row is None else self._row["id"]
        self._doer.do(
            lambda: self._workbench.check_schedule(sent, key), self._take_check, self._no_check, key="check", wait=wait
        )

    def _take_check(self, check: ScheduleCheck) -> None:
        self._all_problems = self._by_field(check["problems"])
        with self.hold_trait_notifications():
            self.described, self.next_runs = check["described"], list(check["next_runs"])
            shown = self._touched if self.kind == "add" else self._names
            self.problems = {name: reason for name, reason in self._all_problems.items() if name in shown}
            self.warnings = self._by_field(check["warnings"])

    def save(self) -> None:
        """Store it, if it can be."""
        if self.busy or not self.kind:
            return
        if self._all_problems:
            self._touched = self._names
            with self.hold_trait_notifications():
                self.problems = dict(self._all_problems)
                self.failure = self._all_problems.get("", "")
                self.refusals += 1
            return
        sent, workbench, row = self._sent, self._workbench, self._row

        def act() -> ScheduleRow:
            if row is None:
                return workbench.create_schedule(sent)
            return workbench.update_schedule(row["id"], sent, revision=row["revision"])

        def done(stored: ScheduleRow) -> None:
            verb = "changed" if row else "added"
            with self.hold_trait_notifications():
                self.busy, self.kind = False, ""
            self._saved(stored, verb)

        def failed(error: Exception) -> None:
            with self.hold_trait_notifications():
                self.busy = False
                if isinstance(error, InputError) and error.problems:
                    self._all_problems = self._by_field({each.field: each.reason for each in error.problems})
                    self.problems, self.failure = dict(self._all_problems), self._all_problems.get("", "")
                    self.refusals += 1
                elif isinstance(error, ConflictError) and error.stored is not None:
                    self.failure = f"{error}: close this form and open it again to see what it is now."
                else:
                    self.failure = explain_change(error)

        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""
        self._doer.do(act, done, failed, key="save")

    def _by_field(self, problems: Mapping[str, str]) -> dict[str, str]:
        reasons: dict[str, str] = {}
        for name, reason in problems.items():
            field = fields.field_of(name, self.own)
            reasons.setdefault(field, reason if field or not name else f"{name}: {reason}")
        return reasons
