"""Health of a meter from its values: good, warning or critical, with the reason in words.

`measures` says how far a reading is from each limit, `step` decides with hysteresis and a least duration what
follows, and a `Watch` does both for one meter, reading by reading. A value that is missing is unknown, which is
neither good news nor bad: what was known before stays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from energy_workbench.domain.entities import Flow, Meter
from energy_workbench.domain.health.limits import RULES, Limit, Limits, phase_voltage
from energy_workbench.domain.health.measures import Measure, Rating, measures
from energy_workbench.domain.health.stuck_counter import Stillness
from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import LEVELS, Health, HealthCondition, HealthConditions


def step(
    before: HealthCondition, measure: Measure | None, limit: Limit, *, rule: str, at: float, patience: float
) -> HealthCondition:
    """What a rule says after one more value.

    A level is entered at its threshold and left only the hysteresis before it; either counts once it was asked
    for during the limit's `seconds`, by values that are not more than `patience` apart.

    Parameters
    ----------
    before : HealthCondition
    measure : Measure or None
        None is unknown: nothing changes.
    limit : Limit
    rule : str
        Of `RULES`.
    at : float
        Instant of the value [s since 1970].
    patience : float
        [s]
    """
    if measure is None or not (math.isfinite(measure.value) or measure.rest):
        return before
    low = RULES[rule].low
    wanted = 0 if measure.rest else _asked(measure.value, limit, low, before.level)
    if wanted == before.level:
        text = before.text
        if wanted and _beyond(measure.value, _threshold(limit, wanted), low):
            text = _told(measure, limit, rule, wanted)
        return HealthCondition(level=wanted, wanted=wanted, since=before.since, wanted_since=at, seen=at, text=text)
    # A value from long ago does not say that it was so all the time since.
    lasting = before.wanted != before.level and at - before.seen <= max(patience, limit.seconds)
    rising, since = wanted > before.level, at
    if lasting and rising == (before.wanted > before.level):
        # What counts is the level that was asked for all the time.
        wanted, since = (min if rising else max)(before.wanted, wanted), before.wanted_since
    if at - since < limit.seconds:
        return replace(before, wanted=wanted, wanted_since=since, seen=at)
    text = _told(measure, limit, rule, wanted) if wanted else ""
    return HealthCondition(level=wanted, wanted=wanted, since=at, wanted_since=at, seen=at, text=text)


def _asked(value: float, limit: Limit, low: bool, level: int) -> int:
    """The level that a value asks for, seen from the present one."""
    for candidate in (2, 1):
        threshold = _threshold(limit, candidate)
        if threshold is None:
            continue
        back = limit.hysteresis if candidate <= level else 0.0
        if _beyond(value, threshold + back if low else threshold - back, low):
            return candidate
    return 0


def _beyond(value: float, threshold: float | None, low: bool) -> bool:
    return threshold is not None and (value < threshold if low else value > threshold)


def _threshold(limit: Limit, level: int) -> float | None:
    return limit.critical if level == 2 else limit.warning


def _told(measure: Measure, limit: Limit, rule: str, level: int) -> str:
    threshold, unit = _threshold(limit, level), RULES[rule].unit
    shown = f"{threshold:g}" if unit == "1" else f"{threshold:g} {unit}"
    return f"{measure.say()} (limit {shown})"


class Watch:
    """The health of one meter, reading by reading.

    Parameters
    ----------
    limits : Limits
    alarms : HealthConditions
        What was known before.
    patience : float
        How far apart values may be to say something of the time between them [s].
    """

    def __init__(self, limits: Limits, alarms: HealthConditions | None = None, patience: float = 60.0) -> None:
        self._still = Stillness()
        self._alarms = dict(alarms or {})
        self.follow(limits, patience)

    def follow(self, limits: Limits, patience: float) -> None:
        """Judge by other limits from now on; what is known stays."""
        self._patience = patience
        self._limits = {name: limits.of(name) for name in RULES}
        for name, limit in self._limits.items():
            # A rule that was switched off says nothing any more.
            if limit.warning is None and limit.critical is None:
                self._alarms.pop(name, None)

    @property
    def alarms(self) -> HealthConditions:
        """What each rule says that is not plainly good."""
        return dict(self._alarms)

    def see(self, values: Mapping[str, float | None], rating: Rating, at: float) -> bool:
        """Take a reading; whether what is known changed, and not only its numbers.

        Parameters
        ----------
        values : mapping of str to float or None
            Primary values by quantity.
        rating : Rating
            What the meter is made for.
        at : float
            [s since 1970]
        """
        values = {name: value for name, value in values.items() if value is not None and math.isfinite(value)}
        measured = measures(values, rating)
        still = self._still.see(values, rating, at, self._patience)
        if still is not None:
            measured["stuck_counter"] = still
        changed = False
        for name, measure in measured.items():
            limit = self._limits[name]
            if limit.warning is None and limit.critical is None:
                continue
            before = self._alarms.get(name)
            if before is None:
                if measure.rest or not _asked(measure.value, limit, RULES[name].low, 0):
                    continue  # good, and it was: by far the most common
                before = GOOD
            after = step(before, measure, limit, rule=name, at=at, patience=self._patience)
            changed = changed or after.level != before.level
            if after.level or after.wanted:
                self._alarms[name] = after
            else:
                self._alarms.pop(name, None)
        return changed


GOOD: Final = HealthCondition()


def health(alarms: HealthConditions) -> Health:
    """The worst of the alarms."""
    return LEVELS[max((alarm.level for alarm in alarms.values()), default=0)]


def reason(alarms: HealthConditions) -> str:
    """The alarms in words, the worst first; empty while good."""
    order = {name: place for place, name in enumerate(RULES)}
    raised = sorted(
        ((name, alarm) for name, alarm in alarms.items() if alarm.level),
        key=lambda item: (-item[1].level, order.get(item[0], len(order))),
    )
    return "; ".join(alarm.text for _, alarm in raised)


def rating(meter: Meter, ratio: Ratio, limits: Limits, step_kwh: float = 1.0) -> Rating:
    """What a meter is made for, with the ratio that is valid now.

    Parameters
    ----------
    step_kwh : float
        Resolution of its energy counters as it reports them [kWh].
    """
    line = limits.nominal_voltage(ratio)
    return Rating(
        line=line,
        phase=phase_voltage(line),
        frequency=limits.number("nominal_frequency"),
        least_load=limits.number("least_load") / 100,
        rated_current=ratio.ct_primary,
        rated_kw=meter.rated_kw,
        rated_line=line if limits.own_voltage or ratio.pt_text else None,
        producer=meter.flow is Flow.PRODUCER,
        step_kwh=step_kwh * ratio.factor(Scaling.POWER),
    )
