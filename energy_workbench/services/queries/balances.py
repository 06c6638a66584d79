"""Balances out of the interval table, with the tree as it was at each time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from energy_workbench.analytics.flow import branch
from energy_workbench.analytics.losses.balance import Books, meters, rows
from energy_workbench.analytics.site_use import Absent
from energy_workbench.contract import results
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.lost import lost_together
from energy_workbench.domain.quantities import Scaling
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.services.queries.trees import Stretch

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

Line = Callable[[Meter], float]

COUNTERS = ("energy_active_import", "energy_active_export")


def balance(
    reader: Reader,
    trees: Sequence[Stretch],
    span: Period,
    *,
    threshold: float,
    zone: ZoneInfo,
    profiles: Path,
    line: Line,
    absent: Absent,
    node: Meter | None = None,
) -> results.Balance:
    """The balance of every node, or of one and those below it.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree of that time.
    threshold : float
        Share of the supply above which a loss is a hotspot [1].
    zone : ZoneInfo
        The site's.
    profiles : Path
        Folder of the user's meter profiles, which say how finely counters count.
    line : callable
        Nominal voltage line to line of a meter [V].
    absent : Absent
        What the site's supply does without.
    node : Meter, optional
        Every node by default.
    """
    order = list(trees[-1].meters) if trees else []
    books = booked(reader, trees, line, absent=absent)
    nodes = rows(books, order, threshold=threshold, steps=steps_of(order, profiles), zone=zone)
    if node is not None:
        order = branch(order, node.key)
        inside = {meter.id for meter in order}
        nodes = tuple(row for row in nodes if row["meter"] in inside)
    return results.Balance(
        rows=nodes,
        total=len(nodes),
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        threshold_percent=100 * threshold,
        timezone=zone.key,
        lost=lost_together(nodes),
        meters=meters(books, order),
    )


def booked(
    reader: Reader,
    trees: Sequence[Stretch],
    line: Line,
    cuts: Sequence[int] | None = None,
    absent: Absent = Absent(),  # noqa: B008 -- a value
) -> Books:
    """The balance of the nodes of these trees, from the intervals.

    Parameters
    ----------
    line : callable
        Nominal voltage line to line of a meter [V].
    cuts : sequence of int, optional
        Edges of buckets, as numbers of intervals since 1970; all of the time is one bucket by default.
    """
    books = Books([(number_of(tree.start), number_of(tree.end), tree.meters) for tree in trees], cuts, line, absent)
    keys = sorted({meter.key for tree in trees for meter in devices_of(tree.meters)})
    if keys:
        # The intervals beside the time tell whether the registers are known at its edges.
        low, high = trees[0].start - axis.INTERVAL, trees[-1].end + axis.INTERVAL
        for matrix in reader.matrices(keys, low, high, WHOLE, estimated=True):
            books.book(matrix, matrix.start // axis.INTERVAL_MICROS, matrix.begun.shape[1])
    return books


def devices_of(meters: Sequence[Meter]) -> list[Meter]:
    """Meters, and those that calculated ones among them are made of."""
    found = {part.meter.key: part.meter for meter in meters for part in meter.made_of}
    return list({**found, **{meter.key: meter for meter in meters}}.values())


def number_of(instant: datetime) -> int:
    """The interval that holds an instant, as a number since 1970."""
    return to_micros(instant) // axis.INTERVAL_MICROS


def steps_of(meters: Sequence[Meter], profiles: Path) -> dict[int, float]:
    """The least increment of each meter's energy counters, primary [kWh], where its profile tells it."""
    from energy_workbench.registry.meters.counter_registers import counter_registers

    found: dict[int, float] = {}
    coarsest: dict[str | None, float] = {None: 0.0}
    for meter in devices_of(meters):
        if meter.profile not in coarsest:
            registers = counter_registers(meter.profile, profiles) if meter.profile else {}
            coarsest[meter.profile] = max((registers[name].step for name in COUNTERS if name in registers), default=0.0)
        if step := coarsest[meter.profile]:
            found[meter.key] = step * meter.ratio.factor(Scaling.POWER)
    return found
