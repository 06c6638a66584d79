"""What a counter's own readings tell of it where no profile does: its least step, and whether it counts at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from energy_workbench.energy.counter_steps import Nature
from energy_workbench.energy.interpolation import Array

UNIT = 1e-6
"""What readings are compared in [the counter's unit]."""

LARGEST = 9e12
"""What no counter comes to, and 64 bits do not hold in that unit."""

CHANGES = 12
"""Fewer changes in a day tell nothing."""

ODD_ONES = 0.03
"""Share of the changes that may be no multiple of a step: a reading typed in by hand."""

TURNS, TURNS_SHARE = 6, 0.05
"""Changes that differ from the one before by a step or two, or stand alone: fewer show a steady load, no step."""

MOST_TURNS = 0.2
"""A net counter goes on in its direction for most of its changes."""

RANDOM_FALLS = 0.25, 0.75
"""Share of falls where each value stands for itself."""

DISTINCT = 6
"""Different values at least, so that it is not noise around one."""

DAYS = 31
"""Days that are looked at, the earliest."""

SHARE_OF_DAYS = 0.25
"""Of these that must show a step."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a day of readings tells.

    Attributes
    ----------
    step : float
        Least increment [the counter's unit]; 0 where the day does not show it.
    nature : Nature
    """

    step: float = 0.0
    nature: Nature = Nature.COUNTER


def traits(value: Array) -> Traits | None:
    """What consecutive readings of a counter tell of it; None where they change too little.

    Parameters
    ----------
    value : array of float, shape (n,)
        As reported.
    """
    value = value[np.abs(value) <= LARGEST]
    if len(value) > CHANGES and np.all(value.astype("float32") == value):
        # What a float32 register shows has the digits of its shortest decimal.
        value = np.array([float(str(each)) for each in value.astype("float32")])
    whole = np.rint(value / UNIT).astype("int64")
    every = np.diff(whole)
    moved = every != 0
    change = every[moved]
    if len(change) < CHANGES:
        return None
    step = _step(change, ~np.r_[True, moved[:-1]][moved])
    return Traits(round(step * UNIT, 6) if step > 1 else 0.0, _nature(whole, change))


def agreed(days: Iterable[Traits]) -> Traits:
    """What several days tell together."""
    seen = list(days)
    natures = [each.nature for each in seen]
    nature = Nature.COUNTER
    if 2 * natures.count(Nature.INTERVAL) > len(seen):
        nature = Nature.INTERVAL
    elif Nature.NET in natures:
        nature = Nature.NET
    shown = [each.step for each in seen if each.step]
    if not shown or len(shown) < SHARE_OF_DAYS * len(seen):
        return Traits(0.0, nature)
    # The most frequent, of several the finest.
    return Traits(min(shown, key=lambda step: (-shown.count(step), step)), nature)


def _step(change: Array, alone: Array) -> int:
    """The greatest number that nearly all changes are multiples of; 0 where a steady load would look the same."""
    size = np.abs(change)
    values, counts = np.unique(size, return_counts=True)
    often = values[np.argsort(-counts, kind="stable")][:4]
    candidates = {int(np.gcd.reduce(often[:nth])) for nth in range(1, len(often) + 1)} | {int(np.gcd.reduce(values))}
    fitting = [each for each in candidates if np.mean(size % each != 0) <= ODD_ONES]
    if not fitting:
        return 0
    step = max(fitting)
    turn = np.abs(np.diff(change))
    told = np.count_nonzero((turn > 0) & (turn <= 2 * step)) + np.count_nonzero(alone & (size == step))
    return step if told >= max(TURNS, TURNS_SHARE * len(change)) else 0


def _nature(value: Array, change: Array) -> Nature:
    """Counter, net counter, or no counter, by how the values fall."""
    falls = change < 0
    share = float(np.mean(falls))
    turns = float(np.mean(falls[1:] != falls[:-1]))
    size = np.abs(change)
    typical = float(np.median(size))
    gradual = np.count_nonzero(falls[1:] & falls[:-1]) >= 0.5 * np.count_nonzero(falls)
    if np.count_nonzero(falls) >= TURNS and gradual and turns <= MOST_TURNS and size[falls].max() <= 20 * typical:
        return Nature.NET
    drift = abs(int(value[-1]) - int(value[0]))
    wide = len(np.unique(value)) >= DISTINCT and float(np.median(value)) <= 50 * typical
    if RANDOM_FALLS[0] <= share <= RANDOM_FALLS[1] and value.min() >= 0 and wide and drift < 0.25 * size.sum():
        return Nature.INTERVAL
    return Nature.COUNTER
