"""Readings of some quantities in and near many parts of a time, read once a meter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.services.generation.fuel import NEAR

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

Kept = tuple["pa.Table", "NDArray[np.int64]"]
"""Readings, and their instants [µs since 1970, UTC]."""


class KeptReadings:
    """Counters (see `fuel.Counters`) of what was read in some parts of a time.

    Parameters
    ----------
    parts : sequence of Period
        Oldest first; readings less than `NEAR` beside them are known too.
    names : sequence of str
        The quantities that are asked for.
    """

    def __init__(self, reader: Reader, parts: Sequence[Period], names: Sequence[str]) -> None:
        self._reader, self._names = reader, names
        self._spans = _joined([(part.start - NEAR, part.end + NEAR) for part in parts])
        self._quantities: dict[int, frozenset[str]] = {}
        self._kept: dict[int, Kept] = {}

    def quantities(self, meter: int) -> frozenset[str]:
        """Names of what there may be of a meter."""
        if meter not in self._quantities:
            self._quantities[meter] = self._reader.quantities(meter)
        return self._quantities[meter]

    def readings(self, meter: int, start: datetime, end: datetime, quantities: Sequence[str]) -> pa.Table:
        """`ts` and these columns, oldest first, from `start` to before `end`."""
        if meter not in self._kept:
            names = [name for name in self._names if name in self.quantities(meter)]
            found = self._reader.readings_within(meter, self._spans, names)
            self._kept[meter] = found, found["ts"].cast("int64").to_numpy()
        table, instants = self._kept[meter]
        low, high = np.searchsorted(instants, [to_micros(start), to_micros(end)])
        return table.slice(low, high - low).select(["ts", *quantities])


def _joined(spans: Sequence[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order, those that touch as one."""
    joined: list[tuple[datetime, datetime]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(joined[-1][1], end)
        else:
            joined.append((start, end))
    return joined
