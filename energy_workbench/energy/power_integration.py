"""Energy of meters without counters: their power, integrated between readings."""

from __future__ import annotations

import numpy as np

from energy_workbench.energy.interpolation import Array, Pairs, paired
from energy_workbench.energy.reading_window import HOUR_US

POWER = "active_power_total"
"""What is integrated [kW]; positive is import."""

FROM_POWER = ("from_power_import", "from_power_export")
"""Books of the energy that power tells of: imported and exported."""

LONGEST_US = 2 * HOUR_US
"""Longest gap that is filled [µs]: German BDEW practice for automatic estimates; beyond nothing is known."""

CONTEXT_US = 2 * LONGEST_US
"""How far before and after a span readings matter to it [µs]."""


class Power:
    """Readings of power that come in day by day.

    Parameters
    ----------
    limit : array of float
        By index of meter, the most that can flow [kW]; readings above it are left out.
    """

    def __init__(self, limit: Array) -> None:
        self._limit = limit
        self._held: tuple[Array, Array, Array] | None = None
        self._booked = np.full(len(limit), -(2**62))

    def pairs(self, meter: Array, ts: Array, power: Array) -> dict[str, Pairs]:
        """Pairs of readings with the energy between them, by the name of their book.

        The mean of two readings is the power between them (trapezoid); where its sign changes between the
        two, it is cut at zero, so that import and export are told apart.
        """
        sound = ~np.isnan(power) & (np.abs(power) <= self._limit[meter])
        meter, ts, power = meter[sound], ts[sound], power[sound]
        if self._held is not None:
            meter, ts, power = (np.concatenate(both) for both in zip(self._held, (meter, ts, power), strict=True))
            order = np.lexsort((ts, meter))
            order = order[np.r_[True, (np.diff(meter[order]) != 0) | (np.diff(ts[order]) != 0)][: len(order)]]
            meter, ts, power = meter[order], ts[order], power[order]
        if not len(meter):
            return {}
        last = np.flatnonzero(np.r_[meter[1:] != meter[:-1], True])
        kept = np.unique(np.concatenate([last, np.maximum(last - 1, np.r_[0, last[:-1] + 1])]))
        self._held = meter[kept], ts[kept], power[kept]
        pairs, at = paired(meter, ts, power)
        wanted = (pairs.end - pairs.start <= LONGEST_US) & (pairs.end > self._booked[pairs.meter])
        self._booked[meter[last]] = ts[last]
        pairs, at = pairs.take(wanted), at[wanted]
        hours = (pairs.end - pairs.start) / HOUR_US
        first, second = power[at], power[at + 1]
        return {
            name: Pairs(
                pairs.meter, pairs.start, pairs.end, hours * _mean_above_zero(sign * first, sign * second),
                pairs.close, pairs.broken, pairs.level, pairs.estimated,
            )
            for name, sign in zip(FROM_POWER, (1, -1), strict=True)
        }  # fmt: skip


def _mean_above_zero(first: Array, second: Array) -> Array:
    """Mean of what is positive of the line from one value to another."""
    high, low = np.maximum(first, second), np.minimum(first, second)
    with np.errstate(divide="ignore", invalid="ignore"):
        crossing = np.where(high > low, high * high / (2 * (high - low)), 0.0)
    return np.where(low >= 0, (first + second) / 2, np.where(high <= 0, 0.0, crossing))
