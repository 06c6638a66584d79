"""Intervals of a meter as evenly spaced arrays, for demands and load shapes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.analytics.buckets import consumed_column, other_column
from energy_workbench.analytics.pattern import demand_column
from energy_workbench.domain.entities import Flow, Meter
from energy_workbench.domain.intervals.quality import MEASURED
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.services.queries.aligned_energies import elapsed

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Series:
    """Consecutive intervals of a meter that have been.

    Attributes
    ----------
    start : datetime
        Of the first interval, UTC.
    energy, apparent : array of float, shape (n,)
        What it consumes, or a producer produces [kWh, kVAh]; NaN where not known closely. Apparent energy is counted,
        or else √(kWh² + kvarh²).
    step : array of float, shape (n,)
        The coarsest least increment of its counters, primary; 0 where it is not known.
    other : array of float, shape (n,)
        What goes through it the other way [kWh]; NaN where that is not known.
    """

    start: datetime
    energy: Array
    apparent: Array
    step: Array
    other: Array


def series(reader: Reader, meter: Meter, span: Period, shortest: int) -> Series:
    """Read a meter's intervals of a period.

    Parameters
    ----------
    shortest : int
        The shortest time that is looked at [min]: what a meter that is read as seldom measures is known at that grain.
    """
    start, end = elapsed(span)
    count = (end - start) // axis.INTERVAL
    table = reader.intervals([meter.key], start, end, columns=_columns(meter), shortest=shortest)
    place = (table["start"].cast("int64").to_numpy() - to_micros(start)) // axis.INTERVAL_MICROS

    def placed(values: Array, unknown: float = np.nan) -> Array:
        found = np.full(count, unknown)
        found[place] = values
        return found

    energy, demand = (_numbers(table, name) for name in (consumed_column(meter), demand_column(meter)))
    import pyarrow as pa
    import pyarrow.compute as pc

    of_itself = pc.is_in(table["quality"], pa.array(MEASURED))
    actual = of_itself.to_numpy(zero_copy_only=False).astype(bool)
    # What an analyst put there counts too: it is a demand.
    known = (actual & (_numbers(table, "completeness") >= WHOLE)) | ~np.isnan(demand)
    energy = np.where(known, energy, np.nan)
    reactive, counted = (_numbers(table, name) for name in ("energy_reactive_kvarh", "energy_apparent_kvah"))
    if meter.flow is Flow.PRODUCER:
        counted = np.full(len(counted), np.nan)  # the register of the other direction
    apparent = np.where(np.isnan(counted), np.hypot(energy, reactive), np.where(known, counted, np.nan))
    step = placed(np.nan_to_num(_numbers(table, "step_kwh")), 0.0)
    return Series(start, placed(energy), placed(apparent), step, placed(_numbers(table, other_column(meter))))


def _columns(meter: Meter) -> Sequence[str]:
    return (
        "start", consumed_column(meter), other_column(meter), demand_column(meter), "energy_reactive_kvarh",
        "energy_apparent_kvah",
        "quality", "completeness", "step_kwh",
    )  # fmt: skip


def _numbers(table: pa.Table, name: str) -> Array:
    return np.asarray(table[name].to_numpy(zero_copy_only=False), float)
