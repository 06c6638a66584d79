"""One meter's readings judged as they come: values that cannot be are left out, and what is left makes its health."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.health.episodes import Episodes
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.health.health import Watch, health, rating, reason
from energy_workbench.domain.health.limits import Limits
from energy_workbench.domain.health.measures import Rating
from energy_workbench.domain.health.plausibility import rejected, without
from energy_workbench.domain.quantities import QUANTITIES, Scaling
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.status import Health

PATIENT_POLLS: Final = 3
"""So many polls may lie between two values that say something of the time between them."""
LEAST_PATIENCE: Final = 60.0
UNKNOWN_STEP: Final = 1.0
"""Resolution of an energy counter of which nothing is known [kWh]."""

Values = Mapping[str, float | None]
Factors = Mapping[str, float]


class Condition:
    """What is known of one meter's values.

    Parameters
    ----------
    meter : Meter
    ratios : sequence of Ratio
        Its CT/PT history, oldest first.
    limits : Limits
    live : Live
        What was known of it before.
    step_kwh : float
        Resolution of its energy counters, as it reports them [kWh].
    """

    def __init__(
        self, meter: Meter, ratios: Sequence[Ratio], limits: Limits, live: Live, step_kwh: float = UNKNOWN_STEP
    ) -> None:
        self.live = live
        self._episodes = Episodes(meter.key)
        self._watch = Watch(limits, live.alarms)
        self._findings: list[Finding] = []
        self.follow(meter, ratios, limits, step_kwh)

    def follow(self, meter: Meter, ratios: Sequence[Ratio], limits: Limits, step_kwh: float = UNKNOWN_STEP) -> None:
        """Judge by this configuration from now on; what is known stays."""
        self._watch.follow(limits, max(LEAST_PATIENCE, PATIENT_POLLS * meter.poll_seconds))
        history = ratios or [meter.ratio]
        # One value, so that whoever reads it in another thread has both or neither.
        self._made = (
            [ratio.valid_from.timestamp() if ratio.valid_from else 0.0 for ratio in history],
            [(_factors(*_scales(ratio)), rating(meter, ratio, limits, step_kwh)) for ratio in history],
        )

    def judged(self, live: Live, *, fresh: bool) -> Live:
        """The same state with its health, and without values that cannot be.

        Parameters
        ----------
        live : Live
            As the wire gave it.
        fresh : bool
            Whether its values were read now. A meter that gave nothing keeps the health that it had: `last_seen`
            says how old that is.
        """
        before = self.live
        seen = live.last_seen if fresh else None
        values = before.values if seen is None else self.look(live.values, seen)
        alarms = self._watch.alarms
        now = health(alarms)
        since = before.health_since if now is before.health else live.last_seen
        text = "" if now is Health.GOOD else reason(alarms)
        self.live = replace(live, values=values, health=now, health_reason=text, health_since=since, alarms=alarms)
        return self.live

    def look(self, values: Values, at: datetime, *, judge: bool = True) -> Values:
        """A reading's values as the meter reported them, without those that cannot be.

        Parameters
        ----------
        judge : bool
            Whether the health follows from it; not where it comes late.
        """
        second = at.timestamp()
        starts, made = self._made
        factors, made_for = made[max(bisect_right(starts, second) - 1, 0)]
        primary = values
        if factors:
            primary = {
                name: value if value is None or name not in factors else value * factors[name]
                for name, value in values.items()
            }
        wrong = rejected(primary, made_for)
        self._findings += self._episodes.see(wrong, values, at)
        if judge:
            self._watch.see(without(primary, wrong) if wrong else primary, made_for, second)
        return without(values, wrong) if wrong else values

    def taken(self, *, final: bool = False) -> list[Finding]:
        """Findings since the last call; at the end also what open cases know more."""
        findings, self._findings = self._findings, []
        return findings + self._episodes.end() if final else findings


def ratings(meter: Meter, ratios: Sequence[Ratio], limits: Limits) -> list[Rating]:
    """What a meter was made for, with each ratio of its history."""
    return [rating(meter, ratio, limits) for ratio in ratios]


def _scales(ratio: Ratio) -> tuple[float, ...]:
    return tuple(ratio.factor(scaling) for scaling in Scaling)


@lru_cache(maxsize=4096)
def _factors(*scales: float) -> Factors:
    """What makes a primary value of each quantity; empty where nothing does, one for all meters of a ratio."""
    by_scaling = dict(zip(Scaling, scales, strict=True))
    return {name: factor for name, q in QUANTITIES.items() if (factor := by_scaling[q.scaling]) != 1.0}
