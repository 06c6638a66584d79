"""Metering period of a meter: how often its registers are read, stated or inferred from how far apart readings are."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

INTERVAL_MINUTES: Final = 15
"""Length of an interval: of what is read as often as that, or oftener, each interval is measured by itself."""

COARSE: Final = (30, 60, 1440, 44_640)
"""Periods above the interval, in minutes."""

LONGEST_DEMAND: Final = 60
"""Longest period whose blocks are a demand [min]: the mean of a day is none."""

_LATE: Final = {30: 31.5, 60: 63.0, 1440: 1560.0, 44_640: 50_400.0}
"""How far apart two readings of a period may be [min]: clocks jitter by a twentieth, people by two hours or days."""

CLOSE_MINUTES: Final = 16.0
"""Of readings once an interval, with the jitter of a poll [min]."""


def coarse(minutes: int) -> int:
    """The blocks of a stated period: whole intervals at least [min]."""
    return next((period for period in COARSE if minutes <= period), COARSE[-1]) if minutes > INTERVAL_MINUTES else 15


def latest(period: int) -> float:
    """How far apart readings of a period may be [min]."""
    return _LATE.get(period, CLOSE_MINUTES)


def inferred(spans: Iterable[tuple[float | None, float]]) -> int:
    """The period of a meter in a month [min], by the median of the times between its readings.

    Parameters
    ----------
    spans : iterable of (float or None, float)
        How far apart readings are [min], None where they are close, and how many such pairs there are.

    Returns
    -------
    int
        15 where intervals are measured by themselves, or readings are further apart than a month.
    """
    counted = sorted((CLOSE_MINUTES if span is None else span, pairs) for span, pairs in spans)
    half, so_far = sum(pairs for _, pairs in counted) / 2, 0.0
    for span, pairs in counted:
        so_far += pairs
        if so_far >= half > 0:
            if span <= CLOSE_MINUTES:
                return INTERVAL_MINUTES
            return next((period for period in COARSE if span <= _LATE[period]), INTERVAL_MINUTES)
    return INTERVAL_MINUTES
