"""Limits of error of current transformers, voltage transformers and meters, by the load: tables of the standards.

A transformer errs in ratio and in phase: two components, each with its own limit. A phase displacement δ [rad] makes
of a reactive energy Q an error of δ × Q in the active energy. Loads are shares of the rated primary current.

References
----------
IEC 61869-2:2012, tables 201 to 203 and 205, and IEC 61869-3:2011, tables 301 and 302 (as in IEC 60044-1 and -2 before):
compared with what makers of transformers publish. IEEE C57.13 and C57.13.6, IEC 62053-21 and -22: no public copy of
their tables was at hand to compare the limits at low currents with.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

MINUTE: Final = math.radians(1 / 60)
"""[rad]"""

_TO_1: Final = (0.05, 0.2, 1.0, 1.2)
_SPECIAL: Final = (0.01, 0.05, 0.2, 1.0, 1.2)


@dataclass(frozen=True, slots=True)
class Transformer:
    """Limits of a class of current transformers.

    Attributes
    ----------
    points : tuple of float
        Loads at which limits are stated, ascending [1].
    ratio : tuple of float
        Limits of the ratio error there [%].
    phase : tuple of float
        Limits of the phase displacement there [minutes]; empty where none are stated.
    """

    points: tuple[float, ...]
    ratio: tuple[float, ...]
    phase: tuple[float, ...] = ()

    @property
    def lowest(self) -> float:
        """The least load of which anything is stated [1]."""
        return self.points[0]

    def ratio_limit(self, load: Array) -> Array:
        """Limit of the ratio error as a share [1]: linear between the points, below them as that of a fixed current."""
        return _limit(load, self.points, self.ratio) / 100

    def phase_limit(self, load: Array) -> Array:
        """Limit of the phase displacement [rad]."""
        return _limit(load, self.points, self.phase) * MINUTE if self.phase else np.zeros_like(load)


CURRENT: Final[dict[str, Transformer]] = {
    # IEC 61869-2:2012, table 201.
    "0.1": Transformer(_TO_1, (0.4, 0.2, 0.1, 0.1), (15, 8, 5, 5)),
    "0.2": Transformer(_TO_1, (0.75, 0.35, 0.2, 0.2), (30, 15, 10, 10)),
    "0.5": Transformer(_TO_1, (1.5, 0.75, 0.5, 0.5), (90, 45, 30, 30)),
    "1": Transformer(_TO_1, (3.0, 1.5, 1.0, 1.0), (180, 90, 60, 60)),
    # IEC 61869-2:2012, table 202.
    "0.2S": Transformer(_SPECIAL, (0.75, 0.35, 0.2, 0.2, 0.2), (30, 15, 10, 10, 10)),
    "0.5S": Transformer(_SPECIAL, (1.5, 0.75, 0.5, 0.5, 0.5), (90, 45, 30, 30, 30)),
    # IEC 61869-2:2012, table 203; of the phase displacement it states nothing.
    "3": Transformer((0.5, 1.2), (3.0, 3.0)),
    "5": Transformer((0.5, 1.2), (5.0, 5.0)),
    # IEC 61869-2:2012, table 205: protective, stated at the rated current only; of 10P nothing of the phase.
    "5P": Transformer((1.0,), (1.0,), (60,)),
    "5PR": Transformer((1.0,), (1.0,), (60,)),
    "10P": Transformer((1.0,), (3.0,)),
    "10PR": Transformer((1.0,), (3.0,)),
    # IEEE C57.13 (tested at 10 % and 100 %) and C57.13.6 (at 5 % and 100 %): of ratio and phase together (the
    # transformer correction factor), for loads of power factor 0.6 to 1, so that nothing is left to add for the phase.
    "0.15": Transformer((0.05, 1.0), (0.3, 0.15)),
    "0.15S": Transformer((0.05, 1.0), (0.15, 0.15)),
    "0.3": Transformer((0.1, 1.0), (0.6, 0.3)),
    "0.6": Transformer((0.1, 1.0), (1.2, 0.6)),
    "1.2": Transformer((0.1, 1.0), (2.4, 1.2)),
}
"""Current transformers by class."""

VOLTAGE_PHASE: Final[dict[str, float]] = {
    # IEC 61869-3:2011, table 301, between 80 and 120 % of the rated voltage; of class 3 it states nothing.
    "0.1": 5, "0.2": 10, "0.5": 20, "1": 40, "3": 0,
    # IEC 61869-3:2011, table 302: protective, from 5 % of the rated voltage.
    "3P": 120, "6P": 240,
    # IEEE C57.13: ratio and phase together.
    "0.15": 0, "0.3": 0, "0.6": 0, "1.2": 0,
}  # fmt: skip
"""Limits of the phase displacement of voltage transformers by class [minutes]; that of the ratio error is the class."""


@dataclass(frozen=True, slots=True)
class MeterLimits:
    """Limits of a class of meters behind transformers, at power factor 1 and at 0.5 inductive.

    Attributes
    ----------
    unity, half : tuple of (float, float)
        Load from which, and limit of the error [%], ascending.
    """

    unity: tuple[tuple[float, float], ...]
    half: tuple[tuple[float, float], ...]

    @property
    def lowest(self) -> float:
        """The least load of which both are stated [1]."""
        return max(self.unity[0][0], self.half[0][0])

    def limit(self, load: Array) -> Array:
        """The larger of both limits as a share [1]; below the least load as that of a fixed current."""
        return np.maximum(*(_step(load, of) for of in (self.unity, self.half))) / 100


_S01: Final = MeterLimits(((0.01, 0.2), (0.05, 0.1)), ((0.02, 0.25), (0.1, 0.15)))
_S02: Final = MeterLimits(((0.01, 0.4), (0.05, 0.2)), ((0.02, 0.5), (0.1, 0.3)))
_S05: Final = MeterLimits(((0.01, 1.0), (0.05, 0.5)), ((0.02, 1.0), (0.1, 0.6)))
METERS: Final[dict[str, MeterLimits]] = {
    # IEC 62053-22:2020, table 3 (0.2 S and 0.5 S the same in :2003, table 4).
    "0.1": _S01, "0.1S": _S01,
    "0.2": _S02, "0.2S": _S02, "0.5": _S05, "0.5S": _S05,
    # IEC 62053-21:2003, table 6, operated by transformers.
    "1": MeterLimits(((0.02, 1.5), (0.05, 1.0)), ((0.05, 1.5), (0.1, 1.0))),
    "2": MeterLimits(((0.02, 2.5), (0.05, 2.0)), ((0.05, 2.5), (0.1, 2.0))),
}  # fmt: skip
"""Meters by class; 0.1, 0.2 and 0.5 behind transformers are taken as the standard's 0.1 S, 0.2 S and 0.5 S."""

LEAST_LOAD: Final = 1e-6
"""Less load is none [1]."""


def _limit(load: Array, points: tuple[float, ...], limits: tuple[float, ...]) -> Array:
    limit = np.interp(load, points, limits)
    below = load < points[0]
    return np.where(below, limits[0] * points[0] / np.maximum(load, LEAST_LOAD), limit) if below.any() else limit


def _step(load: Array, limits: tuple[tuple[float, float], ...]) -> Array:
    starts, values = zip(*limits, strict=True)
    limit = np.asarray(values)[np.maximum(np.searchsorted(starts, load, "right") - 1, 0)]
    below = load < starts[0]
    return np.where(below, values[0] * starts[0] / np.maximum(load, LEAST_LOAD), limit) if below.any() else limit
