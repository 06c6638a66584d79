"""Measure of each rule of health: how far a reading is from its nominal value or limit, and the words for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from energy_workbench.domain.quantities import LINES, PHASES

Values = Mapping[str, float | None]

INTERRUPTED: Final = 0.05
"""Share of the nominal voltage below which there is none (EN 50160, interruption of the supply)."""
PRESENT: Final = 0.5
"""Share of the nominal voltage above which a phase is there, so that another can be missing beside it."""


class Measure(NamedTuple):
    """A number that a rule compares with its limits.

    Attributes
    ----------
    value : float
        In the rule's unit.
    say : callable
        Puts it into words; only asked where something is wrong.
    rest : bool
        There is nothing to judge, which is good: no load, or a generator that stands.
    """

    value: float
    say: Callable[[], str]
    rest: bool = False


REST: Final = Measure(0.0, str, rest=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What a meter is made for, primary.

    Attributes
    ----------
    line, phase : float
        Nominal voltages line to line and line to neutral [V].
    frequency : float
        Nominal [Hz].
    least_load : float
        Below this share of its rating it is at rest [1].
    rated_current : float or None
        Rated primary current of the CT [A]; None where there is none.
    rated_kw : float or None
        [kW]
    rated_line : float or None
        Rated voltage line to line where it is known of this very meter, and not taken from the site's [V].
    producer : bool
        It may stand without voltage, and counts what it delivers in either register.
    step_kwh : float
        Resolution of its energy counters, primary [kWh].
    """

    line: float
    phase: float
    frequency: float
    least_load: float = 0.2
    rated_current: float | None = None
    rated_kw: float | None = None
    rated_line: float | None = None
    producer: bool = False
    step_kwh: float = 1.0


def unbalance(three: tuple[float, float, float]) -> float | None:
    """Unbalance of three magnitudes [%]; None where all are zero.

    The largest deviation from their mean in per cent of the mean: NEMA MG 1, 14.36, for voltages line to line;
    IEEE Std 141 for phase voltages. Close to the ratio of negative to positive sequence (IEC 61000-4-30) while small.
    """
    mean = sum(three) / 3
    return 100 * max(abs(one - mean) for one in three) / mean if mean > 0 else None


def measures(values: Values, rating: Rating) -> dict[str, Measure]:
    """What a reading says to each rule; a rule whose values are missing is not in it.

    Parameters
    ----------
    values : mapping of str to float or None
        Primary values by quantity.
    rating : Rating
    """
    found: dict[str, Measure] = {}
    voltages = _Voltages(values, rating)
    if voltages.all:
        found.update(voltages.measures())
    frequency = values.get("frequency")
    if frequency is not None:
        off = abs(frequency - rating.frequency)
        dark = voltages.dark or frequency == 0.0
        found["frequency"] = REST if dark else Measure(off, lambda: f"frequency at {frequency:.2f} Hz")
    found.update(_loads(values, rating))
    return found


class _Voltages:
    """The voltages of a reading: `(label, value, nominal)` each."""

    def __init__(self, values: Values, rating: Rating) -> None:
        self.rating = rating
        phases = [("L" + p[1], values.get(f"voltage_{p}_n"), rating.phase) for p in PHASES]
        lines = [(_line(p), values.get(f"voltage_{p}"), rating.line) for p in LINES]
        self.phases = [(label, v, nominal) for label, v, nominal in phases if v is not None]
        self.lines = [(label, v, nominal) for label, v, nominal in lines if v is not None]
        self.all = self.phases + self.lines
        if not self.all:
            means = (("L-N", "voltage_ln_avg", rating.phase), ("L-L", "voltage_ll_avg", rating.line))
            self.all = [(label, v, nominal) for label, name, nominal in means if (v := values.get(name)) is not None]
        self.highest = max((v / nominal for _, v, nominal in self.all), default=0.0)
        self.dark = bool(self.all) and self.highest < INTERRUPTED

    def measures(self) -> dict[str, Measure]:
        found = {"no_voltage": REST if self.rating.producer else self._supply()}
        if self.dark:
            return found | {"voltage": REST, "voltage_unbalance": REST, "missing_phase": REST}
        lost = self._lost()
        if lost is not None:
            found["missing_phase"] = lost
        # What a lost phase does to the others is told once, by its own rule.
        gone = lost is not None and not lost.rest and lost.value < 100 * PRESENT
        judged = [each for each in self.all if each[1] / each[2] >= PRESENT] if gone else self.all
        label, volts, nominal = max(judged, key=lambda each: abs(each[1] / each[2] - 1))
        off = 100 * (volts / nominal - 1)
        side = "below" if off < 0 else "above"
        found["voltage"] = Measure(
            abs(off), lambda: f"{label} at {_plain(volts)} V, {abs(off):.1f} % {side} {_plain(nominal)} V"
        )
        three = self.lines if len(self.lines) == 3 else self.phases
        if len(three) == 3 and not gone:
            share = unbalance((three[0][1], three[1][1], three[2][1]))
            if share is not None:
                told = ", ".join(f"{label} {_plain(v)}" for label, v, _ in three)
                found["voltage_unbalance"] = Measure(share, lambda: f"voltages {told} V, unbalance {share:.1f} %")
        return found

    def _supply(self) -> Measure:
        label, volts, nominal = max(self.all, key=lambda each: each[1] / each[2])
        return Measure(
            100 * self.highest, lambda: f"no voltage: {label}, the highest, at {_plain(volts)} of {_plain(nominal)} V"
        )

    def _lost(self) -> Measure | None:
        if len(self.phases) < 3:
            return None
        low, high = (pick(self.phases, key=lambda each: each[1]) for pick in (min, max))
        if high[1] < PRESENT * self.rating.phase:
            return REST
        share = 100 * low[1] / high[1]
        return Measure(
            share, lambda: f"{low[0]} is missing: {_plain(low[1])} V, {share:.0f} % of {high[0]} at {_plain(high[1])} V"
        )


def _loads(values: Values, rating: Rating) -> dict[str, Measure]:
    """What current and power say."""
    found: dict[str, Measure] = {}
    power, apparent = values.get("active_power_total"), values.get("apparent_power_total")
    currents = [(f"L{p[1]}", v) for p in PHASES if (v := values.get(f"current_{p}")) is not None]
    ct, rated = rating.rated_current, rating.rated_kw
    if ct and currents:
        label, amps = max(currents, key=lambda each: each[1])
        share = 100 * amps / ct
        found["overcurrent"] = Measure(
            share, lambda: f"{label} at {_plain(amps)} A, {share:.0f} % of the CT's {_plain(ct)} A"
        )
    if rated and power is not None:
        part = 100 * abs(power) / rated
        found["overload"] = Measure(
            part, lambda: f"{_plain(abs(power))} kW, {part:.0f} % of the rated {_plain(rated)} kW"
        )
    loaded = _loaded(power, apparent, [amps for _, amps in currents], rating)
    if loaded is None:
        return found
    factor = values.get("power_factor_total")
    if factor is None and power is not None and apparent:
        factor = power / apparent
    if factor is not None:
        told = abs(factor)
        at = f" at {_plain(abs(power))} kW" if power is not None else ""
        found["power_factor"] = Measure(told, lambda: f"power factor {told:.2f}{at}") if loaded else REST
    if len(currents) == 3:
        three = currents[0][1], currents[1][1], currents[2][1]
        uneven = unbalance(three) if loaded else None
        found["current_unbalance"] = (
            REST
            if uneven is None
            else Measure(
                uneven,
                lambda: f"currents {', '.join(f'{_plain(amps)}' for amps in three)} A, unbalance {uneven:.0f} %",
            )
        )
    return found


def _loaded(power: float | None, apparent: float | None, currents: list[float], rating: Rating) -> bool | None:
    """Whether it carries enough to be judged; None where that is not known."""
    through = apparent if apparent is not None else None if power is None else abs(power)
    if rating.rated_kw and through is not None:
        return abs(through) >= rating.least_load * rating.rated_kw
    if not currents:
        return None
    return max(currents) >= (rating.least_load * rating.rated_current if rating.rated_current else LEAST_AMPERES)


LEAST_AMPERES: Final = 1.0
"""What counts as load where neither CT nor rated power is known [A]."""


def _line(name: str) -> str:
    first, second = name.split("_")
    return f"L{first[1]}-L{second[1]}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 or value == int(value) else f"{value:.1f}"
