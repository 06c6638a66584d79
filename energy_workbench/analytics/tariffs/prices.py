"""Prices by the hour or quarter, as a market publishes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.domain.errors import InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]


@dataclass(frozen=True)
class Prices:
    """Prices, each from its instant until the next one's.

    Attributes
    ----------
    starts : array of int, shape (n,)
        [µs since 1970, UTC].
    end : int
        When the last one ends [µs].
    micro : array of int, shape (n,)
        [10⁻⁶ of the currency a unit].
    """

    starts: Array
    end: int
    micro: Array

    @classmethod
    def of(cls, starts: Sequence[int], prices: Sequence[Decimal], end: int) -> Prices:
        """Prices in any order.

        Raises
        ------
        InputError
            If two begin at one time, or one has more than six digits after the point.
        """
        order = np.argsort(np.asarray(starts, np.int64))
        at = np.asarray(starts, np.int64)[order]
        if len(at) > 1 and not np.diff(at).all():
            raise InputError("two prices begin at the same time: give each once")
        scaled = [price.scaleb(6) for price in prices]
        if any(each != each.to_integral_value() for each in scaled):
            raise InputError("a price has more than six digits after the point")
        return cls(at, end, np.array([int(each) for each in scaled], np.int64)[order])

    def at(self, starts: Array) -> tuple[Array, Array]:
        """The price of each interval [10⁻⁶ of the currency a unit], 0 where there is none; and whether there is one."""
        place = np.searchsorted(self.starts, starts, "right") - 1
        known = (place >= 0) & (starts < self.end)
        return np.where(known, self.micro[np.maximum(place, 0)], 0), known
