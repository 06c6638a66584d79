"""Whether the parts of a sum of registers are digits of one number, or counters of their own that are added; pure.

A kilo register and its residual, or the four registers of Mod10, are places of one number: it moves by the increment of
its lowest place. Two tariffs are counters that are added: one of them runs at a time, in its own increments.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

PLACES: Final = ("_kilo", "_residual")
"""Ends of names of quantities that are places of one number."""
FAR_APART: Final = 100.0
"""Increments of the places of a number differ by so much at least; those of tariffs are alike."""


def are_places(steps: Mapping[str, float]) -> bool:
    """Whether parts are places of one number, by their names and increments.

    Parameters
    ----------
    steps : mapping of str to float
        Increment of each part, by its quantity [unit of the sum]; 0 where that is not known.
    """
    if any(name.endswith(PLACES) for name in steps):
        return True
    known = sorted(steps.values())
    return len(known) > 1 and known[0] > 0 and all(high >= FAR_APART * low for low, high in pairwise(known))


def step_of(steps: Sequence[float], *, places: bool) -> float:
    """Increment of a sum: the finest of places, the coarsest of added counters; 0 where that is not known."""
    if places:
        return min(steps, default=0.0)
    return max(steps, default=0.0)
