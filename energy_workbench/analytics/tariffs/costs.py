"""The cost of every interval: each line spread by its rule, in whole millionths, with what rounding leaves beside."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.tariffs.line import Priced
from energy_workbench.analytics.tariffs.load import decimal
from energy_workbench.analytics.tariffs.month import Part

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Costs:
    """Costs of intervals; `total` of the bill = Σ `micro` ÷ 10⁶ + `remainder`, exactly.

    Attributes
    ----------
    starts : array of int, shape (n,)
        [µs since 1970, UTC].
    micro : array of int, shape (n,)
        [10⁻⁶ of the currency].
    remainder : Decimal
        What rounding leaves [currency].
    """

    starts: Array
    micro: Array
    remainder: Decimal

    @property
    def total(self) -> Decimal:
        """Of the intervals and the remainder [currency]."""
        return decimal(int(self.micro.sum())) + self.remainder


def spread(amount: Decimal, weights: Array | None, count: int) -> Array:
    """An amount over intervals by their weights, alike where there are none [10⁻⁶ of the currency]."""
    whole = int(amount.scaleb(6).to_integral_value())
    total = 0 if weights is None else float(weights.sum())
    if not count:
        return np.empty(0, np.int64)
    if weights is None or not total:
        return np.full(count, round(whole / count), np.int64)
    return np.rint(weights * (whole / total)).astype(np.int64)


def costs_of(
    starts: Array, total: Decimal, parts: list[tuple[Part, list[Priced], dict[str, tuple[str, ...]]]]
) -> Costs:
    """Costs of every interval of a month.

    Energy is spread by its time: a line over the energy of its window. Demand is spread over the energy of its window
    too, fixed and least amounts over time alike, and what is made of lines (per cent, taxes) as those lines are.

    Parameters
    ----------
    parts : list of (Part, list of Priced, dict of str to tuple of str)
        Lines of each part, in order; by charge the names of the lines that it is made of.
    """
    micro = np.zeros(len(starts), np.int64)
    for part, lines, made_of in parts:
        count = part.cut.stop - part.cut.start
        by_charge: dict[str, Array] = {}
        for priced in lines:
            name = priced.line.charge
            weights = priced.weights() if priced.weights is not None else None
            if weights is None and made_of.get(name):
                weights = sum(
                    (by_charge[each] for each in made_of[name] if each in by_charge), np.zeros(count, np.int64)
                )
            each = spread(priced.line.amount, weights, count)
            by_charge[name] = by_charge[name] + each if name in by_charge else each
            micro[part.cut] += each
    return Costs(starts, micro, total - decimal(int(micro.sum())))
