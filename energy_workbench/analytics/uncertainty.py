"""How well a meter can know its energy: from the classes of meter, CT and PT."""

from __future__ import annotations

import math

from energy_workbench.core.entities import Meter

METER_CLASS = 1.0
"""Assumed of a meter whose class nobody stated [%]: class 1 of IEC 62053-21, the commonest of panel meters."""
TRANSFORMER_CLASS = 0.5
"""Assumed of a CT or PT whose class nobody stated [%]: class 0.5 of IEC 61869-2 and -3, usual for metering."""
COVERAGE = 2.0
"""Standard uncertainties in an expanded one: about 95 % (ISO/IEC Guide 98-3, 6.2)."""


def standard(meter: Meter) -> float:
    """Standard uncertainty of a meter's energy, as a share of it [1].

    A class is a limit of error within which any value is as likely as another, so each contributes its
    limit ÷ √3 (ISO/IEC Guide 98-3, 4.3.7); meter, CT and PT err independently and add in quadrature. The
    error is systematic: it does not shrink with the number of intervals.
    """
    limits = [METER_CLASS if meter.accuracy_class is None else meter.accuracy_class]
    if meter.ratio.ct_primary:
        limits.append(TRANSFORMER_CLASS if meter.ct_class is None else meter.ct_class)
    if meter.ratio.pt_primary:
        limits.append(TRANSFORMER_CLASS if meter.pt_class is None else meter.pt_class)
    return math.sqrt(sum((limit / 100) ** 2 / 3 for limit in limits))


def assumed(meter: Meter) -> bool:
    """Whether a class had to be assumed, as nobody stated it."""
    ratio = meter.ratio
    return (
        meter.accuracy_class is None
        or (bool(ratio.ct_primary) and meter.ct_class is None)
        or (bool(ratio.pt_primary) and meter.pt_class is None)
    )
