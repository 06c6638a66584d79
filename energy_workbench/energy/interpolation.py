"""Interpolation of counter differences to energies of intervals: the one definition of a kWh.

Each difference of two consecutive counter values is energy that flowed between their instants. It is
spread linearly over the intervals it overlaps, so the sum over intervals is the sum of differences,
however long a gap; a fall of the counter is a break, whose energy is unknown. Pure numpy: arrays in,
arrays out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER

Array = np.ndarray[Any, np.dtype[Any]]

PARTS = 2.0**30
"""What is no difference of two readings is told to this part of a counter's unit. Differences of readings near each
other are exact in floating point, and so are their sums, however many there are: what is added must be so too."""

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

    Attributes
    ----------
    meter, interval : array of int, shape (n,)
        Index of the meter; number of the interval since 1970. Each pair at most once.
    energy : array of float, shape (n,)
        [kWh, kvarh, kVAh]
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
    factor : array of float, shape (n,), or None
        What the energy is to be multiplied with; then each pair of meter and interval comes once for each factor. None
        where it is primary, or one factor holds for the whole interval.
    """

    meter: Array
    interval: Array
    energy: Array
    covered: Array
    close: Array
    broken: Array
    level: Array | None = None
    grain: Array | None = None
    edges: Array | None = None
    factor: Array | None = None


@dataclass(slots=True)
class Pairs:
    """Consecutive values of a counter: where from, until when, how much, of what kind, and from what value."""

    meter: Array
    start: Array
    end: Array
    amount: Array
    close: Array
    broken: Array
    level: Array

    def take(self, mask: Array) -> Pairs:
        """Some of the pairs."""
        return self if mask.all() else Pairs(*(getattr(self, name)[mask] for name in Pairs.__slots__))

    def replaced(self, place: int, spans: Sequence[tuple[int, int, float | None]]) -> Pairs:
        """Pairs like one of these over other spans `(start, end, amount)`; an amount of None is a break."""
        columns = {name: np.repeat(getattr(self, name)[place : place + 1], len(spans)) for name in Pairs.__slots__}
        for nth, (start, end, amount) in enumerate(spans):
            columns["start"][nth], columns["end"][nth] = start, end
            columns["amount"][nth], columns["broken"][nth] = exact(amount or 0.0), amount is None
        return Pairs(**columns)

    @classmethod
    def joined(cls, parts: Sequence[Pairs]) -> Pairs:
        """All of them, by meter and time."""
        columns = [np.concatenate([getattr(part, name) for part in parts]) for name in cls.__slots__]
        order = np.lexsort((columns[1], columns[0]))
        return cls(*(column[order] for column in columns))


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
    pairs = Pairs(
        meter[1:], ts[:-1], ts[1:], value[1:] - value[:-1], are_close(span, same), np.zeros(len(span), bool), value[:-1]
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


def spread(pairs: Pairs, factor: Array) -> Pieces:
    """Book pairs into the intervals they overlap: what lies within one is summed first, and multiplied then.

    Parameters
    ----------
    factor : array of float, shape (n,)
        The multiplier of each pair [1].
    """
    first, last = pairs.start // QUARTER, (pairs.end - 1) // QUARTER
    span = pairs.end - pairs.start
    energy = np.where(pairs.broken, 0.0, pairs.amount)
    covered = np.where(pairs.broken, 0, span).astype(float)
    close = np.where(pairs.close, covered, 0.0)
    within = first == last
    known = edge_bits(pairs.start, pairs.end, first)
    columns: tuple[Array, ...] = (
        pairs.meter, first, energy, covered, close, pairs.broken, pairs.level, span, known, factor
    )  # fmt: skip
    if within.all():
        return _multiplied(gather(*columns))
    inner = gather(*(column[within] for column in columns))
    assert inner.level is not None
    assert inner.grain is not None
    assert inner.edges is not None
    assert inner.factor is not None
    long = ~within
    count = (last - first + 1)[long]
    repeated = np.repeat(np.flatnonzero(long), count)
    nth = np.arange(len(repeated)) - np.repeat(np.cumsum(count) - count, count)
    interval = first[repeated] + nth
    overlap = np.minimum(pairs.end[repeated], (interval + 1) * QUARTER) - np.maximum(
        pairs.start[repeated], interval * QUARTER
    )
    told = overlap * ~pairs.broken[repeated]
    columns = (
        np.concatenate([inner.meter, pairs.meter[repeated]]),
        np.concatenate([inner.interval, interval]),
        np.concatenate([inner.energy, energy[repeated] * (overlap / span[repeated])]),
        np.concatenate([inner.covered, told]),
        np.concatenate([inner.close, told * pairs.close[repeated]]),
        np.concatenate([inner.broken, pairs.broken[repeated]]),
        np.concatenate([inner.level, pairs.level[repeated]]),
        np.concatenate([inner.grain, span[repeated]]),
        np.concatenate([inner.edges, edge_bits(pairs.start[repeated], pairs.end[repeated], interval)]),
        np.concatenate([inner.factor, factor[repeated]]),
    )
    order = np.lexsort((columns[1], columns[0]))
    return _multiplied(gather(*(column[order] for column in columns)))


def _multiplied(pieces: Pieces) -> Pieces:
    """Energies times their factors; those of an interval in which a ratio begins are one then."""
    return gather(
        pieces.meter, pieces.interval, pieces.energy * pieces.factor, pieces.covered, pieces.close, pieces.broken,
        pieces.level, pieces.grain, pieces.edges,
    )  # fmt: skip


def gather(
    meter: Array,
    interval: Array,
    energy: Array,
    covered: Array,
    close: Array,
    broken: Array,
    level: Array | None = None,
    grain: Array | None = None,
    edges: Array | None = None,
    factor: Array | None = None,
) -> Pieces:
    """Sums over runs of the same meter, interval and factor."""
    if not len(meter):
        return Pieces(meter, interval, energy, covered, close, broken, level, grain, edges, factor)
    new = (meter[1:] != meter[:-1]) | (interval[1:] != interval[:-1])
    if factor is not None:
        new |= factor[1:] != factor[:-1]
    starts = np.flatnonzero(np.r_[True, new])
    return Pieces(
        meter[starts],
        interval[starts],
        np.add.reduceat(energy, starts),
        np.add.reduceat(covered, starts),
        np.add.reduceat(close, starts),
        np.logical_or.reduceat(broken, starts),
        None if level is None else np.maximum.reduceat(level, starts),
        None if grain is None else np.maximum.reduceat(grain, starts),
        None if edges is None else np.bitwise_or.reduceat(edges, starts),
        None if factor is None else factor[starts],
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
