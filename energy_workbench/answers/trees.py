"""The tree of meters as it was over a period: last month's answers do not change because it is changed today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.core import axis
from energy_workbench.core.entities import Meter

if TYPE_CHECKING:
    from energy_workbench.registry import Registry


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


def stretches(registry: Registry, start: datetime, end: datetime) -> list[Stretch]:
    """A span cut where the tree changes; an interval in which it does belongs to neither tree.

    Parameters
    ----------
    start, end : datetime
        On interval edges.
    """
    moved = {at for _, _, at in registry.placements() if at is not None}
    deleted = {meter.deleted_at for meter in registry.meters(deleted=True) if meter.deleted_at is not None}
    found = []
    low = start
    for change in sorted(at for at in moved | deleted if start < at < end):
        before = axis.floor_interval(change)
        if before > low:
            found.append(Stretch(low, before, registry.meters(at=low)))
        low = max(low, before if before == change else before + axis.INTERVAL)
    if end > low:
        found.append(Stretch(low, end, registry.meters(at=low)))
    return found


def everyone(trees: Sequence[Stretch]) -> list[Meter]:
    """Every meter of some stretches, as it was in the last that had it."""
    return list({meter.key: meter for tree in trees for meter in tree.meters}.values())


def at(trees: Sequence[Stretch], instant: datetime) -> Sequence[Meter]:
    """The tree at an instant; that before a change that lies in the same interval."""
    return next((tree.meters for tree in reversed(trees) if tree.start <= instant), trees[0].meters if trees else ())
