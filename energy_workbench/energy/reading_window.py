"""The instants of a chunk of readings, cut into intervals once for all counters that were read at them."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interpolation import CONTEXT_ROWS, SETTLED_ROWS, Array, Pieces, are_close, gather
from energy_workbench.energy.multipliers import NEVER

HOUR_US = 3_600_000_000


class Held(NamedTuple):
    """Readings held back, by meter and time: context, and those that may yet turn out to be glitches."""

    meter: Array
    ts: Array
    value: Array


class ReadingWindow:
    """Readings held back and new ones of each meter in one order, and the pairs they make.

    Parameters
    ----------
    meter, ts : array of int, shape (n,)
        Indices of meters and instants of the new readings [µs], sorted by both.
    held : Held or None
        Earlier readings.
    booked : array of int
        By meter, until when pairs are booked already [µs].
    final : bool
        Nothing follows: hold nothing back.
    limit : array of float
        By meter, the most that can flow [unit/h]; infinite where that is not known.
    """

    def __init__(self, meter: Array, ts: Array, held: Held | None, booked: Array, final: bool, limit: Array) -> None:
        self._limit = limit
        self._new, self._held, self._booked = (meter, ts), held, booked
        self._at: Array | None = None
        self._order: Array | None = None
        if held is not None:
            self._at = np.searchsorted(meter, held.meter)
            meter, ts = np.insert(meter, self._at, held.meter), np.insert(ts, self._at, held.ts)
        self.same = meter[1:] == meter[:-1]
        if np.any(self.same & (ts[1:] <= ts[:-1])):
            # Reads may overtake each other around midnight by their offset; an instant counts once.
            order = np.lexsort((ts, meter))
            once = np.r_[True, (np.diff(meter[order]) != 0) | (np.diff(ts[order]) != 0)]
            self._order = order[once]
            meter, ts = meter[self._order], ts[self._order]
            self.same = meter[1:] == meter[:-1]
        self.meter, self.ts = meter, ts
        ends = np.flatnonzero(np.r_[~self.same, True]) if len(meter) else np.empty(0, "int64")
        starts = np.r_[0, ends[:-1] + 1] if len(ends) else ends
        last = ends if final else ends - SETTLED_ROWS
        enough = last >= starts
        self.settled = np.full(len(booked), NEVER)
        self.settled[meter[ends[enough]]] = ts[last[enough]]
        first = np.maximum(starts, ends - CONTEXT_ROWS - SETTLED_ROWS)
        self.kept = np.repeat(first - np.r_[0, np.cumsum(ends - first + 1)[:-1]], ends - first + 1) + np.arange(
            int(np.sum(ends - first + 1))
        )

    def suits(self, meter: Array, ts: Array, held: Held | None, booked: Array) -> bool:
        """Whether another counter has the very same instants."""
        if meter is not self._new[0] or ts is not self._new[1] or not np.array_equal(booked, self._booked):
            return False
        if held is None or self._held is None:
            return held is None and self._held is None
        return np.array_equal(held.meter, self._held.meter) and np.array_equal(held.ts, self._held.ts)

    def values(self, value: Array, held: Held | None) -> Array:
        """A counter's values in the order of the frame."""
        if held is not None and self._at is not None:
            value = np.insert(value, self._at, held.value)
        return value if self._order is None else value[self._order]

    @cached_property
    def fresh(self) -> Array:
        """Pairs (each row with the next) to be booked now."""
        end, meter = self.ts[1:], self.meter[1:]
        return self.same & (end > self._booked[meter]) & (end <= self.settled[meter])

    @cached_property
    def _most(self) -> Array | None:
        """The most that can have flowed from each reading to the next; None where no meter has a rating."""
        limit = self._limit[self.meter[1:]]
        return None if np.isinf(limit).all() else limit * ((self.ts[1:] - self.ts[:-1]) / HOUR_US)

    @cached_property
    def _unrated(self) -> Array:
        """Pairs of meters of which nothing says how much can flow."""
        return self.same & np.isinf(self._limit[self.meter[1:]])

    def odd(self, value: Array, amount: Array) -> bool:
        """Whether a counter falls, or may have risen more than can have flowed: that takes a closer look."""
        if np.any((amount < 0) & self.same):
            return True
        if self._most is not None and np.any((amount > self._most) & self.same):
            return True
        # Without a rating only a rise above all that was counted before is worth a closer look.
        doubled = amount > value[:-1]
        return bool(doubled.any()) and bool(np.any(doubled & self._unrated))

    @cached_property
    def _cuts(self) -> dict[str, Any]:
        quarter = self.ts // QUARTER
        first = quarter[:-1]
        within = quarter[1:] - (self.ts[1:] == quarter[1:] * QUARTER) == first
        single = self.fresh & within
        runs = np.flatnonzero(np.r_[True, ~self.same[:-1] | (first[1:] != first[:-1])])
        span = self.ts[1:] - self.ts[:-1]
        close = are_close(span, self.same)
        covered = span * single
        cuts: dict[str, Any] = {
            "single": single,
            "runs": runs,
            "covered": np.add.reduceat(covered, runs).astype(float),
            "close": np.add.reduceat(covered * close, runs).astype(float),
        }
        # Pairs that cross an edge, a piece for each interval.
        long = np.flatnonzero(self.fresh & ~within)
        count = (self.ts[long + 1] - 1) // QUARTER - first[long] + 1
        pair = np.repeat(long, count)
        interval = first[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
        overlap = np.minimum(self.ts[pair + 1], (interval + 1) * QUARTER) - np.maximum(
            self.ts[pair], interval * QUARTER
        )
        meter = np.concatenate([self.meter[runs], self.meter[pair]])
        slot = np.concatenate([first[runs], interval])
        order = np.lexsort((slot, meter))
        return cuts | {
            "pair": pair,
            "share": overlap / span[pair],
            "overlap": overlap.astype(float),
            "near": overlap * close[pair],
            "meter": meter[order],
            "slot": slot[order],
            "order": order,
        }

    def spread(self, value: Array, levels: bool = False) -> Pieces | None:
        """Book a counter, with its levels where they are asked for; None where it is odd."""
        if len(value) < 2:
            return gather(*(np.empty(0, kind) for kind in ("int64", "int64", float, float, float, bool)))
        amount = value[1:] - value[:-1]
        if self.odd(value, amount):
            return None
        cuts = self._cuts
        order, nothing = cuts["order"], np.zeros(len(cuts["order"]), bool)
        inner = np.add.reduceat(amount * cuts["single"], cuts["runs"])
        energy = np.concatenate([inner, amount[cuts["pair"]] * cuts["share"]])[order]
        covered = np.concatenate([cuts["covered"], cuts["overlap"]])[order]
        close = np.concatenate([cuts["close"], cuts["near"]])[order]
        level = None
        if levels:
            last = np.r_[cuts["runs"][1:], len(amount)] - 1
            level = np.concatenate([value[last], value[cuts["pair"]]])[order]
        return gather(cuts["meter"], cuts["slot"], energy, covered, close, nothing, level)
