"""Load factor and mean load: the one definition of each, whoever prints them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

import numpy as np

from energy_workbench.domain.time import axis

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NOISE = 1e-6
"""By so much of it may a block lie above the maximum by the rounding of sums alone [1]."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """The complete blocks of a demand, with those whose counter is too coarse for a maximum.

    Attributes
    ----------
    count : int
    mean, greatest : float or None
        Their mean power, and the greatest of them [kW or kVA]; None where there is none.
    share : float
        Of the blocks that there were in that time [0 to 1].
    """

    count: int
    mean: float | None
    greatest: float | None
    share: float

    @classmethod
    def of(cls, power: Array, elapsed: int) -> Blocks:
        """From the power of each block, NaN where one is not complete.

        Parameters
        ----------
        power : array of float, shape (n,)
            [kW or kVA]
        elapsed : int
            Blocks that there were in that time, known or not.
        """
        known = power[~np.isnan(power)]
        if not len(known):
            return cls(0, None, None, 0.0)
        return cls(len(known), float(known.mean()), float(known.max()), _share(len(known), elapsed))


@dataclass(frozen=True, slots=True)
class Sums:
    """What the lake adds up of a meter's intervals, of the direction that counts.

    Attributes
    ----------
    block_kwh, greatest_kwh : float
        Of complete intervals, and of the greatest of them [kWh].
    blocks : int
        Complete intervals.
    hours : float
        That the register spans [h].
    """

    block_kwh: float
    blocks: int
    greatest_kwh: float
    hours: float


def load_factor(blocks: Blocks, maximum: float | None) -> float | None:
    """Mean power of the known blocks ÷ the greatest of them [1]; never above 1.

    Parameters
    ----------
    blocks : Blocks
        Of the same length and kind as the maximum.
    maximum : float or None
        Maximum demand: of the blocks whose counter is fine enough [kW or kVA].

    Returns
    -------
    float or None
        None where no block is fine enough to be a maximum, or where a coarse one lies above it: the maximum is then
        not the greatest of the blocks, and nobody knows what is.
    """
    if blocks.mean is None or blocks.greatest is None or not maximum or maximum <= 0:
        return None
    return None if blocks.greatest > maximum * (1 + NOISE) else round(blocks.mean / maximum, 4)


def mean_load(energy_kwh: float | None, hours: float) -> float | None:
    """Energy ÷ the hours that its registers span [kW], gaps included, because registers went on."""
    return None if energy_kwh is None or hours <= 0 else round(energy_kwh / hours, 6)


class LoadFigures(TypedDict):
    """Load factor and mean load of a time, each with the share of the time that it is of."""

    load_factor: float | None
    load_factor_share: float
    mean_load_kw: float | None
    mean_load_share: float


def told(
    sums: Sums, energy_kwh: float | None, maximum_kw: float | None, edges: Sequence[datetime], now: datetime
) -> LoadFigures:
    """Load factor and mean load of a time.

    Parameters
    ----------
    energy_kwh, maximum_kw : float or None
        Of the whole time [kWh], and its maximum demand over 15 minutes [kW].
    edges : sequence of datetime
        First and last are those of the time.
    now : datetime
        Later time has not been yet.
    """
    over = _intervals_over(edges[0], edges[-1], now)
    blocks = Blocks(0, None, None, 0.0)
    if sums.blocks:
        mean, greatest = 4 * sums.block_kwh / sums.blocks, 4 * sums.greatest_kwh
        blocks = Blocks(sums.blocks, mean, greatest, _share(sums.blocks, over))
    elapsed = max((min(edges[-1], now) - edges[0]).total_seconds() / 3600, 0.0)
    hours = min(sums.hours, elapsed)
    return {
        "load_factor": load_factor(blocks, maximum_kw),
        "load_factor_share": blocks.share,
        "mean_load_kw": mean_load(energy_kwh, hours),
        "mean_load_share": _share(hours, elapsed),
    }


def _intervals_over(start: datetime, end: datetime, now: datetime) -> int:
    """Whole intervals of a span that are over."""
    first = axis.floor_interval(start)
    if first < start:
        first += axis.INTERVAL
    return max((axis.floor_interval(min(end, now)) - first) // axis.INTERVAL, 0)


def _share(part: float, whole: float) -> float:
    return round(min(part / whole, 1.0), 4) if whole > 0 else 0.0
