"""Stuck energy counters: no increment while power flows, for longer than their resolution explains."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.domain.health.measures import Measure, Rating

STEPS: Final = 3.0
"""So many steps of the counter must have been due: one may be lost to rounding, one to a slow register."""
FLOAT_STEP: Final = 2.0**-23
"""Spacing of float32 numbers, as a share of their size: a float counter moves in steps of 8 Wh above 67 MWh."""
TAKEN: Final = ("energy_active_import", "energy_active_total")
DELIVERED: Final = ("energy_active_export", "energy_active_total")


class Stillness:
    """For how long the counters of one meter have not moved, and how much energy they owe."""

    def __init__(self) -> None:
        self._shown: dict[str, float] = {}
        self._at = self._seconds = self._owed = 0.0

    def see(self, values: Mapping[str, float | None], rating: Rating, at: float, patience: float) -> Measure | None:
        """Take a reading: minutes that the counters stand still though they should not; None where that is unknown.

        Parameters
        ----------
        values : mapping of str to float or None
            Primary values by quantity.
        rating : Rating
        at : float
            [s since 1970]
        patience : float
            Of a longer time between two readings nothing is known [s].
        """
        power = values.get("active_power_total")
        shown = {name: v for name in {*TAKEN, *DELIVERED} if (v := values.get(name)) is not None}
        if power is None or not shown:
            return None
        if shown != self._shown:
            self._shown, self._at, self._seconds, self._owed = shown, at, 0.0, 0.0
            return _moving()
        counting = {*TAKEN, *DELIVERED} if rating.producer else set(TAKEN if power > 0 else DELIVERED)
        passed, self._at = at - self._at, at
        if power and 0 < passed <= patience and counting & shown.keys():
            self._seconds += passed
            self._owed += abs(power) * passed / 3600
        highest = max(shown.values())
        step = max(rating.step_kwh, abs(highest) * FLOAT_STEP)
        if self._owed < STEPS * step:
            return _moving()
        minutes = self._seconds / 60
        return Measure(
            minutes,
            lambda: f"energy has stood at {highest:,.1f} kWh for {minutes:.0f} min while {self._owed:.1f} kWh flowed",
        )


def _moving() -> Measure:
    return Measure(0.0, str)
