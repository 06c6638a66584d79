"""Multipliers of a meter's registers by its dated ratios, and the most power that these let flow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.energy.counter_steps import capacity_kw
from energy_workbench.energy.interpolation import Array

NEVER = -(2**62)

_NO_RATIO = Ratio()


class Multipliers:
    """Multipliers of power and energy by meter and time, from dated ratios."""

    def __init__(self, ratios: Sequence[tuple[int, Ratio]]) -> None:
        self._ratios: dict[int, list[tuple[int, Ratio]]] = {}
        for meter, ratio in ratios:
            begins = NEVER if ratio.valid_from is None else to_micros(ratio.valid_from)
            self._ratios.setdefault(meter, []).append((begins, ratio))
        for dated in self._ratios.values():
            dated.sort(key=lambda step: step[0])
            # Before the first, the first holds.
            dated[0] = (NEVER, dated[0][1])

    def of(self, meter: int) -> list[tuple[int, float]]:
        """`(valid from [µs], factor)` in order."""
        return [(begins, ratio.factor(Scaling.POWER)) for begins, ratio in self._dated(meter)]

    def limits(self, meter: int, rated_kw: float | None) -> list[tuple[int, float]]:
        """`(valid from [µs], most that can flow)` in order, as its registers count [kW]; infinite where unknown."""
        limits = []
        for begins, ratio in self._dated(meter):
            most = capacity_kw(ratio, rated_kw)
            limits.append((begins, np.inf if most is None else most / ratio.factor(Scaling.POWER)))
        return limits

    def _dated(self, meter: int) -> list[tuple[int, Ratio]]:
        return self._ratios.get(meter) or [(NEVER, _NO_RATIO)]


class MultiplierLookup:
    """Multipliers of some meters, for arrays of their indices."""

    def __init__(self, meters: Sequence[int], multipliers: Multipliers) -> None:
        steps = [multipliers.of(int(meter)) for meter in meters]
        self._first = np.array([changes[0][1] for changes in steps])
        self.changes = [(index, at) for index, changes in enumerate(steps) for at, _ in changes[1:]]
        """`(index, instant)` of every change of a multiplier [µs]."""
        self._instants = np.unique([at for changes in steps for at, _ in changes])
        self._factors = np.array([factor for changes in steps for _, factor in changes])
        # Each step by its meter and by the rank of its instant among all.
        indices = np.repeat(np.arange(len(steps)), [len(changes) for changes in steps])
        self._steps = self._keys(indices, np.array([at for changes in steps for at, _ in changes], "int64"))

    def at(self, meter: Array, instant: Array) -> Array:
        """Multipliers of meters at instants [1]."""
        if not self.changes:
            return self._first[meter]
        return self._factors[np.searchsorted(self._steps, self._keys(meter, instant), "right") - 1]

    def _keys(self, meter: Array, instant: Array) -> Array:
        return meter.astype("int64") * len(self._instants) + np.searchsorted(self._instants, instant, "right") - 1
