"""Balance of each node of the tree over time: supply, demand, loss, its uncertainty and verdict."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.losses.compositions import Tree, compositions
from energy_workbench.analytics.losses.meter_sums import MeterSums, add
from energy_workbench.analytics.losses.node_books import Energies, NodeBooks, supplied
from energy_workbench.analytics.losses.node_sums import NodeSums, pieces
from energy_workbench.analytics.site_use import Absent, out_of_service, site_parts
from energy_workbench.analytics.uncertainty.uncertainty import COVERAGE, LimitsOfMeters, assumed, limits_of, variance
from energy_workbench.analytics.verdict import RANK, Verdict, judge
from energy_workbench.contract.rows.losses import ChildOfNode, MeterError, NodeRow
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.domain.rounding import rounded

if TYPE_CHECKING:
    from numpy.typing import NDArray

SAME = 0.25
"""A child is counted twice where without it the balance is off by at most this share of what it is off with it."""
CONSTANT_SHARE = 0.6
"""Above this share of a loss that does not depend on the supply, the loss is a load of its own."""
INTERVALS_AN_HOUR = 4
NAMED = 5
"""Meters that are named in words."""
NOMINAL_VOLTAGE = 400.0
"""Line to line, where nobody says another [V]."""


class Books:
    """The balance of a whole tree over some buckets of time, filled stretch by stretch.

    Parameters
    ----------
    trees : iterable of Tree
        By time; the tree may differ from one to the next.
    cuts : sequence of int, optional
        Edges of the buckets, as numbers of intervals since 1970; all of the time is one bucket by default.
    line : callable, optional
        Nominal voltage line to line of a meter [V]; 400 by default.
    absent : Absent, optional
        What the site's supply does without.

    Attributes
    ----------
    nodes : dict of int to list of NodeSums
        By key of the node, one a bucket.
    meters : dict of int to Meter
        As they were last seen.
    below, shown, without : dict of int to dict of int to Meter
        By node the meters that were part of its balance at any time, the children it had, which these are or were
        passed through by, and those that were left out by an assumption.
    through : dict of int to dict of int to int
        By node the child that each of those below belongs to.
    unmetered : dict of int to dict of int to Meter
        By node those of its meters that were out of service at any time, as they were then.
    measured : dict of int to MeterSums
        By key what went through each meter of the trees, and what its devices can make of it.
    nominal, low : set of int
        Keys of meters whose limits of error are those of their classes, whatever the load was, and of those that were
        used below the least load that the standards state limits for.
    """

    def __init__(
        self,
        trees: Iterable[Tree],
        cuts: Sequence[int] | None = None,
        line: Callable[[Meter], float] = lambda _: NOMINAL_VOLTAGE,
        absent: Absent = Absent(),  # noqa: B008 -- a value
    ) -> None:
        self._line, self._absent = line, absent
        self.nominal: set[int] = set()
        self.low: set[int] = set()
        self._trees = list(trees)
        last = {part.meter.key: part.meter for _, _, meters in self._trees for each in meters for part in each.made_of}
        last |= {meter.key: meter for _, _, meters in self._trees for meter in meters}
        self.measured = {key: MeterSums(meter) for key, meter in last.items()}
        span = [self._trees[0][0], self._trees[-1][1]] if self._trees else [0, 0]
        self._cuts = np.asarray(span if cuts is None else cuts, "int64")
        self._books = [NodeBooks(found) for found in compositions(self._trees)]
        self.nodes: dict[int, list[NodeSums]] = {}
        self.meters: dict[int, Meter] = {}
        self.below: dict[int, dict[int, Meter]] = {}
        self.shown: dict[int, dict[int, Meter]] = {}
        self.through: dict[int, dict[int, int]] = {}
        self.without: dict[int, dict[int, Meter]] = {}
        self.unmetered: dict[int, dict[int, Meter]] = {}
        for found in (books.of for books in self._books):
            self.meters[found.node.key] = found.node
            self.below.setdefault(found.node.key, {}).update((child.key, child) for child in found.children)
            sums = self.nodes.setdefault(found.node.key, [NodeSums() for _ in self._cuts[1:]])
            been = np.minimum(self._cuts[1:], found.last) - np.maximum(self._cuts[:-1], found.first)
            for each, length in zip(sums, been.tolist(), strict=True):
                each.expected += max(length, 0)
                each.unmetered += max(length, 0) if found.unmetered else 0
                each.passing += max(length, 0) if found.passing else 0
            self.shown.setdefault(found.node.key, {}).update((child.key, child) for child in found.shown)
            self.through.setdefault(found.node.key, {}).update(found.through)
            self.without.setdefault(found.node.key, {}).update((meter.key, meter) for meter in found.without)
            self.unmetered.setdefault(found.node.key, {}).update((meter.key, meter) for meter in found.unmetered)

    def book(self, energies: Energies, start: int, count: int) -> None:
        """Take a stretch of intervals, later than those taken before.

        Parameters
        ----------
        start, count : int
            Number of the first interval since 1970, and how many there are. One before and one after the trees' time
            tell what the registers were at its edges.
        """
        site = self._supplied(energies, start, count)
        of_meters = self._limits(energies, count)
        if self._trees:
            part = slice(max(self._trees[0][0] - start, 0), max(min(self._trees[-1][1] - start, count), 0))
            add(list(self.measured.values()), energies, part, of_meters)
        for books in self._books:
            if (taken := books.take(energies, start, count, site, of_meters)) is None:
                continue
            first, edges, columns = taken
            found = pieces(first, edges, self._cuts[1:-1], *columns)
            for sums, low, high in zip(
                self.nodes[books.of.node.key], self._cuts[:-1].tolist(), self._cuts[1:].tolist(), strict=True
            ):
                sums.add(books.of, found.between(low, high), books.loaded, books.carriers)

    def _limits(self, energies: Energies, count: int) -> LimitsOfMeters:
        """Limits of error of the meters behind a CT, interval by interval."""
        of = [sums.meter for sums in self.measured.values()]
        rows = [energies.row(meter.key) for meter in of]
        apparent, reactive = np.full((2, len(of), count), np.nan)
        if energies.apparent is not None:
            told = [place for place, row in enumerate(rows) if row is not None]
            read = [row for row in rows if row is not None]
            apparent[told], reactive[told] = energies.apparent[read], energies.reactive[read]
        found = limits_of(of, [self._line(meter) for meter in of], apparent, reactive)
        self.nominal |= {of[row].key for row in np.flatnonzero(found.nominal)}
        self.low |= {of[row].key for row in np.flatnonzero(found.below)}
        return found

    def _supplied(self, energies: Energies, start: int, count: int) -> NDArray[np.float64]:
        """What the site was supplied with, interval by interval [kWh]; NaN where that is not known."""
        found = np.full(count, np.nan)
        after = self._trees[0][0] if self._trees else 0
        for _, high, meters in self._trees:
            part, after = slice(max(after - start, 0), min(high - start, count)), high
            if part.start < part.stop:
                found[part] = supplied(site_parts(self._absent.without(meters)), energies, part)
        return found


def rows(
    books: Books,
    order: Sequence[Meter],
    *,
    threshold: float,
    steps: Mapping[int, float] | None = None,
    bucket: int = 0,
    zone: tzinfo = UTC,
) -> tuple[NodeRow, ...]:
    """A row a node that had children in a bucket of time, in the order of the tree.

    Parameters
    ----------
    order : sequence of Meter
        Every meter, each after its parent.
    threshold : float
        Share of the supply above which a loss is a hotspot [1].
    steps : mapping of int to float, optional
        By meter the smallest step of its counter, primary [kWh].
    bucket : int
        Number of the bucket.
    zone : tzinfo
        Of the instants in reasons: the site's.

    Returns
    -------
    tuple of dict
        `meter, number, name, type, parent_id, depth, supply_kwh, demand_kwh, loss_kwh, loss_percent, site_percent,
        uncertainty_kwh, completeness, estimated, verdict, reason, rank, unmetered_kw, counted_twice, assumed_classes,
        nominal_classes, below_range, uncertainty_reason, children`.
    """
    depth: dict[int, int] = {}
    for meter in order:
        depth[meter.key] = 0 if meter.parent is None else depth.get(meter.parent, -1) + 1
    nodes = [
        _row(books, meter, depth[meter.key], threshold, steps or {}, books.nodes[meter.key][bucket], zone)
        for meter in order
        if meter.key in books.nodes and books.nodes[meter.key][bucket].expected
    ]
    hot = [row for row in ranked(nodes) if row["verdict"] == Verdict.HOTSPOT]
    for place, row in enumerate(hot, 1):
        row["rank"] = place
    return tuple(nodes)


def meters(books: Books, order: Iterable[Meter]) -> tuple[MeterError, ...]:
    """How well each meter knows what went through it over all of the time, in the order given.

    Returns
    -------
    tuple of dict
        `meter, number, uncertainty_percent, by_load, below_range`.
    """
    known = (books.measured[meter.key] for meter in order if meter.key in books.measured)
    return tuple(
        {
            "meter": each.meter.id,
            "number": each.meter.number,
            "uncertainty_percent": round(100 * each.relative, 4),
            "by_load": each.by_load and each.meter.key not in books.nominal,
            "below_range": each.meter.key in books.low,
        }
        for each in known
    )


def ranked(nodes: Iterable[NodeRow]) -> list[NodeRow]:
    """Rows as people want to look at them: hotspots first, each kind by its loss."""
    return sorted(
        nodes, key=lambda row: (RANK[Verdict(row["verdict"])], -abs(row["loss_kwh"] or 0.0), natural(row["number"]))
    )


def _row(
    books: Books,
    meter: Meter,
    depth: int,
    threshold: float,
    steps: Mapping[int, float],
    node: NodeSums,
    zone: tzinfo,
) -> NodeRow:
    below, loss = books.below[meter.key], node.loss
    members = [books.measured[key].meter for key in node.nets] or [books.meters[meter.key], *below.values()]
    uncertainty = _uncertainty(node, members, steps)
    completeness, estimated = (count / node.expected for count in (node.valid, node.estimated))
    sure, known = completeness - estimated, node.valid > 0
    verdict = judge(loss, node.supply, uncertainty, sure, threshold, node.unmetered / node.expected)
    passing = 2 * node.passing >= node.expected
    assumed_hot = verdict is Verdict.HOTSPOT and not _hot_for_sure(node, uncertainty, threshold)
    if passing or assumed_hot:
        verdict = Verdict.NOT_METERED if passing else Verdict.INSUFFICIENT_DATA
    told = known and not passing
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
        "loss_kwh": round(loss, 6) if told else None,
        "loss_percent": round(100 * loss / node.supply, 3) if told and node.supply > 0 else None,
        "site_percent": round(100 * loss / node.whole, 3) if told and node.whole > 0 else None,
        "uncertainty_kwh": round(uncertainty, 6) if told else None,
        "completeness": round(completeness, 4),
        "estimated": round(estimated, 4),
        "verdict": str(verdict),
        "reason": _why(books, meter, zone, passing=passing, assumed=assumed_hot)
        if verdict is Verdict.NOT_METERED or assumed_hot
        else _reason(verdict, node, loss, uncertainty, threshold, unmetered, [below[key].number for key in twice]),
        "rank": None,
        "unmetered_kw": None if unmetered is None else round(unmetered, 3),
        "counted_twice": [below[key].number for key in twice],
        "assumed_classes": any(map(assumed, members)),
        "nominal_classes": [each.number for each in members if each.key in books.nominal],
        "below_range": [each.number for each in members if each.key in books.low],
        "uncertainty_reason": _doubts(members, books),
        "children": [_child(child, node, books.through[meter.key]) for child in books.shown[meter.key].values()],
    }


def _hot_for_sure(node: NodeSums, uncertainty: float, threshold: float) -> bool:
    """Whether a loss is a hotspot without the time in which a meter is left out by an assumption."""
    assumed = node.assumed
    known = (node.valid - assumed.valid) / node.expected
    verdict = judge(node.loss - assumed.loss, node.supply - assumed.supply, uncertainty, known, threshold)
    return not assumed.valid or verdict is Verdict.HOTSPOT


def _why(books: Books, meter: Meter, zone: tzinfo, *, passing: bool, assumed: bool) -> str:
    """Why a loss is not told, or is no hotspot."""
    if passing:
        return f"{meter.number} has no meter: what goes through it is the sum of what is measured below it"
    if assumed:
        named = ", ".join(each.number for each in books.without[meter.key].values())
        return (
            f"above the threshold only while {named} gave no reading yet and is assumed not to have been in service: "
            "state its commissioned_at to make sure"
        )
    return "; ".join(out_of_service(each, zone) for each in books.unmetered[meter.key].values())


def _child(meter: Meter, node: NodeSums, through: Mapping[int, int]) -> ChildOfNode:
    """What a child took from its node and delivered to it, over the spans of the balance."""
    sides = [node.sides[key] for key, own in through.items() if own == meter.key and key in node.sides]
    delivered, taken = (sum(side) for side in zip(*sides, strict=True)) if sides else (None, None)
    return {
        "meter": meter.id,
        "number": meter.number,
        "name": meter.name,
        "type": str(meter.type),
        "taken_kwh": None if taken is None else round(taken, 6),
        "delivered_kwh": None if delivered is None else round(delivered, 6),
    }


def _uncertainty(node: NodeSums, members: Iterable[Meter], steps: Mapping[int, float]) -> float:
    """Expanded uncertainty of the loss [kWh].

    A meter's own error changes the loss by its share of what the meter adds to it; a counter's reading
    is rounded to its step at both ends of each unbroken run, each time by a uniform error (step ÷ √12).
    """
    squares = 0.0
    for meter in members:
        squares += variance(meter, node.nets.get(meter.key, 0.0), node.errors.get(meter.key))
        step = node.scales.get(meter.key, 0.0) * steps.get(meter.key, 0.0)
        squares += 2 * node.runs * step**2 / 12
    return COVERAGE * math.sqrt(squares)


def _counted_twice(node: NodeSums, below: Mapping[int, Meter]) -> list[int]:
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


def _unmetered_kw(node: NodeSums, loss: float) -> float | None:
    """Power of a loss that is there whatever the supply [kW]; None where the loss follows the supply."""
    line = node.line()
    if line is None:
        return None
    constant = line[0]
    return constant * INTERVALS_AN_HOUR if constant * node.valid >= CONSTANT_SHARE * loss else None


def _doubts(members: Sequence[Meter], books: Books) -> str:
    """What the uncertainty is made of, in words."""
    said = ["limits of error by the load of each meter, k = 2"]
    for keys, words in (
        ({each.key for each in members if assumed(each)}, "usual classes assumed, as none is stated"),
        (books.nominal, "the class taken at full load, as its CT or its current is not known"),
        (
            books.low,
            "at times below the lowest load that the standard covers, where its limit is extended in proportion",
        ),
    ):
        if named := [each.number for each in members if each.key in keys]:
            more = f" and {len(named) - NAMED} more" if len(named) > NAMED else ""
            said.append(f"{', '.join(named[:NAMED])}{more}: {words}")
    return "; ".join(said)


def _reason(
    verdict: Verdict,
    node: NodeSums,
    loss: float,
    uncertainty: float,
    threshold: float,
    unmetered: float | None,
    twice: Sequence[str],
) -> str:
    """The verdict in words."""
    if verdict is Verdict.INSUFFICIENT_DATA:
        sure, part = ((count / node.expected) for count in (node.valid - node.estimated, node.estimated))
        more = f", and for another {part:.0%} only as a part of longer gaps" if node.estimated else ""
        return f"the registers of all its meters give the loss for only {sure:.0%} of the time{more}"
    size = f"{rounded(abs(loss), uncertainty)} kWh ± {rounded(uncertainty, uncertainty)} kWh"
    if verdict is Verdict.WITHIN_ERROR:
        return f"{size}: within the error of these meters"
    if verdict is Verdict.SURPLUS:
        cause = f"{' or '.join(twice)} is counted twice" if twice else "a wrong ratio, or a supply without a meter"
        return f"the meters below measure {size} more than is supplied: {cause}"
    share = f"{rounded(100 * loss / node.supply, 100 * uncertainty / node.supply, 2)} % of the supply"
    if verdict is Verdict.OK:
        return f"{size}, {share}: below {100 * threshold:g} %"
    if unmetered is not None:
        return f"{size}, {share}: {unmetered:,.1f} kW at any load, as a consumer without a meter would cause"
    return f"{size}, {share}, growing with the load: check ratios, joints and tapped feeders"
