"""What goes into each node of the tree, what comes out, and whether the difference means anything."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from energy_workbench.analytics.flow import children_of
from energy_workbench.analytics.node_books import NodeBooks, Row
from energy_workbench.analytics.uncertainty import COVERAGE, assumed, standard
from energy_workbench.core.entities import Meter
from energy_workbench.core.status import Status

ENOUGH = 0.5
"""Share of the period's intervals that must be valid for a verdict: below it a loss may be that of one shift."""
SAME = 0.25
"""A child is counted twice where without it the balance is off by at most this share of what it is off with it."""
CONSTANT_SHARE = 0.6
"""Above this share of a loss that does not depend on the supply, the loss is a load of its own."""
INTERVALS_AN_HOUR = 4


class Verdict(StrEnum):
    """What a loss means."""

    HOTSPOT = "hotspot"
    """Above its uncertainty and above the threshold: somebody should look."""
    SURPLUS = "surplus"
    """The meters below measure more than is supplied, by more than their error: something is counted twice, has a
    wrong ratio, or feeds in unmetered."""
    WITHIN_ERROR = "within_error"
    """Not to be told from nothing with these meters."""
    OK = "ok"
    """A loss that is certain, but below the threshold."""
    INSUFFICIENT_DATA = "insufficient_data"


RANK = {
    Verdict.HOTSPOT: 0, Verdict.SURPLUS: 1, Verdict.OK: 2, Verdict.WITHIN_ERROR: 3, Verdict.INSUFFICIENT_DATA: 4,
}  # fmt: skip
"""Order in which people want to look at nodes."""


@dataclass(slots=True)
class Books:
    """The balance of a whole tree, filled stretch by stretch; the tree may differ from one to the next.

    Attributes
    ----------
    nodes : dict of int to NodeBooks
        By key of the node.
    meters : dict of int to Meter
        As they were last seen.
    below : dict of int to dict of int to Meter
        By node the children that were part of it at any time.
    """

    nodes: dict[int, NodeBooks] = field(default_factory=dict)
    meters: dict[int, Meter] = field(default_factory=dict)
    below: dict[int, dict[int, Meter]] = field(default_factory=dict)

    def book(self, meters: Sequence[Meter], energies: Row, length: int) -> None:
        """Take a stretch of intervals, with the tree as it was then."""
        below = children_of(meters)
        for node in meters:
            seen = [child for child in below.get(node.key, []) if _counts(child, energies)]
            if not seen:
                continue
            self.meters[node.key] = node
            self.below.setdefault(node.key, {}).update((child.key, child) for child in seen)
            self.nodes.setdefault(node.key, NodeBooks()).book(node, seen, energies, length)


def _counts(child: Meter, energies: Row) -> bool:
    """Whether a child is part of its parent's balance: an inactive one is while it measures."""
    return child.seen_by_parent and (child.status is not Status.INACTIVE or energies(child.key) is not None)


def rows(
    books: Books, order: Sequence[Meter], *, threshold: float, steps: Mapping[int, float] | None = None
) -> tuple[dict[str, Any], ...]:
    """A row a node, in the order of the tree.

    Parameters
    ----------
    order : sequence of Meter
        Every meter, each after its parent.
    threshold : float
        Share of the supply above which a loss is a hotspot [1].
    steps : mapping of int to float, optional
        By meter the smallest step of its counter, primary [kWh].

    Returns
    -------
    tuple of dict
        `meter, number, name, type, parent_id, depth, supply_kwh, demand_kwh, loss_kwh, loss_percent,
        uncertainty_kwh, completeness, verdict, reason, rank, unmetered_kw, counted_twice, assumed_classes, children`.
    """
    depth: dict[int, int] = {}
    for meter in order:
        depth[meter.key] = 0 if meter.parent is None else depth.get(meter.parent, -1) + 1
    found = [
        _row(books, meter, depth[meter.key], threshold, steps or {}) for meter in order if meter.key in books.nodes
    ]
    hot = [row["meter"] for row in ranked(found) if row["verdict"] == Verdict.HOTSPOT]
    return tuple(row | {"rank": hot.index(row["meter"]) + 1 if row["meter"] in hot else None} for row in found)


def ranked(found: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Rows as people want to look at them: hotspots first, each kind by its loss."""
    return sorted(found, key=lambda row: (RANK[Verdict(row["verdict"])], -abs(row["loss_kwh"] or 0.0), row["number"]))


def _row(books: Books, meter: Meter, depth: int, threshold: float, steps: Mapping[int, float]) -> dict[str, Any]:
    node, below = books.nodes[meter.key], books.below[meter.key]
    loss = node.supply - node.demand
    members = [books.meters[meter.key], *below.values()]
    uncertainty = _uncertainty(node, members, steps)
    completeness = node.valid / node.expected if node.expected else 0.0
    verdict = judge(loss, node.supply, uncertainty, completeness, threshold)
    known = node.valid > 0
    twice = _counted_twice(node, below) if verdict is Verdict.SURPLUS else []
    unmetered = _unmetered_kw(node, loss) if verdict is Verdict.HOTSPOT else None
    return {
        "meter": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "parent_id": None if meter.parent is None else f"mtr_{meter.parent}",
        "depth": depth,
        "supply_kwh": round(node.supply, 6) if known else None,
        "demand_kwh": round(node.demand, 6) if known else None,
        "loss_kwh": round(loss, 6) if known else None,
        "loss_percent": round(100 * loss / node.supply, 3) if known and node.supply > 0 else None,
        "uncertainty_kwh": round(uncertainty, 6) if known else None,
        "completeness": round(completeness, 4),
        "verdict": str(verdict),
        "reason": _reason(verdict, node, loss, uncertainty, threshold, unmetered, [below[key].number for key in twice]),
        "unmetered_kw": None if unmetered is None else round(unmetered, 3),
        "counted_twice": [below[key].number for key in twice],
        "assumed_classes": any(map(assumed, members)),
        "children": [_child(child, node) for child in below.values()],
    }


def _child(meter: Meter, node: NodeBooks) -> dict[str, Any]:
    """What a child took from its node and delivered to it, over the intervals of the balance."""
    delivered, taken = node.sides.get(meter.key, (None, None))
    return {
        "meter": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "taken_kwh": None if taken is None else round(taken, 6),
        "delivered_kwh": None if delivered is None else round(delivered, 6),
    }


def judge(loss: float, supply: float, uncertainty: float, completeness: float, threshold: float) -> Verdict:
    """What a loss means [kWh; completeness and threshold as shares]."""
    if completeness < ENOUGH:
        return Verdict.INSUFFICIENT_DATA
    if abs(loss) <= uncertainty:
        return Verdict.WITHIN_ERROR
    if loss < 0:
        return Verdict.SURPLUS
    return Verdict.HOTSPOT if loss > threshold * supply else Verdict.OK


def _uncertainty(node: NodeBooks, members: Iterable[Meter], steps: Mapping[int, float]) -> float:
    """Expanded uncertainty of the loss [kWh].

    A meter's own error changes the loss by its share of what the meter adds to it; a counter's reading
    is rounded to its step at both ends of each unbroken run, each time by a uniform error (step ÷ √12).
    """
    variance = 0.0
    for meter in members:
        up, down = node.sides.get(meter.key, (0.0, 0.0))
        variance += (standard(meter) * (down - up)) ** 2
        variance += 2 * node.runs * steps.get(meter.key, 0.0) ** 2 / 12
    return COVERAGE * math.sqrt(variance)


def _counted_twice(node: NodeBooks, below: Mapping[int, Meter]) -> list[int]:
    """Children that hold what is measured too much: a twin of another meter below, or not below this node at all."""
    places: dict[tuple[str, int], list[int]] = {}
    for key, child in below.items():
        if child.gateway and child.unit_id is not None:
            places.setdefault((child.gateway, child.unit_id), []).append(key)
    twins = [key for keys in places.values() for key in keys[1:]]
    if twins:
        return twins
    best = min(node.apart, key=lambda key: node.apart[key], default=None)
    if best is None or node.apart[best] > SAME * node.unlike:
        return []
    # Two that draw alike fit alike: both are named.
    return [key for key, apart in node.apart.items() if apart <= max(2 * node.apart[best], 0.05 * node.unlike)]


def _unmetered_kw(node: NodeBooks, loss: float) -> float | None:
    """Power of a loss that is there whatever the supply [kW]; None where the loss follows the supply."""
    line = node.line()
    if line is None:
        return None
    constant = line[0]
    return constant * INTERVALS_AN_HOUR if constant * node.valid >= CONSTANT_SHARE * loss else None


def _reason(
    verdict: Verdict,
    node: NodeBooks,
    loss: float,
    uncertainty: float,
    threshold: float,
    unmetered: float | None,
    twice: Sequence[str],
) -> str:
    """The verdict in words."""
    if verdict is Verdict.INSUFFICIENT_DATA:
        return f"all meters have actual values in {node.valid:,} of {node.expected:,} intervals only"
    size = f"{abs(loss):,.1f} kWh ± {uncertainty:,.1f} kWh"
    if verdict is Verdict.WITHIN_ERROR:
        return f"{size}: not to be told from nothing with these meters"
    if verdict is Verdict.SURPLUS:
        cause = f"{' or '.join(twice)} is counted twice" if twice else "a wrong ratio, or a supply without a meter"
        return f"the meters below measure {size} more than is supplied: {cause}"
    share = f"{100 * loss / node.supply:.1f} % of the supply"
    if verdict is Verdict.OK:
        return f"{size}, {share}: below {100 * threshold:g} %"
    if unmetered is not None:
        return f"{size}, {share}: {unmetered:,.1f} kW at any load, as of a load without a meter"
    return f"{size}, {share}, growing with the load: check ratios, joints and tapped feeders"
