"""The balance of one node over time: one pass over its energies, cut into buckets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast
from zoneinfo import ZoneInfo

from energy_workbench.analytics.losses.balance import rows
from energy_workbench.analytics.verdict import Verdict
from energy_workbench.contract import results
from energy_workbench.contract.rows.losses import LossRow
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.period import Period
from energy_workbench.services.queries.aligned_energies import elapsed
from energy_workbench.services.queries.balances import Line, booked, number_of, steps_of
from energy_workbench.services.queries.trees import Stretch

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

MOST_BUCKETS = 10_000
"""Buckets of one answer."""

SHOWN = (
    "supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "uncertainty_kwh", "completeness", "estimated", "verdict",
    "reason",
)  # fmt: skip
"""What a bucket says, of what a balance says of a node."""

UNKNOWN = dict.fromkeys(SHOWN) | {
    "completeness": 0.0, "estimated": 0.0, "verdict": str(Verdict.INSUFFICIENT_DATA),
    "reason": "there are no data for this period",
}  # fmt: skip


def _near(node: Meter, meters: Sequence[Meter]) -> list[Meter]:
    """A node with those below it, and below those that pass through what is below them."""
    passing, found = {node.key}, []
    for meter in meters:
        if meter.key == node.key or meter.parent in passing:
            found.append(meter)
            passing |= {meter.key} if meter.unread else set()
    return found


def losses(
    reader: Reader,
    trees: Sequence[Stretch],
    node: Meter,
    span: Period,
    every: str,
    *,
    threshold: float,
    zone: ZoneInfo,
    profiles: Path,
    line: Line,
) -> results.Losses:
    """The balance of a node, a row a bucket that has begun, with the tree as it was at each time.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree of that time.
    every : str
        As `axis.edges` takes it; days and longer are the site's.
    threshold : float
        Share of the supply above which a loss is a hotspot [1].
    profiles : Path
        Folder of the user's meter profiles, which say how finely counters count.
    line : callable
        Nominal voltage line to line of a meter [V].

    Raises
    ------
    InputError
        If nothing has been below the node, or there would be too many buckets.
    """
    start, end = elapsed(span)
    edges = [edge for edge in axis.edges(span, every, zone)[:-1] if edge < end]
    if len(edges) > MOST_BUCKETS:
        raise InputError(
            f"{len(edges):,} rows are too many at once: {MOST_BUCKETS:,} at most, so take a longer `every`"
        )
    cuts = [number_of(max(edge, start)) for edge in edges] + [number_of(end)]
    near = [replace(tree, meters=_near(node, tree.meters)) for tree in trees]
    order = next((tree.meters for tree in reversed(near) if len(tree.meters) > 1), ())
    if trees and not order:
        raise InputError(f"{node.number} has no meters below it, so there is no balance of it")
    steps, books = steps_of(order, profiles), booked(reader, near, line, cuts)
    found = [
        rows(books, [node], threshold=threshold, steps=steps, bucket=place, zone=zone) for place in range(len(edges))
    ]
    return results.Losses(
        rows=tuple(
            cast(
                LossRow,
                {
                    "start": edge.astimezone(zone).isoformat(),
                    **({name: dict(each[0])[name] for name in SHOWN} if each else UNKNOWN),
                },
            )
            for edge, each in zip(edges, found, strict=True)
        ),
        total=len(edges),
        meter=node.id,
        number=node.number,
        name=node.name,
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        every=every,
        threshold_percent=100 * threshold,
        timezone=zone.key,
    )
