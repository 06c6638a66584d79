"""Run hours and fuel of a generator by its own registers and tank level."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import numpy as np

from energy_workbench.analytics.generation.diesel import burnt_from_tank
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros

if TYPE_CHECKING:
    import pyarrow as pa

NEAR = timedelta(hours=1)
"""A counter's value this close to an edge of the period stands for the edge."""
_NEAR_US = NEAR // timedelta(microseconds=1)


class Counters(Protocol):
    """Who knows what was read of meters: the lake, or what was read of it before."""

    def quantities(self, meter: int) -> frozenset[str]:
        """Names of what there may be of a meter."""

    def readings(self, meter: int, start: datetime, end: datetime, quantities: Sequence[str]) -> pa.Table:
        """`ts` and these columns, oldest first, from `start` to before `end`."""


def metered_litres(counters: Counters, meter: Meter, start: datetime, end: datetime) -> float | None:
    """Fuel by a meter's counter, or else by the volume in its tank [L]; None where neither is known at both ends."""
    by_counter = counted(counters, meter, "fuel_used", start, end)
    if by_counter is not None or "fuel_volume" not in counters.quantities(meter.key):
        return by_counter
    table = counters.readings(meter.key, start - NEAR, end + NEAR, quantities=["fuel_volume"]).drop_null()
    instants = table["ts"].cast("int64").to_numpy()
    low, high = to_micros(start), to_micros(end)
    if not len(instants) or instants[0] > low + _NEAR_US or instants[-1] < high - _NEAR_US:
        return None
    first, last = int(np.abs(instants - low).argmin()), int(np.abs(instants - high).argmin())
    volume = np.asarray(table["fuel_volume"].to_numpy(), float)[first : last + 1]
    # The last of each quarter of an hour: a tank is filled in minutes, and sloshes in seconds.
    quarter = instants[first : last + 1] // axis.INTERVAL_MICROS
    kept = np.r_[quarter[1:] != quarter[:-1], True]
    kept[0] = True
    return burnt_from_tank(volume[kept])


def counted(counters: Counters, meter: Meter, name: str, start: datetime, end: datetime) -> float | None:
    """How far a counter of a meter went between two instants; None where it is not known at both, or fell."""
    if name not in counters.quantities(meter.key):
        return None
    values = []
    for edge in (start, end):
        table = counters.readings(meter.key, edge - NEAR, edge + NEAR, quantities=[name])
        known = [
            (abs((ts - edge).total_seconds()), value)
            for ts, value in zip(table["ts"].to_pylist(), table[name].to_pylist(), strict=True)
            if value is not None
        ]
        if not known:
            return None
        values.append(min(known)[1])
    first, last = values
    return float(last - first) if last >= first else None
