"""Noise of a counter's least step: readings that fall by no more than it, as the highest there was.

A counter that toggles between two values, or jitters around one, counts nothing. Its readings are taken for the
highest before them until it falls by more than its noise: then it really fell. So what is booked of any number of
them is the last less the first, within the noise.
"""

from __future__ import annotations

import numpy as np

from energy_workbench.energy.interpolation import Array

STEPS = 2.0
"""A fall of up to this many least steps is noise."""

EDGE = 1.001
"""Differences of floating-point values miss whole steps by a little."""


def slack(step: Array, single: Array, value: Array) -> Array:
    """What counts as noise at each reading, in the counter's unit; 0 where its least step is not known.

    Parameters
    ----------
    step, single : array of float, shape (n,)
        Least increment, and what one of a float32 register is worth, of the counter of each reading.
    value : array of float, shape (n,)
        As reported.
    """
    if single.any():
        wire = np.divide(np.abs(value), single, out=np.zeros(len(value)), where=single > 0)
        step = np.maximum(step, np.spacing(wire.astype("float32")) * single)
    return STEPS * EDGE * step


def crested(key: Array, value: Array, noise: Array, crest: Array | None = None) -> Array:
    """A counter without its noise: each value, or the highest before it where that is no more than the noise above.

    Parameters
    ----------
    key : array of int, shape (n,)
        A number for each device; readings of one lie together.
    value, noise : array of float, shape (n,)
        As reported, and what counts as noise there.
    crest : array of float, shape (n,), optional
        At the first reading of each device, the highest before it; NaN where nothing is known.
    """
    starts = np.r_[True, key[1:] != key[:-1]]
    small = ~starts & np.r_[False, (value[1:] < value[:-1])]
    small[1:] &= value[:-1] - value[1:] <= noise[1:]
    known = None if crest is None else starts & (crest > value) & (crest - value <= noise)
    if known is not None and known.any():
        small |= known
    if not small.any():
        return value
    told = value.copy()
    edges = np.flatnonzero(np.r_[starts, True])
    for nth in np.unique(np.searchsorted(edges, np.flatnonzero(small), "right") - 1).tolist():
        first, last = int(edges[nth]), int(edges[nth + 1])
        before = float(crest[first]) if crest is not None and known is not None and known[first] else -np.inf
        while first < last:
            high = np.maximum(np.maximum.accumulate(value[first:last]), before)
            fallen = np.flatnonzero(high - value[first:last] > noise[first:last])
            end = first + int(fallen[0]) if len(fallen) else last
            told[first:end] = high[: end - first]
            first, before = end, -np.inf
    return told


def played(key: Array, value: Array, noise: Array, crest: Array | None = None) -> Array:
    """A counter that also falls, without its noise: it follows a rise at once, and a fall with the noise between.

    Parameters
    ----------
    key, value, noise, crest
        As of `crested`.
    """
    told = value.tolist()
    widths, keys = noise.tolist(), key.tolist()
    for row in range(len(told)):
        if row == 0 or keys[row] != keys[row - 1]:
            if crest is not None and crest[row] > told[row]:
                told[row] = min(float(crest[row]), told[row] + widths[row])
        else:
            told[row] = max(told[row], min(told[row - 1], told[row] + widths[row]))
    return np.array(told)
