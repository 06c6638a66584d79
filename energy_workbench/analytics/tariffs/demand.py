"""Measured demand: the mean power of blocks, and the highest of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from energy_workbench.analytics.tariffs.load import apparent, decimal
from energy_workbench.analytics.tariffs.month import BillingMonth
from energy_workbench.domain.tariffs.charges.basis import DemandBasis
from energy_workbench.domain.tariffs.rounding import EXACT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ZERO: Final = Decimal(0)
STEP: Final = Decimal("0.000001")


@dataclass(frozen=True)
class Measured:
    """A demand of a month.

    Attributes
    ----------
    value : Decimal
        [kW or kVA]; 0 where nothing is known.
    at : tuple of int
        Begins of its blocks [µs].
    with_estimates : Decimal
        What it is where estimated intervals count as well.
    estimated, missing : Decimal
        Of the blocks that could have been it [1].
    coarse : bool
        Whether intervals are longer than a block, or do not divide it.
    """

    value: Decimal
    at: tuple[int, ...]
    with_estimates: Decimal
    estimated: Decimal
    missing: Decimal
    coarse: bool


def measured(month: BillingMonth, basis: DemandBasis, mask: Array | None) -> Measured:
    """The demand of a month in a window.

    An estimate is no peak: estimated blocks count only where no block is measured. A block with a missing interval is
    not known. A block is in a window where all of it is.

    Parameters
    ----------
    mask : array of bool, shape (n,), or None
        Intervals of the window; None is all.
    """
    size, coarse = _size(month, basis)
    starts = block_starts(month, basis, size)
    if mask is not None:
        starts = starts[mask[starts] & mask[starts + size - 1]]
    powers = block_powers(month, basis, starts, size)
    if month.complete and not month.has_estimates:
        value, places = _highest(month, basis, starts, powers)
        return Measured(value, _begins(month, places), value, ZERO, ZERO, coarse)
    known = _every(month.load.known, starts, size)
    sure = known & ~_any(month.load.estimated, starts, size) if month.has_estimates else known
    counts = sure if sure.any() else known
    value, places = _highest(month, basis, starts[counts], powers[counts])
    other = value if sure is known or counts is known else _highest(month, basis, starts[known], powers[known])[0]
    blocks = Decimal(max(len(starts), 1))
    return Measured(
        value, _begins(month, places), max(value, other),
        (Decimal(int((known & ~sure).sum())) / blocks).quantize(STEP),
        (Decimal(int((~known).sum())) / blocks).quantize(STEP), coarse,
    )  # fmt: skip


def _begins(month: BillingMonth, places: list[int]) -> tuple[int, ...]:
    return tuple(int(month.load.starts[place]) for place in places)


def block_starts(month: BillingMonth, basis: DemandBasis, size: int) -> Array:
    """Intervals with which a block begins that ends within the month."""
    last = len(month.load.starts) - size + 1
    if last <= 0:
        return np.empty(0, np.int64)
    length = size * month.load.minutes
    if basis.sliding or size == 1:
        return np.arange(last)
    phase = int(month.minute[0]) % month.load.minutes
    return np.flatnonzero((month.minute[:last] - phase) % length == 0)


def block_powers(month: BillingMonth, basis: DemandBasis, starts: Array, size: int) -> Array:
    """Mean power of blocks [10⁻⁶ kW or kVA]: integers, as an hour has whole blocks."""
    load = month.load
    if basis.unit == "kW":
        energy = _sums(load.kwh, starts, size)
    elif load.kvah is not None:
        energy = _sums(load.kvah, starts, size)
    else:
        energy = apparent(
            _sums(load.kwh, starts, size), None if load.kvarh is None else _sums(load.kvarh, starts, size)
        )
    minutes = size * load.minutes
    return energy * (60 // minutes) if 60 % minutes == 0 else np.rint(energy * 60 / minutes).astype(np.int64)


def _size(month: BillingMonth, basis: DemandBasis) -> tuple[int, bool]:
    grain = month.load.minutes
    if basis.minutes % grain:
        return max(1, basis.minutes // grain), True
    return basis.minutes // grain, bool(len(month.minute) and int(month.minute[0]) % grain)


def _sums(values: Array, starts: Array, size: int) -> Array:
    if size == 1:
        return values[starts]
    total = np.concatenate(([0], np.cumsum(values)))
    return total[starts + size] - total[starts]


def _every(flags: Array, starts: Array, size: int) -> Array:
    return _sums(flags.astype(np.int64), starts, size) == size


def _any(flags: Array, starts: Array, size: int) -> Array:
    return _sums(flags.astype(np.int64), starts, size) > 0


def _highest(month: BillingMonth, basis: DemandBasis, starts: Array, powers: Array) -> tuple[Decimal, list[int]]:
    """The mean of the highest, the earliest of those alike, and where they are."""
    if not len(powers):
        return Decimal(0), []
    if basis.highest == 1:
        at = int(np.argmax(powers))
        return decimal(powers[at]), [int(starts[at])]
    order = np.argsort(-powers, kind="stable")
    if basis.different_days:
        _, firsts = np.unique(month.day[starts[order]], return_index=True)
        order = order[np.sort(firsts)]
    chosen = order[: basis.highest]
    mean = EXACT.divide(decimal(int(powers[chosen].sum())), Decimal(len(chosen)))
    return mean.quantize(STEP), sorted(int(place) for place in starts[chosen])
