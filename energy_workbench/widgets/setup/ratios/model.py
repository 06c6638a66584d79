"""Model of the CT/PT history: the dated pairs of the chosen meter, and the one that is edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Dict, HasTraits, Instance, Int, List, Unicode

from energy_workbench.contract.notes import BEGINNING
from energy_workbench.contract.rows.meters import FieldProblem, FieldWarning, MeterCheck, RatioPreview, RatioRow
from energy_workbench.domain.errors import InputError, Problem
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.form import Value
from energy_workbench.widgets.setup.form.fields import RATIO, number

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

PAUSE = 0.4
"""How long nobody types before the affected months are summed [s]."""
NO_INSTANT = "Choose the date and time from which the pair holds."
NO_REASON = "Say why: numbers of a locked month are altered."
UNKNOWN = "One moment: what it makes of each month is not known yet."
WRONG = "Mend what is marked first."


class RatiosModel(HasTraits):
    """Headless. `begin` edits a pair or a new one; nothing is stored before its impact was shown."""

    meter = Unicode("")
    zone = Unicode("UTC")
    """The site's."""
    rows: list[RatioRow] = List()
    known = Bool(False)
    """Whether the history has come: a new pair begins like its newest."""
    editing = Bool(False)
    revision = Int(None, allow_none=True)
    """That of the meter, as it is shown now."""
    first = Bool(False)
    """Whether the pair that holds from the beginning of time is edited."""
    values = Dict()
    """Answers as text: both sides of CT and PT, who applies them, and `valid_from` in the site's time."""
    impact: RatioPreview | None = Instance(dict, allow_none=True)
    """What the change would make of each month; None while that is not known."""
    reason = Unicode("")
    """Why numbers of a locked month are altered."""
    problems = Dict()
    warnings = Dict()
    """What looks wrong, by field; the pair can be stored."""
    example = Unicode("")
    """What the pair makes of a value."""
    failure = Unicode("")
    busy = Bool(False)

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done
        self._row: RatioRow | None = None
        self._seen: int | None = None

    def show(self, meter: str) -> None:
        """Show the history of a meter."""
        if meter != self.meter:
            with self.hold_trait_notifications():
                self.meter, self.rows, self.known, self.editing = meter, [], False, False
        if meter:
            self._doer.do(lambda: self._workbench.meter_ratios(meter), self._take, key="ratios")

    def _take(self, rows: Sequence[RatioRow]) -> None:
        with self.hold_trait_notifications():
            self.rows, self.known = list(rows), True

    def begin(self, row: RatioRow | None = None) -> None:
        """Edit a pair of the history, or begin a new one like the newest."""
        shown = row or (self.rows[-1] if self.rows else None)
        values = {name: _text(None if shown is None else shown.get(name)) for name in RATIO}
        since = row["valid_from"] if row else ""
        self._row, self._seen = row, self.revision
        with self.hold_trait_notifications():
            self.first = row is not None and since is None
            self.values = {**values, "valid_from": _moment(since)}
            self.impact, self.problems, self.failure, self.busy, self.editing = None, {}, "", False, True
            self.warnings, self.example, self.reason = {}, "", ""
        self._ask_impact(0.0)
        self._check(0.0)

    def cancel(self) -> None:
        """Leave the history as it is."""
        self.editing = False

    def set(self, name: str, text: str) -> None:
        """Set the value of a field."""
        if text == self.values.get(name):
            return
        self.values = {**self.values, name: text}
        self.impact = None
        if name == "valid_from":
            self._mend()
        else:
            self._check(PAUSE)
        self._ask_impact(PAUSE)

    def save(self) -> None:
        """Store the pair, or say what keeps it from being stored."""
        if self.busy:
            return
        if missing := self._missing():
            self.problems, self.failure = {**self.problems, **missing}, ""
            return
        if "reason" in self.problems:
            self.problems = {name: text for name, text in self.problems.items() if name != "reason"}
        if self.problems or not self.impact:
            self.failure = UNKNOWN if not self.problems else WRONG
            return
        meter, asked, why = self.meter, self._asked, self._why
        workbench, row, seen = self._workbench, self._row, self._seen
        if row is None:
            self._act(lambda: workbench.add_ratio(meter, asked, revision=seen, **why), "The CT/PT pair was added.")
        else:
            since = row["valid_from"]
            self._act(
                lambda: workbench.edit_ratio(meter, since, asked, revision=seen, **why), "The CT/PT pair was corrected."
            )

    def delete(self) -> None:
        """Take the edited pair away: the one before it holds on."""
        meter, row, workbench, seen = self.meter, self._row, self._workbench, self._seen
        why = self._why
        if self.removable and row is not None and not self.busy:
            since = row["valid_from"]
            self._act(
                lambda: workbench.delete_ratio(meter, since, revision=seen, **why), "The CT/PT pair was taken away."
            )

    def _missing(self) -> dict[str, str]:
        missing = {} if self._since != "" else {"valid_from": NO_INSTANT}
        if self.impact and self.impact["locked_months"] and not self.reason.strip():
            missing["reason"] = NO_REASON
        return missing

    @property
    def _why(self) -> dict[str, str]:
        """The reason, where one was given."""
        return {"reason": self.reason.strip()} if self.reason.strip() else {}

    @property
    def _asked(self) -> dict[str, Value]:
        return {**self._pair(), "valid_from": self._since}

    @property
    def looking(self) -> bool:
        """Whether what the pair makes of each month is being worked out."""
        return self.editing and self._since != "" and not self.impact and not self.failure and not self.problems

    @property
    def removable(self) -> bool:
        """Whether the edited pair can be taken away: it is stored, and not the first."""
        return self._row is not None and not self.first

    @property
    def _since(self) -> str | None:
        text = str(self.values.get("valid_from", "")).strip()
        return None if self.first else text.replace(" ", "T")

    def _pair(self) -> dict[str, Value]:
        sides = {name: number(self.values[name]) for name in RATIO if name != "ratio_applied_by"}
        return {**sides, "ratio_applied_by": self.values["ratio_applied_by"]}

    def _check(self, wait: float) -> None:
        workbench, meter, pair = self._workbench, self.meter, self._pair()
        self._doer.do(
            lambda: workbench.check_meter(pair, meter), self._take_check, self._no_check, key="ratio check", wait=wait
        )

    def _no_check(self, error: Exception) -> None:
        refused: Sequence[Problem] = getattr(error, "problems", ())
        named = {item.field: item.reason for item in refused if item.field in RATIO}
        since = {name: text for name, text in self.problems.items() if name not in RATIO}
        with self.hold_trait_notifications():
            self.problems = {**since, **named}
            self.failure = "" if named else explain_change(error)

    def _take_check(self, check: MeterCheck) -> None:
        def reasons(items: Sequence[FieldProblem | FieldWarning]) -> dict[str, str]:
            return {item["field"]: item["reason"] for item in items if item["field"] in RATIO}

        since = {name: text for name, text in self.problems.items() if name not in RATIO}
        with self.hold_trait_notifications():
            self.problems, self.warnings = {**since, **reasons(check["problems"])}, reasons(check["warnings"])
            self.example = check["example"] or ""

    def _ask_impact(self, wait: float) -> None:
        meter, asked, row = self.meter, self._asked, self._row
        if self._since == "":
            return
        replaces = {} if row is None else {"replaces": row["valid_from"] or BEGINNING}
        workbench = self._workbench
        self._doer.do(
            lambda: workbench.preview_ratio(meter, asked, **replaces),
            self._take_impact,
            self._no_impact,
            key="impact",
            wait=wait,
        )

    def _take_impact(self, impact: RatioPreview) -> None:
        with self.hold_trait_notifications():
            self.impact, self.failure = impact.copy(), ""
            self._mend()

    def _no_impact(self, error: Exception) -> None:
        if isinstance(error, InputError):
            # What is wrong with the pair, its check says.
            refused = {item.field: item.reason for item in error.problems} or {"valid_from": error.message}
            told = {name: reason for name, reason in refused.items() if name == "valid_from"}
            self.problems = {**self.problems, **told}
        else:
            self.failure = explain_change(error)

    def _mend(self) -> None:
        """Clear the problem of the instant."""
        self.problems = {name: text for name, text in self.problems.items() if name not in ("valid_from", "reason")}

    def _act(self, act: Callable[[], Any], said: str) -> None:
        def done(_: Any) -> None:
            with self.hold_trait_notifications():
                self.busy, self.editing = False, False
            self._done(said, self.meter)

        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""
        self._doer.do(act, done, self._refused, key="ratio")

    def _refused(self, error: Exception) -> None:
        refused: Sequence[Problem] = getattr(error, "problems", ())
        with self.hold_trait_notifications():
            self.busy = False
            self.problems = {item.field: item.reason for item in refused if item.field in self.values}
            self.failure = "" if self.problems else explain_change(error)


def _text(value: Any) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _moment(iso: str | None) -> str:
    """A stored instant as it is edited; it keeps its offset, without which an hour of autumn would be two."""
    return (iso or "").replace("T", " ")
