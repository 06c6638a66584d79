"""Model of the review: breaks that wait for a decision, or were decided, and the one that is looked at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, List, Unicode

from energy_workbench.contract.rows.review import CaseRow
from energy_workbench.energy.counter_steps import Choice
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers
from energy_workbench.widgets.setup.form.fields import number

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

OPEN, DECIDED = "open", "decided"

NEEDS: dict[str, tuple[str, ...]] = {
    Choice.ROLLOVER: ("modulus",),
    Choice.EXCHANGE: ("closing", "opening"),
    Choice.GLITCH: ("until",),
}
"""Fields that a choice takes beside its reason."""

FIELDS = ("modulus", "closing", "opening", "until", "reason")


class ReviewModel(Answers):
    """Shows the breaks; decides one, or takes its decision back.

    Parameters
    ----------
    workbench : Review
    doer : Doer
    done : callable
        Is told in words what was decided, and the id of the meter.
    """

    begun = Bool(False)
    """Whether anybody has opened it."""
    which = Enum((OPEN, DECIDED), OPEN)
    cases: list[CaseRow] = List()
    """Of the façade's `review`, those that wait or were decided."""
    known = Bool(False)
    """Whether they have been fetched."""
    case = Unicode("")
    """Id of the one that is looked at; empty while there is none."""
    choice = Unicode("")
    zone = Unicode("UTC")
    """The site's."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done
        self.observe(self._another, "which")

    @property
    def row(self) -> CaseRow | None:
        """The case that is looked at; None where there is none."""
        return next((case for case in self.cases if case["id"] == self.case), None)

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that the choice takes."""
        many = self.row is not None and self.row["count"] > 1
        needs = [name for name in NEEDS.get(self.choice, ()) if not (many and name == "until")]
        return (*needs, "reason") if self.choice else ()

    def begin(self) -> None:
        """Show the breaks that wait."""
        self.begun = True
        self.cancel()
        self.which = OPEN
        self.ask()

    def ask(self) -> None:
        """Fetch the cases."""
        decided = self.which == DECIDED
        self._doer.do(lambda: self._workbench.review(decided=decided), self._take, key="review")

    def look(self, case: str) -> None:
        """Choose a case; an earlier decision on it can be corrected."""
        decision = next((each["decision"] for each in self.cases if each["id"] == case), None)
        with self.hold_trait_notifications():
            self.case, self.choice = case, decision["choice"] if decision else ""
            self._fresh({name: _typed(decision.get(name) if decision else None) for name in FIELDS})

    def choose(self, choice: str) -> None:
        """Choose what the break was."""
        with self.hold_trait_notifications():
            self.choice, self.problems, self.failure = choice, {}, ""

    def cancel(self) -> None:
        """Decide nothing."""
        self.look("")

    def save(self) -> None:
        """Store the decision."""
        if self.busy or (meter := self.row) is None:
            return
        if not self.choice:
            self.failure = "Choose what it was."
            return
        case, choice = self.case, self.choice
        given = {name: self.values[name].strip() for name in self.fields}
        figures: dict[str, Any] = {name: number(given[name]) for name in self.fields if name not in ("reason", "until")}
        if given.get("until"):
            figures["until"] = given["until"]
        self._change(
            lambda: self._workbench.decide(case, choice, given["reason"], **figures),
            f"The step of {meter['number']} was decided: {choice}. Its intervals follow with the next build.",
            meter["meter"],
        )

    def withdraw(self) -> None:
        """Take the decision back."""
        case, meter = self.case, self.row
        if self.busy or meter is None or not meter["decision"]:
            return
        said = f"The decision on {meter['number']} was taken back: its evidence counts again."
        self._change(lambda: self._workbench.withdraw(case), said, meter["meter"])

    def _change(self, ask: Callable[[], Any], said: str, meter: str) -> None:
        def done(_: Any) -> None:
            self.cancel()
            self.ask()
            self._done(said, meter)

        def failed(error: Exception) -> None:
            self._not_stored(error, self.fields)

        self._storing()
        self._doer.do(ask, done, failed, key="decision")

    def _take(self, cases: Sequence[CaseRow]) -> None:
        with self.hold_trait_notifications():
            self.cases, self.known = [case.copy() for case in cases], True
            if self.case and not self.row:
                self.cancel()

    def _another(self, _: Any) -> None:
        self.cancel()
        with self.hold_trait_notifications():
            self.cases, self.known = [], False
        self.ask()


def _typed(value: Any) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
