"""Energies of a few meters by interval as their registers tell them, those of gaps spread evenly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.domain.intervals.quality import MEASURED
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.metering_period import LONGEST_DEMAND

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

    Array = NDArray[np.float64]
    Mask = NDArray[np.bool_]

_COLUMNS = ("meter", "start", "energy_import_kwh", "energy_export_kwh", "quality", "completeness")


@dataclass(frozen=True, slots=True)
class Registers:
    """One meter over consecutive intervals, shape (n,).

    Attributes
    ----------
    imported, exported : array of float
        Primary [kWh]; NaN where not known.
    close : array of bool
        Whether the interval itself was measured; elsewhere only the energy of a longer time is known, and spread.
    """

    imported: Array
    exported: Array
    close: Mask

    def cut(self, here: slice) -> Registers:
        """Some of the intervals."""
        return Registers(self.imported[here], self.exported[here], self.close[here])


def begun(span: Period) -> tuple[datetime, int]:
    """The first interval that begins in a span, and how many begin in it and have begun, that which runs included."""
    start, end = _up(span.start), _up(min(span.end, axis.floor_interval(clock.now()) + axis.INTERVAL))
    return start, max(0, (end - start) // axis.INTERVAL)


def register_intervals(reader: Reader, keys: Iterable[int], start: datetime, count: int) -> dict[int, Registers]:
    """Read what some meters' registers tell of each interval, by key."""
    found = {key: Registers(np.full(count, np.nan), np.full(count, np.nan), np.zeros(count, bool)) for key in keys}
    if not (found and count):
        return found
    # What is shared out by intervals may as well be shared out by the blocks of a meter that is read once an hour.
    table = reader.intervals(list(found), start, start + count * axis.INTERVAL, _COLUMNS, shortest=LONGEST_DEMAND)
    columns: dict[str, Any] = {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}
    micros = columns["start"].astype("datetime64[us]").astype("int64")
    place = (micros - clock.to_micros(start)) // axis.INTERVAL_MICROS
    close = np.isin(columns["quality"], MEASURED) & (columns["completeness"] >= WHOLE)
    for key, registers in found.items():
        mine = columns["meter"] == key
        at = place[mine]
        registers.imported[at] = columns["energy_import_kwh"][mine]
        registers.exported[at] = columns["energy_export_kwh"][mine]
        registers.close[at] = close[mine]
    return found


def _up(instant: datetime) -> datetime:
    floor = axis.floor_interval(instant)
    return floor if floor == instant else floor + axis.INTERVAL
