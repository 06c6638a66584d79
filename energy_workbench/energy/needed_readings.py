"""Which readings intervals are made of: those that cannot be taken away without another bit in one of them.

Of readings close to each other a quarter of an hour needs its first and its last, and a few between, as far apart as
readings may be that are close still. What falls, rises more than can have flowed, stands beside a gap or is named by
somebody needs all that is looked at to judge it. Pure numpy: arrays in, a mask out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interpolation import (
    CLOSE_SLOW_US,
    CLOSE_US,
    CONTEXT_ROWS,
    SETTLED_ROWS,
    SLOWER,
    Array,
    are_close,
)
from energy_workbench.energy.reading_window import HOUR_US

Named = Mapping[int, Sequence[tuple[int, int]]]
"""By key of the meter first and last instant of what somebody or something names [µs since 1970]."""

BEFORE, AFTER = CONTEXT_ROWS, SETTLED_ROWS + 1
"""Readings of a counter before and after a step that decide what it is."""

NEVER = 2**60


def needed(
    meter: Array,
    ts: Array,
    stays: Array,
    quantities: Mapping[str, Array],
    counters: Mapping[str, Array],
    limit: Array,
    named: Named,
) -> Array:
    """Readings that stay, as a mask.

    Parameters
    ----------
    meter, ts : array of int, shape (n,)
        Keys and instants [µs since 1970], sorted by both.
    stays : array of bool, shape (n,)
        Readings that stay whatever they are.
    quantities : mapping of str to array of bool, shape (n,)
        Which readings have a value, by quantity.
    counters : mapping of str to array of float, shape (n,)
        Values of counters, as reported; NaN where a reading has none.
    limit : array of float, shape (n,)
        The most that can flow through the meter of each reading [unit/h]; infinite where that is not known.
    named : mapping of int to sequence of (int, int)
        Readings of each counter around and within these stay.

    Returns
    -------
    array of bool, shape (n,)
    """
    kept = stays.copy()
    for rows in _once(quantities.values()):
        _keep_ends(kept, rows, meter, ts)
    for value in counters.values():
        rows = np.flatnonzero(~np.isnan(value))
        if len(rows):
            kept[rows[_told(meter[rows], ts[rows], value[rows], limit[rows], named)]] = True
    patterns = _once(~np.isnan(value) for value in counters.values())
    while any(_close(kept, rows, meter, ts) for rows in patterns):
        pass
    return kept


def _once(masks: Iterable[Array]) -> list[Array]:
    """Rows of masks, each of several alike once."""
    different = {mask.tobytes(): mask for mask in masks}
    return [rows for mask in different.values() if len(rows := np.flatnonzero(mask))]


def _keep_ends(kept: Array, rows: Array, meter: Array, ts: Array) -> None:
    """Keep the first and the last of these rows in each quarter of an hour of each meter."""
    key, quarter = meter[rows], ts[rows] // QUARTER
    new = np.r_[True, (key[1:] != key[:-1]) | (quarter[1:] != quarter[:-1])]
    kept[rows[new]] = True
    kept[rows[np.r_[new[1:], True]]] = True


def _told(meter: Array, ts: Array, value: Array, limit: Array, named: Named) -> Array:
    """Readings of a counter that steps out of the ordinary, what is named, and either end of a file stand on."""
    count = len(ts)
    same = meter[1:] == meter[:-1]
    amount, span = value[1:] - value[:-1], ts[1:] - ts[:-1]
    with np.errstate(invalid="ignore"):
        most = np.where(np.isinf(limit[1:]), value[:-1], limit[1:] * (span / HOUR_US))
    odd = np.flatnonzero(same & ((amount < 0) | (amount > most)))
    low, high = [odd - BEFORE], [odd + 1 + AFTER]
    apart = np.flatnonzero(same & ~are_close(span, same))
    # The reading before them too: how far apart it is decides whether the next are close.
    low.append(apart - 1)
    high.append(apart + 1)
    edges = np.flatnonzero(np.r_[True, ~same, True])
    # What lies beyond either end of these is judged by the readings next to it.
    low += [edges[:-1], edges[1:] - 1 - BEFORE - SETTLED_ROWS]
    high += [edges[:-1] + AFTER, edges[1:] - 1]
    for key, spans in named.items():
        first, last = (int(np.searchsorted(meter, key, side)) for side in ("left", "right"))
        if first < last:
            begins, ends = np.asarray(spans, "int64").reshape(-1, 2).T
            low.append(first + np.searchsorted(ts[first:last], begins, "left") - 1 - BEFORE)
            high.append(first + np.searchsorted(ts[first:last], ends, "right") + AFTER)
    steps = np.zeros(count + 1, "int64")
    np.add.at(steps, np.clip(np.concatenate(low), 0, count), 1)
    np.add.at(steps, np.clip(np.concatenate(high) + 1, 0, count), -1)
    return np.cumsum(steps[:-1]) > 0


def _close(kept: Array, rows: Array, meter: Array, ts: Array) -> bool:
    """Keep more of these rows until all that were close to the next still are; whether more had to be kept."""
    meter, ts = meter[rows], ts[rows]
    same, span = meter[1:] == meter[:-1], ts[1:] - ts[:-1]
    near = np.where(same, span * are_close(span, same), 0)
    told = np.r_[0, np.cumsum(near)]
    line = (np.cumsum(np.r_[True, ~same]) << 42) + ts - ts.min()
    more = False
    while True:
        at = np.flatnonzero(kept[rows])
        low, high = at[:-1], at[1:]
        alike = meter[low] == meter[high]
        apart = ts[high] - ts[low]
        wrong = np.flatnonzero(alike & (apart * are_close(apart, alike) != told[high] - told[low]))
        if not len(wrong):
            return more
        first, last = low[wrong], high[wrong]
        before = np.where((wrong > 0) & alike[wrong - 1], apart[wrong - 1], NEVER)
        reach = np.minimum(np.maximum(CLOSE_US, (SLOWER * before).astype("int64")), CLOSE_SLOW_US)
        place = np.searchsorted(line, line[first] + reach, "right") - 1
        place = np.clip(place, first + 1, last - 1)
        # Beside each other already: it is the reading before that decides.
        place = np.where(last - first > 1, place, np.maximum(first - 1, 0))
        if kept[rows[place]].all():
            return more
        kept[rows[place]] = more = True
