"""Sunshine and clouds, and outages of the grid."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

MINUTES = 1440
OUTAGE_CHANCE = 0.5
"""Outages a day."""
RESTART_MINUTES = 1
"""Dark until the generator takes over."""
COOLDOWN_MINUTES = 4
"""The generator idles on after the grid is back."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Who feeds the busbar at each minute of a day; arrays of bool, shape (1440,).

    Attributes
    ----------
    grid : ndarray
        The grid has voltage.
    busbar : ndarray
        The busbar has voltage; dark only until the generator has started.
    generator : ndarray
        The generator turns.
    """

    grid: np.ndarray
    busbar: np.ndarray
    generator: np.ndarray


def supply(random: np.random.Generator) -> Supply:
    """The day's outage, if there is one: it begins and ends within the day."""
    import numpy as np

    minute = np.arange(MINUTES)
    happens, begin, length = random.random() < OUTAGE_CHANCE, random.integers(420, 1170), random.integers(20, 130)
    end = begin + length if happens else begin - 1
    outage = (minute >= begin) & (minute <= end)
    dark = outage & (minute <= begin + RESTART_MINUTES)
    turning = (minute > begin) & (minute <= end + COOLDOWN_MINUTES) if happens else np.zeros(MINUTES, bool)
    return Supply(~outage, ~dark, turning)


def sunshine(random: np.random.Generator, minute_of_day: np.ndarray, day_of_year: float) -> np.ndarray:
    """Output of the solar plant as a share of its peak.

    Parameters
    ----------
    minute_of_day : ndarray of float, shape (1440,)
        Local wall time.
    day_of_year : float
        1 to 366.

    Returns
    -------
    ndarray, shape (1440,)
        [1]; a sine of the sun's height between sunrise and sunset, dimmed by the day's haze and clouds.
    """
    import numpy as np

    # The day length of about 20° of latitude swings by ±0.55 h around 12 h.
    half = (12.0 + 1.1 * np.sin((day_of_year - 80) * (2 * np.pi / 365.25))) / 2
    height = np.cos((minute_of_day / 60 - 12.2) / half * (np.pi / 2))
    clear = np.where(np.abs(minute_of_day / 60 - 12.2) < half, np.maximum(height, 0) ** 1.25, 0.0)
    cloudiness = random.beta(1.4, 2.6)
    knots = random.random(MINUTES // 8 + 2)
    cover = np.interp(np.arange(MINUTES) / 8, np.arange(knots.size), knots)
    shade = np.where(cover < cloudiness, 0.35 + 0.4 * cover, 1.0)
    shade = np.convolve(np.pad(shade, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    return clear * shade * (0.9 - 0.12 * cloudiness)
