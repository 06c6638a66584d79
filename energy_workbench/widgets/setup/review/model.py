"""The steps of counters that wait for a decision, or were decided, and the one that is looked at: headless."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from traitlets import Bool, Enum, List, Unicode

from energy_workbench.energy.counter_steps import Choice
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers
from energy_workbench.widgets.setup.form.fields import number

OPEN, DECIDED = "open", "decided"

NEEDS: dict[str, tuple[str, ...]] = {
    Choice.ROLLOVER: ("modulus",),
    Choice.EXCHANGE: ("closing", "opening"),
    Choice.GLITCH: ("until",),
}
"""What a choice can be told beside its reason."""

FIELDS = ("modulus", "closing", "opening", "until", "reason")


class ReviewModel(Answers):
    """Shows the steps; decides one, or takes its decision back.

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
    cases = List()
    """Of the façade's `review`, those that wait or were decided."""
    known = Bool(False)
    """Whether they have been asked for."""
    case = Unicode("")
    """Id of the one that is looked at; empty while there is none."""
    choice = Unicode("")

    def __init__(self, workbench: Any, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done
        self.observe(self._another, "which")

    @property
    def row(self) -> Mapping[str, Any]:
        """The case that is looked at; empty where there is none."""
        return next((case for case in self.cases if case["id"] == self.case), {})

    @property
    def fields(self) -> tuple[str, ...]:
        """Fields that the choice takes."""
        return (*NEEDS.get(self.choice, ()), "reason") if self.choice else ()

    def begin(self) -> None:
        """Show what waits."""
        self.begun = True
        self.cancel()
        self.which = OPEN
        self.ask()

    def ask(self) -> None:
        """Ask for the cases."""
        decided = self.which == DECIDED
        self._doer.do(lambda: self._workbench.review(decided=decided), self._take, key="review")

    def look(self, case: str) -> None:
        """Look at a case: what was decided of it can be corrected."""
        decision = next((each["decision"] for each in self.cases if each["id"] == case), None) or {}
        with self.hold_trait_notifications():
            self.case, self.choice = case, str(decision.get("choice") or "")
            self._fresh({name: _typed(decision.get(name)) for name in FIELDS})

    def choose(self, choice: str) -> None:
        """What it was."""
        with self.hold_trait_notifications():
            self.choice, self.problems, self.failure = choice, {}, ""

    def cancel(self) -> None:
        """Decide nothing."""
        self.look("")

    def save(self) -> None:
        """Store the decision."""
        if self.busy or not self.case:
            return
        if not self.choice:
            self.failure = "Choose what it was."
            return
        case, choice, meter = self.case, self.choice, self.row
        given = {name: self.values[name].strip() for name in self.fields}
        figures: dict[str, Any] = {name: number(given[name]) for name in self.fields if name not in ("reason", "until")}
        if given.get("until"):
            figures["until"] = given["until"]
        self._change(
            lambda: self._workbench.decide(case, choice, given["reason"], **figures),
            f"The step of {meter['number']} was decided: {choice}. Its intervals follow with the next build.",
            str(meter["meter"]),
        )

    def withdraw(self) -> None:
        """Take the decision back."""
        if self.busy or not self.row.get("decision"):
            return
        case, meter = self.case, self.row
        said = f"The decision on {meter['number']} was taken back: its evidence counts again."
        self._change(lambda: self._workbench.withdraw(case), said, str(meter["meter"]))

    def _change(self, ask: Callable[[], Any], said: str, meter: str) -> None:
        def done(_: Any) -> None:
            self.cancel()
            self.ask()
            self._done(said, meter)

        def failed(error: Exception) -> None:
            self._not_stored(error, self.fields)

        self._storing()
        self._doer.do(ask, done, failed, key="decision")

    def _take(self, found: Any) -> None:
        with self.hold_trait_notifications():
            self.cases, self.known = [dict(case) for case in found], True
            if self.case and not self.row:
                self.cancel()

    def _another(self, _: Mapping[str, Any]) -> None:
        self.cancel()
        with self.hold_trait_notifications():
            self.cases, self.known = [], False
        self.ask()


def _typed(value: Any) -> str:
    return "" if value is None else f"{value:.12g}" if isinstance(value, float) else str(value)
