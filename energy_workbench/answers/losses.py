"""The balance of one node over time: one pass over its energies, cut into buckets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.balance import Books, Verdict, rows
from energy_workbench.answers.balances import steps_of
from energy_workbench.answers.side_by_side import elapsed
from energy_workbench.answers.trees import Stretch
from energy_workbench.core import axis, results
from energy_workbench.core.clock import to_micros
from energy_workbench.core.entities import Meter
from energy_workbench.core.errors import InputError
from energy_workbench.core.period import Period
from energy_workbench.core.vee import WHOLE

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

MOST_BUCKETS = 10_000
"""Buckets of one answer."""

SHOWN = (
    "supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "uncertainty_kwh", "completeness", "verdict", "reason",
)  # fmt: skip
"""What a bucket says, of what a balance says of a node."""

UNKNOWN = dict.fromkeys(SHOWN) | {
    "completeness": 0.0, "verdict": str(Verdict.INSUFFICIENT_DATA), "reason": "nothing is known of this time",
}  # fmt: skip


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
    books = [Books() for _ in edges]
    cuts = [to_micros(max(edge, start)) for edge in edges] + [to_micros(end)]
    order: list[Meter] = []
    for tree in trees:
        seen = [meter for meter in tree.meters if meter.key == node.key or meter.parent == node.key]
        if len(seen) > 1:
            order = seen
        for matrix in reader.matrices([meter.key for meter in seen], tree.start, tree.end, WHOLE):
            _book(books, cuts, seen, matrix)
    if trees and not order:
        raise InputError(f"{node.number} has no meters below it, so there is no balance of it")
    steps = steps_of(order, profiles)
    found = [rows(each, [node], threshold=threshold, steps=steps) for each in books]
    return results.Losses(
        rows=tuple(
            {
                "start": edge.astimezone(zone).isoformat(),
                **({name: each[0][name] for name in SHOWN} if each else UNKNOWN),
            }
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


def _book(books: list[Books], cuts: list[int], meters: list[Meter], matrix: Any) -> None:
    """Book the energies of a stretch, each interval in the bucket that holds it."""
    count = matrix.imported.shape[1]
    for book, low, high in zip(books, cuts, cuts[1:], strict=False):
        first, last = ((cut - matrix.start) // axis.INTERVAL_MICROS for cut in (low, high))
        first, last = max(first, 0), min(last, count)
        if first >= last:
            continue

        def energies(key: int, part: slice = slice(first, last)) -> Any:
            row = matrix.row(key)
            return None if row is None else (matrix.imported[row, part], matrix.exported[row, part])

        book.book(meters, energies, last - first)
