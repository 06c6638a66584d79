"""A window of consecutive readings, and how their pairs overlap intervals, computed once for all counters."""

from __future__ import annotations

from functools import cached_property
from typing import NamedTuple

import numpy as np

from energy_workbench.energy.interpolation import (
    CLOSE_SLOW_US,
    CONTEXT_ROWS,
    NOTHING,
    SETTLED_ROWS,
    Array,
    Pieces,
    are_close,
    edge_bits,
    overlaps,
    runs,
)
from energy_workbench.energy.multipliers import NEVER

HOUR_US = 3_600_000_000


class Held(NamedTuple):
    """Readings held back, by meter and time: context, and those that may yet turn out to be glitches."""

    meter: Array
    ts: Array
    value: Array


class Booking(NamedTuple):
    """Where the pairs to be booked lie among the intervals: the same for all counters that were read at these instants.

    Attributes
    ----------
    pair : array of int, shape (m,)
        Of each overlap of a pair with an interval, by meter and time: the pair.
    share : array of float, shape (m,)
        The overlap as a share of its pair [1].
    whole : array of bool, shape (m,)
        Whether it is all of the pair.
    beyond : array of int, shape (k,)
        The overlaps that are not.
    starts : array of int, shape (n,)
        First overlap with each interval of each meter.
    within : array of int, shape (m,)
        Of each overlap, with which of these it is.
    place : array of int, shape (k,)
        The same of those of `beyond`.
    meter, interval : array of int, shape (n,)
        Index of the meter, and number of the interval since 1970.
    covered, close : array of float, shape (n,)
        Time that is overlapped, and that by pairs whose readings are close [µs].
    grain : array of int, shape (n,), or None
        Of each, the longest time between the readings of a pair [µs]; None where all are close.
    edges : array of int8, shape (n,), or None
        Of each, at which edges of its interval the register is known; likewise.
    """

    pair: Array
    share: Array
    whole: Array
    beyond: Array
    starts: Array
    within: Array
    place: Array
    meter: Array
    interval: Array
    covered: Array
    close: Array
    grain: Array | None
    edges: Array | None


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
        """A counter's values in the order of the window."""
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
    def _booking(self) -> Booking | None:
        """None where nothing is to be booked."""
        fresh = np.flatnonzero(self.fresh)
        if not len(fresh):
            return None
        start, end = self.ts[fresh], self.ts[fresh + 1]
        of = overlaps(start, end)
        pair = fresh[of.pair]
        meter = self.meter[pair]
        starts, place = runs(meter, of.interval)
        beyond = np.flatnonzero(~of.whole)
        span = self.ts[1:] - self.ts[:-1]
        close = are_close(span, self.same)[pair]
        grain = edges = None
        if np.any(end - start > CLOSE_SLOW_US):
            grain = np.maximum.reduceat(span[pair], starts)
            edges = np.bitwise_or.reduceat(edge_bits(self.ts[pair], self.ts[pair + 1], of.interval), starts)
        return Booking(
            pair=pair,
            share=of.share,
            whole=of.whole,
            beyond=beyond,
            starts=starts,
            within=place,
            place=place[beyond],
            meter=meter[starts],
            interval=of.interval[starts],
            covered=np.add.reduceat(of.time, starts).astype(float),
            close=np.add.reduceat(of.time * close, starts).astype(float),
            grain=grain,
            edges=edges,
        )

    def spread(self, value: Array, factors: Array, levels: bool = False) -> Pieces | None:
        """Book a counter; None where it is odd.

        Parameters
        ----------
        factors : array of float
            By index of meter, its multiplier at all of these instants.
        levels : bool
            With its levels.
        """
        amount = value[1:] - value[:-1]
        if len(amount) and self.odd(value, amount):
            return None
        of = self._booking if len(amount) else None
        if of is None:
            return NOTHING
        pair = of.pair[of.beyond]
        return Pieces(
            of.meter,
            of.interval,
            amount[of.pair] * of.whole,
            of.within,
            amount[pair] * factors[self.meter[pair]] * of.share[of.beyond],
            of.place,
            of.covered,
            of.close,
            np.zeros(len(of.meter), bool),
            np.maximum.reduceat(value[of.pair], of.starts) if levels else None,
            of.grain,
            of.edges,
        )
