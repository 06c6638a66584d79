"""What the tests of the lake share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import Lake, Reading

T0 = datetime(2026, 10, 1, tzinfo=UTC)
"""Midnight UTC, an edge of everything."""

T0_US = to_micros(T0)

ENERGY = "energy_active_import"


def reading(meter: int, second: float, value: float | None = None, /, **values: float | None) -> Reading:
    """A reading that many seconds after T0; the value is that of the import counter."""
    given = dict(values) if value is None else {ENERGY: value, **values}
    return Reading(meter, T0_US + round(second * 1e6), 0, given)


def table(rows: Sequence[tuple[int, float, Mapping[str, float | None]]]) -> pa.Table:
    """A table for `append` of (meter, seconds after T0, values)."""
    names = sorted({name for _, _, values in rows for name in values})
    columns: dict[str, Any] = {
        "meter": pa.array([meter for meter, _, _ in rows], pa.int32()),
        "slot": pa.array([T0_US + round(s * 1e6) for _, s, _ in rows], pa.int64()).cast(pa.timestamp("us", "UTC")),
    }
    for name in names:
        columns[name] = pa.array([values.get(name) for _, _, values in rows], pa.float64())
    return pa.table(columns)


def counter(points: Sequence[tuple[float, float]], meter: int = 1, name: str = ENERGY) -> pa.Table:
    """A counter's (seconds after T0, value) as a table for `append`."""
    return table([(meter, second, {name: value}) for second, value in points])


def intervals(lake: Lake) -> list[dict[str, Any]]:
    """Every interval there is, in order."""
    from energy_workbench.lake import Reader

    return Reader(lake).intervals(None, datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)).to_pylist()


def readings(lake: Lake, meter: int = 1) -> list[dict[str, Any]]:
    """Every stored reading of a meter, in order."""
    from energy_workbench.lake import Reader

    return Reader(lake).readings(meter).to_pylist()
