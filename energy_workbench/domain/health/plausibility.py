"""Plausibility of values: those beyond physical limits are rejected where readings become values, and stay stored.

The reading itself keeps what the meter said. A rejected value is left out, as one that was not available, and a
finding says why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from energy_workbench.domain.health.measures import Rating, Values
from energy_workbench.domain.quantities import PHASES, QUANTITIES, Kind, Quantity, Scaling

ROUNDING: Final = 1.01
"""Registers round: a power factor of 1 may read as 1.001 [1]."""
SLOWEST_HZ, FASTEST_HZ = 10.0, 500.0
"""Railways have 16.7 Hz, aircraft 400 Hz."""
VOLTS: Final = 10.0
"""No meter survives so many times its nominal voltage."""
AMPERES: Final = 20.0
"""A CT gives at most so many times its rated current: the usual largest accuracy limit factor (IEC 61869-2, 5P20)."""
SKEW: Final = 3.0
"""Power may be so many times the product of voltages and currents: they are read some 0.1 s apart, while a motor
starts."""
SMALLEST: Final = 0.05
"""Share of a CT's rating that its current may fail to show, by rounding."""
DIRECT_KVA: Final = 100.0
"""About what a meter without CT carries: 3 × 230 V × 125 A and more."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What a quantity can be, primary.

    Attributes
    ----------
    low, high : float
        Both are possible.
    name : str
        Of the finding.
    reason : str
        Why nothing beyond can be.
    zero : bool
        0 is possible though it is out of bounds.
    """

    low: float
    high: float
    name: str
    reason: str
    zero: bool = False

    def allows(self, value: float) -> bool:
        """Whether the value can be."""
        return self.low <= value <= self.high or (self.zero and value == 0)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A value that cannot be.

    Attributes
    ----------
    quantity : str
    value : float
        Primary, as it was read.
    name : str
        Of the finding: `value.power_factor`.
    text : str
        In words, with the value and the rule.
    """

    quantity: str
    value: float
    name: str
    text: str


def rejected(values: Values, rating: Rating) -> list[Rejected]:
    """Values of a reading that cannot be.

    Parameters
    ----------
    values : mapping of str to float or None
        Primary, by quantity; None and what is no number is no value, and no finding.
    rating : Rating
    """
    limits = bounds(rating.rated_line, rating.rated_current)
    impossible = []
    for name, value in values.items():
        if value is None or name not in limits:
            continue
        bound = limits[name]
        if not bound.low <= value <= bound.high and value == value and not bound.allows(value):
            impossible.append(_rejected(name, value, bound.name, bound.reason))
    most = _carried(values, rating)
    if most is not None:
        for name in TOTALS:
            value = values.get(name)
            if value is not None and abs(value) > most and limits[name].allows(value):
                reason = f"the voltages and currents that were read with it carry less than {most:,.0f} kVA"
                impossible.append(_rejected(name, value, "value.power", reason))
    return impossible


TOTALS: Final = ("active_power_total", "reactive_power_total", "apparent_power_total")


@lru_cache(maxsize=4096)
def bounds(line: float | None, ct: float | None) -> Mapping[str, Bound]:
    """What each quantity can be, by name; those of which nothing is known are left out.

    Parameters
    ----------
    line : float or None
        Rated voltage line to line, where it is known of this very meter [V].
    ct : float or None
        Rated primary current of the CT [A].
    """
    limits = {}
    for quantity in QUANTITIES.values():
        bound = _bound(quantity, line, ct)
        if bound is not None:
            limits[quantity.name] = bound
    return limits


def _bound(quantity: Quantity, line: float | None, ct: float | None) -> Bound | None:
    name = quantity.name
    if name.startswith(("power_factor_", "displacement_pf_")) and not name.endswith("_kind"):
        return Bound(-ROUNDING, ROUNDING, "value.power_factor", "a power factor lies between −1 and 1")
    if quantity.unit == "Hz":
        reason = f"no grid runs below {SLOWEST_HZ:g} or above {FASTEST_HZ:g} Hz"
        return Bound(SLOWEST_HZ, FASTEST_HZ, "value.frequency", reason, zero=True)
    if quantity.kind is Kind.COUNTER:
        # A net counter runs both ways; so do sums that some makers form as one.
        both_ways = "net" in name or "total" in name or not name.startswith("energy_")
        return None if both_ways else Bound(0.0, float("inf"), "value.counter", "an energy counter is never negative")
    if quantity.kind is not Kind.GAUGE:
        return None
    if quantity.scaling is Scaling.VOLTAGE:
        reason = "a voltage is an effective value, which is never negative"
        if line:
            reason = f"a voltage is not negative, and not above {VOLTS:g} times the nominal {line:g} V"
        return Bound(0.0, VOLTS * line if line else float("inf"), "value.voltage", reason)
    if ct and quantity.scaling is Scaling.CURRENT:
        most = AMPERES * ct * (3 if name in ("current_sum", "current_total") else 1)
        return Bound(-most, most, "value.current", f"a CT of {ct:g} A gives at most {AMPERES:g} times that")
    if ct and line and quantity.scaling is Scaling.POWER:
        most = 3**0.5 * line * 2 * AMPERES * ct / 1000
        reason = f"a CT of {ct:g} A at {line:g} V carries less than {most:,.0f} kVA"
        return Bound(-most, most, "value.power", reason)
    return None


def _carried(values: Values, rating: Rating) -> float | None:
    """More than what the voltages and currents of a reading can carry [kVA]; None where they are not all known."""
    through = 0.0
    for phase in PHASES:
        volts, amps = values.get(f"voltage_{phase}_n"), values.get(f"current_{phase}")
        if volts is None or amps is None:
            return None
        through += abs(volts * amps) / 1000
    return carried(through, rating)


def carried(through: float, rating: Rating) -> float:
    """More than what voltages and currents of that product [kVA] can carry [kVA]."""
    size = 3**0.5 * rating.line * rating.rated_current / 1000 if rating.rated_current else DIRECT_KVA
    return SKEW * through + SMALLEST * size


def _rejected(name: str, value: float, finding: str, reason: str) -> Rejected:
    known = QUANTITIES[name]
    unit = "" if known.unit == "1" else f" {known.unit}"
    return Rejected(name, value, finding, f"{known.label} of {value:,.6g}{unit} cannot be: {reason}")


def without(values: Values, found: Sequence[Rejected]) -> dict[str, float | None]:
    """The values, None where they were rejected."""
    return {**values, **{each.quantity: None for each in found}}
