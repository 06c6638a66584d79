"""Fuel consumption of a diesel generator by its load [L], where its fuel is not metered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

LOADS = np.array([0.25, 0.5, 0.75, 1.0])
"""Shares of the rated power for which consumption is told [1]."""

LITRES_PER_KWH = {
    20.0: np.array([0.46, 0.34, 0.33, 0.31]),
    100.0: np.array([0.39, 0.31, 0.29, 0.28]),
    500.0: np.array([0.33, 0.28, 0.27, 0.27]),
}
"""By rated power [kW] consumption at those loads [L/kWh]: approximate diesel consumption chart (secondary)."""

RUNNING_SHARE = 0.01
"""A generator runs while it delivers more than this share of its rated power [1]."""


REFUELLED = 0.02
"""A tank that gains more than this share of its highest volume in a quarter of an hour was filled; less is sloshing."""


def burnt_from_tank(volume: Array) -> float:
    """Fuel that left a tank [L].

    Parameters
    ----------
    volume : array of float, shape (n,)
        What was in it, a quarter of an hour apart [L]; at least one.
    """
    gained = np.diff(volume)
    filled = float(gained[gained > REFUELLED * volume.max()].sum())
    return max(float(volume[0] - volume[-1]) + filled, 0.0)


def consumption(rated_kw: float) -> Array:
    """Litres per kWh at `LOADS` of a generator of that size, between the sizes charted by the logarithm of power."""
    sizes = np.array(list(LITRES_PER_KWH))
    table = np.array(list(LITRES_PER_KWH.values()))
    at = np.log(np.clip(rated_kw, sizes[0], sizes[-1]))
    return np.array([np.interp(at, np.log(sizes), table[:, load]) for load in range(len(LOADS))])


def litres_an_hour(kw: Array, rated_kw: float) -> Array:
    """Fuel that a generator burns at these powers [L/h].

    Between the loads charted, fuel per hour is interpolated; below a quarter of the rated power the line
    goes on to what the generator burns idling. Nothing is burnt at rest.

    Parameters
    ----------
    kw : array of float
        Delivered; NaN where not known.
    rated_kw : float
        Rated power, above zero.
    """
    powers = LOADS * rated_kw
    hourly = consumption(rated_kw) * powers
    idle = max(hourly[0] - (hourly[1] - hourly[0]) / (powers[1] - powers[0]) * powers[0], 0.0)
    litres = np.interp(kw, np.r_[0.0, powers], np.r_[idle, hourly])
    # Above the rated power each further kWh costs as much as at full load.
    litres = np.where(kw > rated_kw, hourly[-1] * kw / rated_kw, litres)
    return np.where(np.isnan(kw), np.nan, np.where(kw > RUNNING_SHARE * rated_kw, litres, 0.0))
