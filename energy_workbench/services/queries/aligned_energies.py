"""Energies of a few meters over a period as arrays, interval by interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import PeriodError, printable
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.counter_steps import WHOLE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

    Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Energies over consecutive intervals that have been.

    Attributes
    ----------
    start : datetime
        Of the first interval, UTC.
    count : int
        Intervals.
    energies : dict of int to (array, array)
        By key import and export, primary [kWh], shape (count,); NaN where not known closely.
    """

    start: datetime
    count: int
    energies: dict[int, tuple[Array, Array]]

    def consumed(self, meter: Meter) -> Array:
        """What a meter consumes, or a producer produces [kWh]."""
        imported, exported = self.energies[meter.key]
        return imported if consumed_column(meter) == "energy_import_kwh" else exported


LONGEST = timedelta(days=30 * 366)
"""What is compared interval by interval at once: a million of each meter, of which some dozens of arrays are made."""


def elapsed(span: Period) -> tuple[datetime, datetime]:
    """The whole intervals of a span that have been.

    Raises
    ------
    PeriodError
        If they are more than those of 30 years.
    """
    if min(span.end, clock.now()) - span.start > LONGEST:
        raise PeriodError(f"{printable(span.text)!r} is longer than the 30 years that can be asked for at once")
    start = axis.floor_interval(span.start)
    if start < span.start:
        start += axis.INTERVAL
    return start, max(start, axis.floor_interval(min(span.end, clock.now())))


def side_by_side(reader: Reader, meters: Sequence[Meter], span: Period, shortest: int) -> SideBySide:
    """Read the energies of some meters.

    Parameters
    ----------
    shortest : int
        The shortest time that is looked at [min].
    """
    start, end = elapsed(span)
    keys = [meter.key for meter in meters]
    parts: dict[int, list[tuple[Array, Array]]] = {key: [] for key in keys}
    for matrix in reader.matrices(keys, start, end, WHOLE, shortest=shortest):
        for key in keys:
            row = matrix.row(key)
            assert row is not None
            parts[key].append((matrix.imported[row], matrix.exported[row]))
    none: list[Any] = [np.empty(0)]
    energies = {
        key: (
            np.concatenate([imported for imported, _ in found] or none),
            np.concatenate([exported for _, exported in found] or none),
        )
        for key, found in parts.items()
    }
    return SideBySide(start, (end - start) // axis.INTERVAL, energies)
