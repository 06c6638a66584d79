"""Stretches of a period in which the meter tree is the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.period import Period

TICK = timedelta(microseconds=1)

TreeAt = Callable[[datetime], Sequence[Meter]]
"""Meters in the order of the tree, as it was at an instant."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole intervals over which the tree did not change.

    Attributes
    ----------
    start, end : datetime
        UTC, half-open, on interval edges.
    meters : sequence of Meter
        In the order of the tree.
    """

    start: datetime
    end: datetime
    meters: Sequence[Meter]


def stretches(changes: Iterable[datetime], tree_at: TreeAt, start: datetime, end: datetime) -> list[Stretch]:
    """A span cut where the tree changes; an interval in which it does belongs to neither tree.

    Parameters
    ----------
    changes : iterable of datetime
        When meters moved or were deleted, at any time.
    tree_at : callable
        The tree as it was at an instant.
    start, end : datetime
        On interval edges.
    """
    parts = []
    low = start
    for change in sorted(at for at in changes if start < at < end):
        before = axis.floor_interval(change)
        if before > low:
            parts.append(Stretch(low, before, tree_at(low)))
        low = max(low, before if before == change else before + axis.INTERVAL)
    if end > low:
        parts.append(Stretch(low, end, tree_at(low)))
    return parts


def at(trees: Sequence[Stretch], instant: datetime) -> Sequence[Meter]:
    """The tree at an instant; that before a change that lies in the same interval."""
    return next((tree.meters for tree in reversed(trees) if tree.start <= instant), trees[0].meters if trees else ())


def within(trees: Sequence[Stretch], span: Period) -> list[Stretch]:
    """What trees of a longer time are over a part of it that is over: as `stretches` gives them for it alone."""
    start, end = (axis.floor_interval(edge) for edge in (span.start + axis.INTERVAL - TICK, span.end))
    cut = (Stretch(max(tree.start, start), min(tree.end, end), tree.meters) for tree in trees)
    return [tree for tree in cut if tree.start < tree.end]


def spans(trees: Sequence[Stretch], span: Period) -> Iterator[tuple[Stretch, Period]]:
    """Each tree with its part of a period, of which they leave nothing out: an interval in which it changes counts by
    the one before."""
    edges = [span.start, *(tree.start for tree in trees[1:]), span.end]
    for tree, low, high in zip(trees, edges, edges[1:], strict=False):
        yield tree, Period(low, high, span.text)
