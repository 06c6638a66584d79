"""Model of readings by hand: what somebody read off a register, beside what is known of it, stored when it is sure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from traitlets import Bool, Dict, List, Unicode

from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import AppliedBy
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.energy.counters import COUNTERS, EXPORT, IMPORT
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers
from energy_workbench.widgets.markup import one_line

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract
    from energy_workbench.contract.results import Readings

SHOWN: Final = 12
"""Readings that are listed, the newest."""
ASKED: Final = (IMPORT[0], EXPORT[0])
"""Registers that are asked for where nothing was read of the meter yet."""


class Register(NamedTuple):
    """What is known of a register, and what a new reading would make of it.

    Attributes
    ----------
    quantity : str
    last, at : float and datetime, or None
        The last reading before the new one, as the meter showed it.
    flowed, mean : float or None
        What flowed since, primary, and how much an hour [kWh and kW, or what the register counts].
    falls : bool
        Whether the new reading is below the last.
    """

    quantity: str
    last: float | None
    at: datetime | None
    flowed: float | None
    mean: float | None
    falls: bool


class HandReadingModel(Answers):
    """Headless. `begin` shows a meter's last readings; `set` takes what was read, `save` stores it.

    A reading below the last one is asked about first: a device that was exchanged has a panel of its own.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter.
    """

    meter = Dict()
    zone = Unicode("UTC")
    """The site's."""
    known = Bool(False)
    """Whether the last readings are known."""
    rows = List()
    """Last readings `(instant, {quantity: value})`, newest first."""
    counted = List(list(ASKED))
    """Registers that are asked for."""
    asking = Bool(False)
    """Whether it is asked if a reading below the last is meant."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def begin(self, meter: MeterRow) -> None:
        """Show the last readings of a meter, and the form of one that is read now."""
        now = clock.now().astimezone(zone_of(self.zone)).replace(second=0, microsecond=0)
        with self.hold_trait_notifications():
            self.meter, self.rows, self.known, self.asking = dict(meter), [], False, False
            self.counted = list(ASKED)
            self._fresh({"at": now.isoformat()})
        self._ask()

    def _ask(self) -> None:
        key = str(self.meter["id"])
        self._doer.do(lambda: self._workbench.readings(key, limit=SHOWN), self._take, key="hand readings")

    def _take(self, readings: Readings) -> None:
        rows = [
            (datetime.fromisoformat(row["ts"]), {name: row["values"].get(name) for name in COUNTERS})
            for row in reversed(readings.rows)
        ]
        rows = [(at, {name: value for name, value in values.items() if value is not None}) for at, values in rows]
        seen = {name for _, values in rows for name in values}
        with self.hold_trait_notifications():
            self.rows, self.known = [row for row in rows if row[1]], True
            self.counted = [name for name in COUNTERS if name in seen] or list(ASKED)

    def set(self, name: str, text: str) -> None:
        """Set the instant, or what a register showed."""
        if text == self.values.get(name, ""):
            return
        with self.hold_trait_notifications():
            super().set(name, text)
            self.problems = {field: reason for field, reason in self.problems.items() if field != name}
            self.failure, self.asking = "", False

    @property
    def registers(self) -> list[Register]:
        """Each register with what the new reading would make of it."""
        return [self._register(name) for name in self.counted]

    def _register(self, name: str) -> Register:
        begun = self._at()
        earlier = [(at, values[name]) for at, values in self.rows if name in values and (begun is None or at < begun)]
        at, last = earlier[0] if earlier else (None, None)
        value = _shown(self.values.get(name, ""))
        if value is None or last is None or at is None or begun is None:
            return Register(name, last, at, None, None, False)
        flowed = (value - last) * self._factor
        return Register(name, last, at, flowed, flowed / ((begun - at).total_seconds() / 3600), value < last)

    @property
    def _factor(self) -> float:
        """From what the register shows to primary."""
        if self.meter.get("ratio_applied_by") != AppliedBy.WORKBENCH:
            return 1.0
        pairs = [(self.meter.get(f"{kind}_primary"), self.meter.get(f"{kind}_secondary")) for kind in ("ct", "pt")]
        factor = 1.0
        for primary, secondary in pairs:
            factor *= primary / secondary if primary and secondary else 1.0
        return factor

    def _at(self) -> datetime | None:
        try:
            at = datetime.fromisoformat(self.values.get("at", ""))
        except ValueError:
            return None
        return at if at.tzinfo else at.replace(tzinfo=zone_of(self.zone))

    def save(self) -> None:
        """Store the readings, if they can be; one below the last only once it was asked about."""
        if self.busy:
            return
        texts = {name: self.values.get(name, "").strip() for name in self.counted}
        values = {name: _shown(text) for name, text in texts.items()}
        problems = {
            name: f"a number with a decimal point is needed, as the meter shows it [{QUANTITIES[name].unit}]"
            for name, text in texts.items()
            if text and values[name] is None
        }
        if not any(texts.values()):
            problems[self.counted[0]] = "is needed: what the meter shows"
        if self._at() is None:
            problems["at"] = "date and time are needed"
        if problems:
            self.problems = problems
            return
        if not self.asking and any(register.falls for register in self.registers):
            self.asking = True
            return
        self._store({name: value for name, value in values.items() if value is not None})

    def keep(self) -> None:
        """Store nothing yet."""
        self.asking = False

    def _store(self, values: Mapping[str, float]) -> None:
        at, key = self._at(), str(self.meter["id"])
        assert at is not None
        told = ", ".join(f"{value:,.10g} {QUANTITIES[name].unit}" for name, value in values.items())
        name = one_line(self.meter["number"])
        said = f"The reading of {name} was stored: {told}. Its energy follows with the next build."

        def done(_: object) -> None:
            self.busy = False
            self._done(said, key)

        def failed(error: Exception) -> None:
            self.asking = False
            self._not_stored(error, self.fields)

        self._storing()
        reading = {"ts": at.isoformat(), "values": dict(values)}
        self._doer.do(lambda: self._workbench.record(key, [reading]), done, failed, key="hand reading")

    @property
    def fields(self) -> Sequence[str]:
        """Names of the fields of the form."""
        return ("at", *self.counted)


def _shown(text: str) -> float | None:
    """What a meter shows, as it was typed; None where it is no number, or a negative one."""
    try:
        value = float(text.strip())
    except ValueError:
        return None
    return value if math.isfinite(value) and value >= 0 else None
