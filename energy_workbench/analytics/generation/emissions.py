"""Emissions by interval: activity × dated emission factor [kg]."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]
    Ints = NDArray[np.int64]


def by_interval(steps: Sequence[tuple[date | None, float]], day: Ints) -> Array:
    """The factor that holds in each interval; NaN where there is none.

    Parameters
    ----------
    steps : sequence of (date or None, float)
        From when each value holds, oldest first; before the first there is none.
    day : array of int, shape (n,)
        Local day of each interval since 1970.
    """
    begins = np.array([-(2**31) if since is None else (since - date(1970, 1, 1)).days for since, _ in steps], "int64")
    values = np.array([np.nan, *(value for _, value in steps)])
    return values[np.searchsorted(begins, day, "right")]


def total(amount: Array, factor: Array) -> float | None:
    """Emission of some time [kg]: of what is known of the amount, and None where a factor is lacking.

    Parameters
    ----------
    amount : array of float, shape (n,)
        Energy or fuel [kWh or L]; NaN where not known.
    factor : array of float, shape (n,)
        NaN where there is none [kg a unit].
    """
    if np.isnan(factor).any() or np.isnan(amount).all():
        return None
    return float(np.nansum(amount * factor))


def net(scope1: float | None, scope2: float | None, exported: Array, credit: Array) -> float | None:
    """Scope 1 and 2 less the credit for what was exported [kg]; None where one of them is not known.

    What is not credited need not be known.
    """
    given = total(exported, credit) if np.nan_to_num(credit, nan=1.0).any() else 0.0
    return None if scope1 is None or scope2 is None or given is None else scope1 + scope2 - given
