"""Local days: the instants at which they begin and end, and those edges of buckets that cut one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta, tzinfo
from functools import lru_cache

from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.domain.time.period import local_midnight

Span = tuple[int, int]
"""Half-open [µs since 1970]."""

HALF_DAY = 43_200_000_000
"""[µs]"""

FEW = 8
"""So few edges are looked at however near they are to each other."""


@lru_cache(maxsize=16_384)
def day_of(instant: int, zone: tzinfo) -> Span:
    """The local day that an instant lies in [µs since 1970]."""
    day = from_micros(instant).astimezone(zone).date()
    start, end = (to_micros(local_midnight(each, zone)) for each in (day, day + timedelta(days=1)))
    return start, end


@lru_cache(maxsize=4096)
def edges_of(first: int, last: int, zone: tzinfo) -> tuple[int, ...]:
    """Edges of the local days that two instants and what lies between them touch [µs since 1970], n + 1 of n days."""
    edges = list(day_of(first, zone))
    while edges[-1] <= last:
        edges.append(day_of(edges[-1], zone)[1])
    return tuple(edges)


def cutting(edges: Sequence[int], extent: Span, zone: tzinfo) -> list[int] | None:
    """Those edges of buckets [µs since 1970], ascending, at which no local day begins; None where most cut days.

    Parameters
    ----------
    extent : tuple of int
        Edges that have nothing before them, or nothing behind, cut nothing: between which instants there is something.
    """
    if len(edges) > FEW and (len(edges) - 1) * HALF_DAY > edges[-1] - edges[0]:
        return None
    within = edges[bisect_right(edges, extent[0]) : bisect_right(edges, extent[1])]
    return [edge for edge in within if day_of(edge, zone)[0] != edge]


def days_of(instants: Sequence[int], zone: tzinfo) -> list[Span]:
    """The local days that ascending instants lie in [µs since 1970], those that follow each other as one span."""
    spans: list[Span] = []
    for instant in instants:
        start, end = day_of(instant, zone)
        if spans and start <= spans[-1][1]:
            spans[-1] = spans[-1][0], end
        else:
            spans.append((start, end))
    return spans


def cut(first: int, last: int, edges: Sequence[int]) -> bool:
    """Whether one of the ascending edges lies behind the first instant, and not behind the last."""
    return bisect_right(edges, first) < bisect_right(edges, last)
