"""Throughput of a node of a flow: the greater of the sums of its links in and out."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


def throughput(links: Iterable[tuple[Node, Node, float]]) -> dict[Node, float]:
    """The greater of what flows into a node and out of it, losses among them; both are the same where all is known.

    Parameters
    ----------
    links : iterable of (source, target, value)
        Values [kW or kWh], none below zero.
    """
    into: dict[Node, float] = {}
    out_of: dict[Node, float] = {}
    for source, target, value in links:
        out_of[source] = out_of.get(source, 0.0) + value
        into[target] = into.get(target, 0.0) + value
    return {node: max(into.get(node, 0.0), out_of.get(node, 0.0)) for node in {**into, **out_of}}
