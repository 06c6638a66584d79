"""Uncertainty of metered energy by the classes of meter, CT and PT, and the load at which they were used."""

from __future__ import annotations

import math
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


def limits(meter: Meter, line: float, apparent: Array, reactive: Array) -> Limits | None:
    """Limits of error of a meter by its load; None where it has no CT: they are its classes then, at any load.

    The load is the mean apparent power of an interval ÷ (√3 × nominal voltage × rated primary current).

    Parameters
    ----------
    line : float
        Nominal voltage line to line [V].
    apparent, reactive : array of float, shape (t,)
        Primary [kVAh, kvarh]; NaN where they are not known: the limits are those of the classes there.
    """
    if not meter.ratio.ct_primary:
        return None
    load = np.asarray(apparent, float) * (AN_HOUR * 1000 / (math.sqrt(3) * line * meter.ratio.ct_primary))
    flowed, lacking = np.asarray(reactive, float), np.isnan(load + reactive)
    gaps = bool(lacking.any())
    if gaps:
        flowed, load = np.where(lacking, 0.0, flowed), np.where(lacking, 1.0, load)
    own, ct = METERS.get(class_name(_meter_class(meter))), CURRENT.get(class_name(_ct_class(meter)))
    at_class = np.full(len(load), _meter_percent(meter) / 100), np.full(len(load), _ct_percent(meter) / 100)
    by_load = own.limit(load) if own else at_class[0], ct.ratio_limit(load) if ct else at_class[1]
    if gaps:
        by_load = np.where(lacking, at_class[0], by_load[0]), np.where(lacking, at_class[1], by_load[1])
    lowest = max((each.lowest for each in (own, ct) if each), default=0.0)
    return Limits(
        *by_load,
        ct.phase_limit(load) * flowed if ct else np.zeros(len(load)),
        flowed,
        nominal=own is None or ct is None or bool(lacking.all()),
        below=bool(((load > 0) & (load < lowest)).any()),
    )


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
