"""Maximum demand: mean power over blocks of 15 to 60 minutes, its highest value, and each child's share in it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.contract.rows.energy import ChildAtMaximum
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.maxima import least
from energy_workbench.domain.time.axis import INTERVAL
from energy_workbench.energy.counter_steps import COARSE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

BLOCKS = {"15min": 1, "30min": 2, "60min": 4, "1h": 4}
"""Lengths of a block in intervals."""
KINDS = ("block", "sliding")
UNITS = {"kw": "kW", "kva": "kVA"}


@dataclass(frozen=True, slots=True)
class Block:
    """How demand is measured.

    Attributes
    ----------
    size : int
        Intervals of a block.
    sliding : bool
        Whether a block begins at every interval; else blocks lie side by side on the site's clock.
    unit : str
        `kw` or `kva`.
    """

    size: int
    sliding: bool
    unit: str

    @classmethod
    def of(cls, block: str, kind: str, unit: str) -> Block:
        """From words.

        Raises
        ------
        InputError
            If one of them is none.
        """
        for given, known, what in ((block, BLOCKS, "block"), (kind, KINDS, "kind"), (unit.lower(), UNITS, "unit")):
            if given not in known:
                raise InputError(f"{given!r} is no {what} of demand: {', '.join(known)}")
        return cls(BLOCKS[block], kind == "sliding", unit.lower())


def demands(energy: Array, block: Block, aligned: NDArray[np.bool_], step: Array | None = None) -> Array:
    """Mean power of the block that begins at each interval.

    Parameters
    ----------
    energy : array of float, shape (n,)
        Consecutive intervals [kWh or kVAh]; NaN where not known closely.
    aligned : array of bool, shape (n,)
        Whether a block begins there: one of the site's clock, or a sliding one, where a reading is.
    step : array of float, shape (n,), optional
        Least increment of the counter [kWh or kVAh]; 0 where it is not known.

    Returns
    -------
    array of float, shape (n,)
        [kW or kVA]; NaN where no block begins, one of its intervals is not known (an estimate is no peak), or the
        counter's step is more than 2 % of the block's energy.
    """
    powers = np.full(len(energy), np.nan)
    if len(energy) >= block.size:
        sums = _windows(energy, block.size).sum(axis=1)
        if step is not None:
            sums[_windows(step, block.size).max(axis=1) > COARSE * sums] = np.nan
        powers[: len(sums)] = sums * 4 / block.size
    powers[~aligned] = np.nan
    return powers


def _windows(values: Array, size: int) -> Array:
    return np.lib.stride_tricks.sliding_window_view(values, size)


def aligned(start: datetime, count: int, edges: Sequence[datetime], size: int = 1) -> NDArray[np.bool_]:
    """Which of consecutive intervals begin a block that lies between two edges.

    Parameters
    ----------
    start : datetime
        Of the first interval.
    size : int
        Intervals of a block: where the clock changes two edges may be closer, and there is no block.
    """
    begins = np.zeros(count, bool)
    for edge, following in pairwise(edges):
        offset, rest = divmod(edge - start, INTERVAL)
        if not rest and 0 <= offset < count and following - edge == size * INTERVAL:
            begins[offset] = True
    return begins


def maximum(values: Array) -> int | None:
    """Index of the greatest value, the first of those as great; None where none is known."""
    if np.isnan(values).all():
        return None
    return int(np.flatnonzero(values >= least(float(np.nanmax(values))))[0])


def contributions(at: int, block: Block, children: Mapping[str, Array], total_kw: float) -> list[ChildAtMaximum]:
    """What each child drew in the block of a maximum, the greatest first.

    Parameters
    ----------
    at : int
        Interval in which the block begins.
    children : mapping of str to array of float, shape (n,)
        By number the energy of each [kWh]; negative where it feeds in.
    total_kw : float
        Of which shares are told [kW].
    """
    drawn = {
        number: float(energy[at : at + block.size].sum()) * 4 / block.size
        for number, energy in children.items()
        if not np.isnan(energy[at : at + block.size]).any()
    }
    return [
        {
            "number": number,
            "kw": round(kw, 3),
            "share": round(kw / total_kw, 4) if total_kw > 0 else None,
            "reason": "",
        }
        for number, kw in sorted(drawn.items(), key=lambda pair: (-pair[1], natural(pair[0])))
    ]


def diversity_factor(maxima: Sequence[float], together: float | None) -> float | None:
    """Sum of the children's own maxima ÷ maximum of their sum [1]; None where it has no meaning."""
    return round(sum(maxima) / together, 4) if together and together > 0 and len(maxima) > 1 else None
