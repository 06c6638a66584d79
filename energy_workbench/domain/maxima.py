"""Index of the greatest of values that may differ by rounding: the first one in time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

TOLERANCE: Final = 1e-6
"""So near to the greatest a value is as great [in its unit]: the last digit of answers.

Differences of registers up to a TWh differ by less where the same was drawn.
"""
RELATIVE: Final = 1e-9
"""The same of values above a thousand [1]."""


def least(greatest: float) -> float:
    """From which value on one is as great as the greatest."""
    return greatest - max(TOLERANCE, RELATIVE * abs(greatest))


def first(values: Iterable[float | None]) -> int | None:
    """Index of the first of the greatest values; None where none is known."""
    known = [(index, value) for index, value in enumerate(values) if value is not None]
    if not known:
        return None
    bound = least(max(value for _, value in known))
    return next(index for index, value in known if value >= bound)


def greatest(values: Sequence[float | None], most: int) -> list[int]:
    """Indices of so many of the greatest values, the greatest first, and of those as great the first one in time."""
    left, order = list(values), list[int]()
    while len(order) < most and (index := first(left)) is not None:
        order.append(index)
        left[index] = None
    return order
