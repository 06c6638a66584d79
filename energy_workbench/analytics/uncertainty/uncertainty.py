"""Uncertainty of metered energy by the classes of meter, CT and PT, and the load at which they were used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.uncertainty.accuracy import CURRENT, METERS, MINUTE, VOLTAGE_PHASE
from energy_workbench.domain import accuracy_classes
from energy_workbench.domain.accuracy_classes import AccuracyClass, class_name, percent
from energy_workbench.domain.entities import Meter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

METER_CLASS = 1.0
"""Assumed of a meter whose class nobody stated [%]: class 1 of IEC 62053-21, the commonest of panel meters."""
TRANSFORMER_CLASS = 0.5
"""Assumed of a CT or PT whose class nobody stated [%]: class 0.5 of IEC 61869-2 and -3, usual for metering."""
COVERAGE = 2.0
"""Standard uncertainties in an expanded one: about 95 % (ISO/IEC Guide 98-3, 6.2)."""
AN_HOUR = 4
"""Intervals an hour."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of error of one meter and its transformers, interval by interval.

    Attributes
    ----------
    meter, ct_ratio : array of float, shape (t,)
        As shares of the active energy [1].
    ct_phase : array of float, shape (t,)
        What the phase displacement of the CT makes of the reactive energy [kWh].
    reactive : array of float, shape (t,)
        Reactive energy, for the phase displacement of the PT [kvarh]; nothing where it is not known.
    nominal : bool
        Whether a limit is that of the class at any load, as no current is known, or no table has the class.
    below : bool
        Whether there was less load than the standard states limits for.
    """

    meter: Array
    ct_ratio: Array
    ct_phase: Array
    reactive: Array
    nominal: bool
    below: bool

    def errors(self, up: Array, down: Array, part: slice, out: Array) -> None:
        """Write what each of them can make of a meter's contribution to a balance.

        Parameters
        ----------
        up, down : array of float, shape (t,)
            What it delivered upwards and took downwards in a part of the time [kWh].
        out : array of float, shape (4, t)
            [kWh], of the PT [kvarh].
        """
        net = down - up
        np.multiply(self.meter[part], net, out=out[0])
        np.multiply(self.ct_ratio[part], net, out=out[1])
        out[2], out[3] = self.ct_phase[part], self.reactive[part]


@dataclass(frozen=True, slots=True)
class LimitsOfMeters:
    """Limits of error of several meters, a row each, as `Limits` has them.

    Attributes
    ----------
    rows : mapping of int to int
        By key of a meter its row.
    loaded : array of bool, shape (m,)
        Which of them have a CT: the others have no row that means anything.
    """

    rows: Mapping[int, int]
    loaded: NDArray[np.bool_]
    meter: Array
    ct_ratio: Array
    ct_phase: Array
    reactive: Array
    nominal: NDArray[np.bool_]
    below: NDArray[np.bool_]

    def of(self, key: int) -> Limits | None:
        """Those of a meter; None where it has no CT."""
        row = self.rows[key]
        if not self.loaded[row]:
            return None
        return Limits(
            meter=self.meter[row],
            ct_ratio=self.ct_ratio[row],
            ct_phase=self.ct_phase[row],
            reactive=self.reactive[row],
            nominal=bool(self.nominal[row]),
            below=bool(self.below[row]),
        )


def limits(meter: Meter, line: float, apparent: Array, reactive: Array) -> Limits | None:
    """Limits of error of a meter by its load; None where it has no CT: they are its classes then, at any load.

    Parameters
    ----------
    line : float
        Nominal voltage line to line [V].
    apparent, reactive : array of float, shape (t,)
        As of `limits_of`.
    """
    return limits_of([meter], [line], np.asarray(apparent)[None], np.asarray(reactive)[None]).of(meter.key)


def limits_of(meters: Sequence[Meter], lines: Sequence[float], apparent: Array, reactive: Array) -> LimitsOfMeters:
    """Limits of error of meters by their load.

    The load is the mean apparent power of an interval ÷ (√3 × nominal voltage × rated primary current).

    Parameters
    ----------
    lines : sequence of float
        Nominal voltages line to line [V].
    apparent, reactive : array of float, shape (m, t)
        Primary [kVAh, kvarh]; NaN where they are not known: the limits are those of the classes there.
    """
    alike: dict[tuple[AccuracyClass, AccuracyClass], list[int]] = {}
    for row, meter in enumerate(meters):
        if meter.ratio.ct_primary:
            alike.setdefault((_meter_class(meter), _ct_class(meter)), []).append(row)
    size = len(meters), apparent.shape[1]
    loaded = np.array([bool(meter.ratio.ct_primary) for meter in meters], bool)
    found = LimitsOfMeters(
        rows={meter.key: row for row, meter in enumerate(meters)},
        loaded=loaded,
        meter=np.empty(size),
        ct_ratio=np.empty(size),
        ct_phase=np.empty(size),
        reactive=np.empty(size),
        nominal=~loaded,
        below=np.zeros(len(meters), bool),
    )
    for (own, ct), rows in alike.items():
        rated = np.array([math.sqrt(3) * lines[row] * (meters[row].ratio.ct_primary or 0.0) for row in rows])
        load = np.asarray(apparent[rows], float) * (AN_HOUR * 1000 / rated)[:, None]
        of_class = _of_classes(own, ct, load, np.asarray(reactive[rows], float))
        every = (found.meter, found.ct_ratio, found.ct_phase, found.reactive, found.nominal, found.below)
        for column, values in zip(every, of_class, strict=True):
            column[rows] = values
    return found


def _of_classes(meter_class: AccuracyClass, ct_class: AccuracyClass, load: Array, reactive: Array) -> tuple[Any, ...]:
    """Columns of `LimitsOfMeters` of the same classes, whose loads [1] and reactive energies [kvarh] are rows."""
    lacking = np.isnan(load + reactive)
    reactive, load = np.where(lacking, 0.0, reactive), np.where(lacking, 1.0, load)
    own, ct = METERS.get(class_name(meter_class)), CURRENT.get(class_name(ct_class))
    at_class = percent(meter_class, accuracy_classes.METER) / 100, percent(ct_class, accuracy_classes.CURRENT) / 100
    of_meter = np.where(lacking, at_class[0], own.limit(load) if own else at_class[0])
    ct_ratio = np.where(lacking, at_class[1], ct.ratio_limit(load) if ct else at_class[1])
    ct_phase = ct.phase_limit(load) * reactive if ct else np.zeros_like(load)
    lowest = max((each.lowest for each in (own, ct) if each), default=0.0)
    nominal = lacking.all(axis=1) if own and ct else np.ones(len(load), bool)
    below = ((load > 0) & (load < lowest)).any(axis=1)
    return of_meter, ct_ratio, ct_phase, reactive, nominal, below


def variance(meter: Meter, net: float, errors: Any = None) -> float:
    """Variance of what a meter adds to a loss [kWh²].

    A limit of error is one within which any value is as likely as another, so each contributes its limit ÷ √3 (ISO/IEC
    Guide 98-3, 4.3.7); devices, and ratio and phase of a transformer, err independently and add in quadrature. The
    limits of one device over time are one systematic error: it does not shrink with the number of intervals.

    Parameters
    ----------
    net : float
        What it took less what it delivered [kWh].
    errors : array of float, shape (4,), optional
        Sums of `Limits.errors`; by default the limits are those of the classes.
    """
    if errors is None:
        ct = _ct_percent(meter) if meter.ratio.has_ct else 0.0
        errors = (_meter_percent(meter) / 100 * net, ct / 100 * net, 0.0, 0.0)
    of_meter, ct_ratio, ct_phase, reactive = (float(each) for each in errors)
    parts = [of_meter, ct_ratio, ct_phase]
    if meter.ratio.has_pt:
        pt = TRANSFORMER_CLASS if meter.pt_class is None else meter.pt_class
        parts += [
            percent(pt, accuracy_classes.VOLTAGE) / 100 * net,
            VOLTAGE_PHASE.get(class_name(pt), 0.0) * MINUTE * reactive,
        ]
    return sum(each**2 for each in parts) / 3


def relative(meter: Meter, energy: float = 0.0, errors: Any = None) -> float:
    """Expanded uncertainty of what one meter measured over a time, as a share of it [1].

    Parameters
    ----------
    energy : float
        What went through it, in whichever direction [kWh].
    errors : array of float, shape (4,), optional
        Sums of `Limits.errors` over that energy; where there are none, or nothing went through, it is that of the
        classes at any load.
    """
    if errors is None or not energy > 0:
        return COVERAGE * math.sqrt(variance(meter, 1.0))
    return COVERAGE * math.sqrt(variance(meter, energy, errors)) / energy


def assumed(meter: Meter) -> bool:
    """Whether a class had to be assumed, as nobody stated it."""
    ratio = meter.ratio
    return (
        meter.accuracy_class is None
        or (ratio.has_ct and meter.ct_class is None)
        or (ratio.has_pt and meter.pt_class is None)
    )


def _meter_class(meter: Meter) -> AccuracyClass:
    return METER_CLASS if meter.accuracy_class is None else meter.accuracy_class


def _ct_class(meter: Meter) -> AccuracyClass:
    return TRANSFORMER_CLASS if meter.ct_class is None else meter.ct_class


def _meter_percent(meter: Meter) -> float:
    return percent(_meter_class(meter), accuracy_classes.METER)


def _ct_percent(meter: Meter) -> float:
    return percent(_ct_class(meter), accuracy_classes.CURRENT)
