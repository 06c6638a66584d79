"""Composition of a node's balance over time: its meters, and which of them were in service."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from energy_workbench.analytics.flow import children_of
from energy_workbench.domain.entities import Meter

Tree = tuple[int, int, Sequence[Meter]]
"""First interval and the one after the last, as numbers since 1970, and the meters in the order of the tree then."""


@dataclass(frozen=True, slots=True)
class Composition:
    """A node and the children that its meter sees, over consecutive intervals.

    Attributes
    ----------
    first, last : int
        Numbers of intervals since 1970, half-open.
    """

    node: Meter
    children: tuple[Meter, ...]
    first: int
    last: int

    @property
    def members(self) -> tuple[Meter, ...]:
        """The node's meter and its children's."""
        return (self.node, *self.children)

    @property
    def unmetered(self) -> tuple[Meter, ...]:
        """Those that are out of service: what goes through them is not metered, so the balance has no say."""
        return tuple(meter for meter in self.members if not meter.metered)


def compositions(trees: Iterable[Tree]) -> list[Composition]:
    """Each node's compositions, by time; a change of the tree elsewhere does not end one.

    Parameters
    ----------
    trees : iterable of Tree
        By time. An interval between two of them, in which the tree changed, belongs to the nodes that did not.
    """
    running: dict[int, Composition] = {}
    over: list[Composition] = []
    for low, high, meters in trees:
        below, now = children_of(meters), {}
        for node in meters:
            seen = tuple(child for child in below.get(node.key, ()) if child.seen_by_parent)
            if not seen:
                continue
            composition = Composition(node, seen, low, high)
            before = running.get(node.key)
            if before is not None and _kind(before) == _kind(composition):
                del running[node.key]
                composition = replace(composition, first=before.first)
            now[node.key] = composition
        over += running.values()
        running = now
    return sorted([*over, *running.values()], key=lambda composition: composition.first)


def _kind(composition: Composition) -> list[tuple[object, ...]]:
    return [(meter.key, meter.flow, meter.production_register, meter.metered) for meter in composition.members]
