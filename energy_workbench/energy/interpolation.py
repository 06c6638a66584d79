"""Interpolation of counter differences to energies of intervals: the one definition of a kWh.

Each difference of two consecutive counter values is energy that flowed between their instants. It is
spread linearly over the intervals it overlaps, so the sum over intervals is the sum of differences,
however long a gap; a fall of the counter is a break, whose energy is unknown. Pure numpy: arrays in,
arrays out.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER

Array = np.ndarray[Any, np.dtype[Any]]

PARTS = 2.0**30
"""What is no difference of two readings is told to this part of a counter's unit. Differences of readings near each
other are exact in floating point, and so are their sums, however many there are: what is added must be so too."""

NO_GRAIN = 2**60
"""Longer than any metering period [µs]."""

CLOSE_US = 180_000_000
"""Readings this near to each other are always close [µs]."""

CLOSE_SLOW_US = 960_000_000
"""Meters polled once an interval: close up to an interval and a minute of jitter [µs]."""

SLOWER = 2.5
"""… unless the distance is more than this many times the one before: polls were missed."""

GLITCH_ROWS = 8
"""A counter that falls and jumps back within this many readings had a glitch; longer, it was reset."""

FAR = 5.0
"""A fall is far above noise from so many times it on."""

SPIKE_ROWS = 3
"""A counter that jumps and falls back within this many readings had a glitch."""

BEFORE_ROWS, AFTER_ROWS = 6, 4
"""Readings around a step that tell what usually flows."""

SETTLED_ROWS = GLITCH_ROWS + AFTER_ROWS
"""Readings after a pair that may still show what it was, so that it must not be booked for good."""

CONTEXT_ROWS = GLITCH_ROWS + BEFORE_ROWS + SPIKE_ROWS + 1
"""Readings before a window that decide how its first ones are seen."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Energy of one counter in intervals.

    It has the same bits in whatever portions readings come, and whichever of those between the first and the last of an
    interval are there: what is in the order of time is added one after the other, differences within an interval before
    they are multiplied, so that these sums are exact.

    Attributes
    ----------
    meter, interval : array of int, shape (n,)
        Index of the meter; number of the interval since 1970. Each pair at most once.
    inner : array of float, shape (m,)
        What the register counted between readings within an interval, pair by pair in the order of time, as reported.
    within : array of int, shape (m,)
        In which of the intervals.
    energy : array of float, shape (k,)
        What else flowed, pair by pair in the order of time, primary [kWh, kvarh, kVAh].
    place : array of int, shape (k,)
        In which of the intervals.
    covered, close : array of float, shape (n,)
        Time within the interval that lies between two readings, and between two close ones [µs].
    broken : array of bool, shape (n,)
        Whether a break lies in the interval.
    level : array of float, shape (n,), or None
        The highest the counter stood at in the interval, as reported; where it was asked for.
    grain : array of int, shape (n,), or None
        Time between the two readings that are furthest apart of those whose difference is booked there [µs]; None where
        all are as close as those of a meter that is polled once an interval.
    edges : array of int, shape (n,), or None
        At which edges of the interval the register is known (`edge_bits`); None where `grain` is.
    """

    meter: Array
    interval: Array
    inner: Array
    within: Array
    energy: Array
    place: Array
    covered: Array
    close: Array
    broken: Array
    level: Array | None = None
    grain: Array | None = None
    edges: Array | None = None


_NONE, _NO_ENERGY = np.empty(0, "int64"), np.empty(0)

NOTHING = Pieces(_NONE, _NONE, _NO_ENERGY, _NONE, _NO_ENERGY, _NONE, _NO_ENERGY, _NO_ENERGY, np.empty(0, bool))
"""Nothing to be booked."""


@dataclass(slots=True)
class Pairs:
    """Consecutive values of a counter: where from, until when, how much, of what kind, and from what value.

    What was estimated by who sent it is measured at no grain.
    """

    meter: Array
    start: Array
    end: Array
    amount: Array
    close: Array
    broken: Array
    level: Array
    estimated: Array

    def take(self, rows: Array) -> Pairs:
        """Some of the pairs: by a mask, or in the order of their numbers."""
        if rows.dtype == bool and rows.all():
            return self
        return Pairs(*(getattr(self, name)[rows] for name in Pairs.__slots__))

    def replaced(self, place: int, spans: Sequence[tuple[int, int, float | None]]) -> Pairs:
        """Pairs like one of these over other spans `(start, end, amount)`; an amount of None is a break."""
        columns = {name: np.repeat(getattr(self, name)[place : place + 1], len(spans)) for name in Pairs.__slots__}
        for nth, (start, end, amount) in enumerate(spans):
            columns["start"][nth], columns["end"][nth] = start, end
            columns["amount"][nth], columns["broken"][nth] = exact(amount or 0.0), amount is None
        return Pairs(**columns)

    @classmethod
    def beside(cls, parts: Sequence[Pairs]) -> Pairs:
        """All of them, one part after the other."""
        return cls(*(np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__))

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """All of them, by meter and time."""
        pairs = cls.beside(parts)
        return pairs.take(np.lexsort((pairs.start, pairs.meter)))


def exact(amount: float) -> float:
    """An amount that is no difference of two readings, so that sums with such differences are exact."""
    return float(np.rint(amount * PARTS) / PARTS)


def glitches(meter: Array, value: Array, noise: Array) -> Array:
    """Readings that are wrong for certain, as a mask.

    Parameters
    ----------
    meter : array of int, shape (n,)
    value : array of float, shape (n,)
        Counter as reported, by meter and time.
    noise : array of float, shape (n,)
        A fall of no more than this is none; after one far above it, a counter is back where no more than this lacks.

    Notes
    -----
    A fall is a glitch when the counter is back at or above its old level within some readings, and most
    of the way in one step; readings that stand above both their neighbours are a spike when the later
    neighbour goes on from the earlier. A fall that stays is a reset, exchange or rollover.
    """
    wrong = np.zeros(len(value), bool)
    fallen = (value[1:] < value[:-1]) & (value[:-1] - value[1:] > noise[1:])
    falls = np.flatnonzero(fallen & (meter[1:] == meter[:-1])) + 1
    for fall in falls.tolist():
        if wrong[fall] or wrong[fall - 1]:
            continue
        # Of a fall that is hardly more than noise, noise is not all there is to tell a dip from a counter set to zero.
        near = noise[fall] if value[fall - 1] - value[fall] > FAR * noise[fall] else 0.0
        before, key = value[fall - 1] - near, meter[fall]
        spike = _spike(meter, value, wrong, fall, near)
        if spike is not None:
            # 1000, 9999999, 1001: the middle one never was.
            wrong[spike:fall] = True
            continue
        for back in range(fall + 1, min(fall + GLITCH_ROWS + 1, len(value))):
            if meter[back] != key:
                break
            if value[back] >= before:
                if value[back] - value[back - 1] >= 0.5 * (before - value[fall]):
                    wrong[fall:back] = True
                break
    return wrong


def _spike(meter: Array, value: Array, wrong: Array, fall: int, noise: float) -> int | None:
    """Where the readings begin that stand above both sides, if the counter goes on from before them."""
    for low in range(fall - 2, max(fall - 2 - SPIKE_ROWS, -1), -1):
        if meter[low] != meter[fall] or wrong[low]:
            return None
        if value[low] <= value[fall] + noise:
            first = low == fall - 2
            return low + 1 if first or value[low + 1] - value[low] >= 0.5 * (value[fall - 1] - value[fall]) else None
    return None


def paired(meter: Array, ts: Array, value: Array) -> tuple[Pairs, Array]:
    """Pairs of consecutive readings, by meter and time [µs], and the row at which each begins."""
    same = meter[1:] == meter[:-1]
    span = ts[1:] - ts[:-1]
    broken, estimated = np.zeros((2, len(span)), bool)
    pairs = Pairs(
        meter[1:], ts[:-1], ts[1:], value[1:] - value[:-1], are_close(span, same), broken, value[:-1], estimated
    )
    return pairs.take(same), np.flatnonzero(same)


def around(key: Array, at: Array, rows: Array) -> tuple[Array, Array]:
    """First and last reading of those that tell what flows around pairs.

    Parameters
    ----------
    key : array of int, shape (n,)
        Readings of other keys tell nothing.
    at : array of int
        Readings with which the pairs begin.
    rows : array of int, shape (n,)
        Number of each reading among all there were: how many count does not depend on which were left out.
    """
    edges = np.flatnonzero(np.r_[True, key[1:] != key[:-1], True])
    mine = np.searchsorted(edges, at, "right")
    first = np.maximum(np.searchsorted(rows, rows[at] - BEFORE_ROWS, "left"), edges[mine - 1])
    last = np.minimum(np.searchsorted(rows, rows[at + 1] + AFTER_ROWS, "right"), edges[mine]) - 1
    return first, last


def are_close(span: Array, same: Array) -> Array:
    """Which pairs are of readings close to each other, as a mask.

    Parameters
    ----------
    span : array of int, shape (n,)
        Time between each reading and the next [µs].
    same : array of bool, shape (n,)
        Whether both are of one meter.
    """
    close = span <= CLOSE_US
    if close.all():
        return close
    slow = np.flatnonzero(~close & (span <= CLOSE_SLOW_US))
    before = np.where((slow > 0) & same[slow - 1], span[slow - 1], np.inf)
    close[slow] = span[slow] <= SLOWER * before
    return close


def cut(pairs: Pairs, meter: int, instant: int) -> Pairs:
    """The same pairs, with the one of that meter that spans the instant cut in two there."""
    spanning = np.flatnonzero((pairs.meter == meter) & (pairs.start < instant) & (pairs.end > instant))
    if not len(spanning):
        return pairs
    at = int(spanning[0])
    share = (instant - pairs.start[at]) / (pairs.end[at] - pairs.start[at])
    columns = {name: np.insert(getattr(pairs, name), at, getattr(pairs, name)[at]) for name in Pairs.__slots__}
    columns["end"][at] = columns["start"][at + 1] = instant
    columns["amount"][at] = exact(columns["amount"][at] * share)
    columns["amount"][at + 1] -= columns["amount"][at]
    return Pairs(**columns)


class Overlaps(NamedTuple):
    """Where pairs of readings overlap intervals.

    Attributes
    ----------
    pair : array of int, shape (m,)
        Which of the pairs, ascending.
    interval : array of int, shape (m,)
        Number of the interval since 1970.
    time : array of int, shape (m,)
        How long [µs].
    share : array of float, shape (m,)
        The same as a share of the pair [1].
    whole : array of bool, shape (m,)
        Whether it is all of the pair.
    """

    pair: Array
    interval: Array
    time: Array
    share: Array
    whole: Array


def overlaps(start: Array, end: Array) -> Overlaps:
    """The overlaps of pairs that last from one instant to another [µs], each with every interval that it touches."""
    first = start // QUARTER
    count = (end - 1) // QUARTER - first + 1
    if np.all(count == 1):
        return Overlaps(np.arange(len(start)), first, end - start, np.ones(len(start)), np.ones(len(start), bool))
    pair = np.repeat(np.arange(len(start)), count)
    interval = first[pair] + np.arange(len(pair)) - np.repeat(np.cumsum(count) - count, count)
    time = np.minimum(end[pair], (interval + 1) * QUARTER) - np.maximum(start[pair], interval * QUARTER)
    length = (end - start)[pair]
    # What an exchange at the instant of a reading leaves lasts no time.
    share = np.divide(time, length, out=np.ones(len(time)), where=length > 0)
    return Overlaps(pair, interval, time, share, (count == 1)[pair])


def runs(meter: Array, interval: Array) -> tuple[Array, Array]:
    """Where runs of the same meter and interval begin, and of each element the number of its run."""
    new = np.r_[True, (meter[1:] != meter[:-1]) | (interval[1:] != interval[:-1])][: len(meter)]
    return np.flatnonzero(new), np.cumsum(new) - 1


def spread(pairs: Pairs, factor_at: Callable[[Array, Array], Array], *, counted: bool = True) -> Pieces:
    """Book pairs into the intervals they overlap.

    Parameters
    ----------
    factor_at : callable
        The multipliers of meters at instants [µs]; within a pair it does not change.
    counted : bool
        Whether the amounts are differences of a register, of which sums are exact.
    """
    order = np.lexsort((pairs.start, pairs.meter))
    if np.any(order[1:] < order[:-1]):
        pairs = pairs.take(order)
    of = overlaps(pairs.start, pairs.end)
    if not len(of.pair):
        return NOTHING
    meter = pairs.meter[of.pair]
    starts, place = runs(meter, of.interval)
    factor = factor_at(pairs.meter, pairs.start)[of.pair]
    broken = pairs.broken[of.pair]
    amount = np.where(broken, 0.0, pairs.amount[of.pair])
    covered = np.where(broken, 0, of.time)
    # Where a ratio begins within an interval, what follows it is multiplied by itself.
    inner = of.whole & counted & (factor == factor_at(meter, of.interval * QUARTER))
    beyond = np.flatnonzero(~inner)
    return Pieces(
        meter[starts],
        of.interval[starts],
        np.where(inner, amount, 0.0),
        place,
        amount[beyond] * factor[beyond] * of.share[beyond],
        place[beyond],
        np.add.reduceat(covered, starts).astype(float),
        np.add.reduceat(covered * pairs.close[of.pair], starts).astype(float),
        np.logical_or.reduceat(broken, starts),
        np.maximum.reduceat(pairs.level[of.pair], starts),
        np.maximum.reduceat(np.where(pairs.estimated, NO_GRAIN, pairs.end - pairs.start)[of.pair], starts),
        np.bitwise_or.reduceat(edge_bits(pairs.start[of.pair], pairs.end[of.pair], of.interval), starts),
    )


STARTS_KNOWN, ENDS_KNOWN = 1, 2
"""Bits of the edges of an interval at which a register is known."""

NEAR = 100
"""A register is known at an edge that is as near to a reading as this part of the time between it and the next …"""

NEAREST_US = QUARTER // 2
"""… but at no other edge than the nearest to the reading [µs]."""


def edge_bits(start: Array, end: Array, interval: Array) -> Array:
    """At which edges of an interval the register is known by a pair of readings far apart that overlaps it.

    Parameters
    ----------
    start, end : array of int, shape (n,)
        Instants of the two readings [µs].
    interval : array of int, shape (n,)
        Number of the interval since 1970.

    Returns
    -------
    array of int8, shape (n,)
        `STARTS_KNOWN` and `ENDS_KNOWN`; 0 of close readings, for what they cover is known closely.
    """
    bits = np.zeros(len(start), "int8")
    wide = end - start > CLOSE_SLOW_US
    if wide.any():
        near = np.clip((end - start) // NEAR, CLOSE_US, NEAREST_US)
        for bit, edge in ((STARTS_KNOWN, interval * QUARTER), (ENDS_KNOWN, (interval + 1) * QUARTER)):
            known = wide & (np.minimum(np.abs(edge - start), np.abs(edge - end)) <= near)
            bits |= (known * bit).astype("int8")
    return bits
