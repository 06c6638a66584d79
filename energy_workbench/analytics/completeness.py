"""Completeness of the data of each meter on each day [1]."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from energy_workbench.contract.rows.energy import CompletenessRow
from energy_workbench.domain.entities import Meter


def completeness(
    meters: Sequence[Meter], edges: Sequence[datetime], rows_of_days: Iterable[Mapping[str, Any]]
) -> tuple[CompletenessRow, ...]:
    """A row a meter, in their order.

    Parameters
    ----------
    meters : sequence of Meter
    edges : sequence of datetime
        n + 1 edges of the n days that have begun.
    rows_of_days : iterable of mapping
        What the lake knows of each meter and day: `meter, bucket, completeness, quality`.

    Returns
    -------
    tuple of dict
        `meter, number, name, status, polled`, and of each day `complete` (share of its elapsed time that is known
        closely [1], 0 where nothing is) and `quality` (the worst of its intervals).
    """
    known = {(row["meter"], row["bucket"]): row for row in rows_of_days}
    count = max(0, len(edges) - 1)

    def of(meter: Meter) -> CompletenessRow:
        days = [known.get((meter.key, day), {}) for day in range(count)]
        return {
            "meter": meter.id,
            "number": meter.number,
            "name": meter.name,
            "status": str(meter.status),
            "polled": meter.gateway is not None,
            "complete": [round(day.get("completeness") or 0.0, 4) for day in days],
            "quality": [day.get("quality") or "missing" for day in days],
        }

    return tuple(map(of, meters))
