"""Net counters: what rises is imported, what falls is exported, as far as their readings are apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from energy_workbench.energy.counter_steps import FAR_OUT, FAR_OUT_HOURS
from energy_workbench.energy.interpolation import Array, Pairs
from energy_workbench.energy.reading_window import HOUR_US

STICKS_OUT = 100.0
"""A reading is wrong where it is so many times off what its neighbours differ by."""


def spikes(key: Array, value: Array, noise: Array) -> Array:
    """Readings that are wrong for certain, as a mask: far from both neighbours, which go on from each other."""
    wrong = np.zeros(len(value), bool)
    if len(value) < 3:
        return wrong
    before, after = value[1:-1] - value[:-2], value[2:] - value[1:-1]
    alike = (key[2:] == key[:-2]) & (key[1:-1] == key[:-2])
    usual = np.maximum(np.abs(value[2:] - value[:-2]), noise[1:-1])
    least = np.minimum(np.abs(before), np.abs(after))
    wrong[1:-1] = alike & (before * after < 0) & (usual > 0) & (least > STICKS_OUT * usual)
    return wrong


def breaks(pairs: Pairs, limit: Array, noise: Array, stood: Array) -> Array:
    """Pairs between which more lies than can have flowed either way, as a mask.

    Where no rating tells what can flow, the rule is that of counters: a load that is switched on is no break.

    Parameters
    ----------
    limit : array of float, shape (n,)
        The most that can flow between the readings of each pair; infinite where that is not known.
    noise, stood : array of float, shape (n,)
        At the first reading of each pair: what counts as noise, and where the counter stood.
    """
    size = np.abs(pairs.amount)
    rate = size / np.maximum(pairs.end - pairs.start, 1)
    same = np.r_[False, pairs.meter[1:] == pairs.meter[:-1]]
    before = np.where(same, np.r_[0.0, rate[:-1]], 0.0)
    after = np.where(np.r_[same[1:], False], np.r_[rate[1:], 0.0], 0.0)
    usual, hours = np.maximum(before, after) * HOUR_US, (pairs.end - pairs.start) / HOUR_US
    far = (usual > 0) & (size > np.abs(stood)) & (size > usual * np.maximum(FAR_OUT_HOURS, FAR_OUT * hours))
    broken: Array = np.where(np.isinf(limit), far, size > limit + noise)
    return broken


def both_ways(pairs: Pairs) -> tuple[Pairs, Pairs]:
    """What was imported, and what was exported."""
    return replace(pairs, amount=np.maximum(pairs.amount, 0.0)), replace(pairs, amount=np.maximum(-pairs.amount, 0.0))
