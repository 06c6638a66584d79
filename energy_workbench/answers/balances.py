"""Balances out of the interval table, with the tree as it was at each time."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.balance import Books, rows
from energy_workbench.analytics.flow import branch
from energy_workbench.answers.trees import Stretch
from energy_workbench.core import results
from energy_workbench.core.entities import Meter
from energy_workbench.core.period import Period
from energy_workbench.core.quantities import Scaling
from energy_workbench.core.vee import WHOLE

if TYPE_CHECKING:
    from energy_workbench.lake import Reader

COUNTERS = ("energy_active_import", "energy_active_export")


def balance(
    reader: Reader,
    trees: Sequence[Stretch],
    span: Period,
    *,
    threshold: float,
    zone: ZoneInfo,
    profiles: Path,
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
    node : Meter, optional
        Every node by default.
    """
    books = Books()
    order: list[Meter] = []
    for tree in trees:
        order = list(tree.meters)
        for matrix in reader.matrices([meter.key for meter in order], tree.start, tree.end, WHOLE):

            def energies(key: int, matrix: Any = matrix) -> Any:
                row = matrix.row(key)
                return None if row is None else (matrix.imported[row], matrix.exported[row])

            books.book(order, energies, matrix.imported.shape[1])
    found = rows(books, order, threshold=threshold, steps=steps_of(order, profiles))
    if node is not None:
        inside = {meter.id for meter in branch(order, node.key)}
        found = tuple(row for row in found if row["meter"] in inside)
    return results.Balance(
        rows=found,
        total=len(found),
        start=span.start.astimezone(zone).isoformat(),
        end=span.end.astimezone(zone).isoformat(),
        threshold_percent=100 * threshold,
        timezone=zone.key,
    )


def steps_of(meters: list[Meter], profiles: Path) -> dict[int, float]:
    """The least increment of each meter's energy counters, primary [kWh], where its profile tells it."""
    from energy_workbench.registry.counter_registers import counter_registers

    found: dict[int, float] = {}
    for meter in meters:
        registers = counter_registers(meter.profile, profiles) if meter.profile else {}
        steps = [registers[name].step for name in COUNTERS if name in registers]
        if coarsest := max(steps, default=0.0):
            found[meter.key] = coarsest * meter.ratio.factor(Scaling.POWER)
    return found
