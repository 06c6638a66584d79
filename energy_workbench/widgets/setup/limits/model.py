"""Model of the limits of health, of the site or of one meter, and of the rule that is edited."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from traitlets import Instance, Unicode

from energy_workbench.contract.rows.condition import Limits
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers
from energy_workbench.widgets.setup.form.fields import number

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

PARTS = ("warning", "critical", "hysteresis", "seconds")
NOMINAL = {
    "nominal_voltage": "Nominal voltage line to line [V]",
    "nominal_frequency": "Nominal frequency [Hz]",
    "least_load": "At rest below [% of rated load]",
}
REFERENCE = "nominal"
"""Value of the menu for the nominal values, which several rules refer to."""
OFF = "off"


class LimitsModel(Answers):
    """Shows every rule with its limits; edits one.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was changed, and the id of the meter to choose.
    """

    meter = Unicode("")
    """Id of the meter whose own limits are shown; empty for the site's."""
    number = Unicode("")
    answer: Limits | None = Instance(dict, allow_none=True)
    """None while it is not known."""
    rule = Unicode("")
    """Name of the rule that is edited; empty while there is none."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def show(self, meter: str = "", number: str = "") -> None:
        """Show the limits of a meter, or of the site."""
        with self.hold_trait_notifications():
            self.meter, self.number, self.answer = meter, number, None
        self.cancel()
        self.ask()

    def ask(self) -> None:
        """Fetch the limits that hold now."""
        meter = self.meter
        self._doer.do(lambda: self._workbench.limits(meter or None), self._take, key="limits")

    def begin(self, rule: str) -> None:
        """Edit a rule, from what is stored."""
        own = self.answer["own"] if self.answer else {}
        with self.hold_trait_notifications():
            self.rule = rule
            # Empty for the default.
            self._fresh({name: shown(own[name]) if name in own else "" for name in fields(rule)})

    def cancel(self) -> None:
        """Change nothing."""
        with self.hold_trait_notifications():
            self.rule, self.values, self.problems, self.failure = "", {}, {}, ""

    def save(self) -> None:
        """Store what was typed."""
        if self.busy or not self.rule:
            return
        meter, asked = self.meter, {name: number(text) for name, text in self.values.items()}

        def done(answer: Limits) -> None:
            self.busy = False
            self._take(answer)
            self.cancel()
            whose = f"of {self.number}" if meter else "of the site"
            self._done(f"Limits {whose} were changed; the health follows with the next readings.", meter)

        def failed(error: Exception) -> None:
            self._not_stored(error, self.values)

        self._storing()
        self._doer.do(lambda: self._workbench.set_limits(asked, meter or None), done, failed, key="limits change")

    def _take(self, answer: Limits) -> None:
        self.answer = answer.copy()


def fields(rule: str) -> tuple[str, ...]:
    """The fields that are edited together."""
    return tuple(NOMINAL) if rule == REFERENCE else tuple(f"{rule}_{part}" for part in PARTS)


def shown(value: float | None) -> str:
    """A limit as it is typed."""
    return OFF if value is None else f"{value:g}"
