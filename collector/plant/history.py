"""Rows of readings of the past, day by day, as the plant's meters would have reported them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from collector.plant import electrical
from collector.plant.faults import Faults
from collector.plant.model import Plant
from collector.plant.readout import Readout, told_values
from collector.profile.register import Register
from collector.profile.store import load
from energy_workbench.domain.entities import MeterType
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.time.clock import EPOCH

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

DAY_MINUTES = 1440


def tables(
    plant: Plant,
    start: datetime,
    end: datetime,
    step_minutes: int = 15,
    *,
    faults: Faults | None = None,
    profiles: Iterable[Path] = (),
) -> Iterator[pa.Table]:
    """Readings of every meter, one table a day as counted from the plant's origin.

    Each value has gone through its register: rounded to its step, secondary where the meter knows no ratio.

    Parameters
    ----------
    start, end : datetime
        Aware, half-open.
    step_minutes : int
        Between two readings; slots are whole multiples of it since 1970.
    faults : Faults, optional
        Those of counters are told; those of the wire are not played.
    profiles : iterable of Path
        Folders with the user's own profiles.

    Yields
    ------
    pyarrow.Table
        `meter_number`, `slot`, and a column a quantity that the profile polls, in the workbench's units;
        sorted by meter and slot.

    Raises
    ------
    InputError
        If the step is no whole number of minutes that divides a day, or the span begins before the plant's past.
    """
    if step_minutes < 1 or DAY_MINUTES % step_minutes:
        raise InputError(f"a step of {step_minutes} minutes does not divide a day")
    if start < plant.origin:
        raise InputError(f"the plant's past begins at {plant.origin.isoformat()}; ask for a later start")
    groups = _groups(plant, faults, tuple(profiles))
    begin, finish = (-(-((t - EPOCH) // timedelta(seconds=1)) // 60) for t in (start, end))
    origin = plant.origin_second // 60
    for number in range((begin - origin) // DAY_MINUTES, -((origin - finish) // DAY_MINUTES)):
        first = origin + number * DAY_MINUTES
        slots = range(-(-first // step_minutes) * step_minutes, first + DAY_MINUTES, step_minutes)
        if minutes := [slot for slot in slots if begin <= slot < finish]:
            yield _table(plant, groups, number, minutes)


@dataclass(frozen=True, slots=True)
class _Group:
    """Meters that share a profile: computed together as rows of one array."""

    readouts: Sequence[Readout]
    registers: Sequence[Register]

    @property
    def columns(self) -> list[int]:
        return [r.column for r in self.readouts]


def _groups(plant: Plant, faults: Faults | None, folders: tuple[Path, ...]) -> list[_Group]:
    members: dict[tuple[str, bool], list[Readout]] = {}
    for meter in plant.meters:
        members.setdefault((meter.profile, meter.type is MeterType.GRID), []).append(Readout(plant, meter, faults))
    groups = []
    for (name, _), readouts in members.items():
        profile = load(name, folders)
        groups.append(_Group(readouts, [profile.by_quantity[q] for q in profile.poll if q in profile.by_quantity]))
    return groups


def _table(plant: Plant, groups: Sequence[_Group], number: int, minutes: Sequence[int]) -> pa.Table:
    """Rows of all meters at these minutes since 1970, of one day."""
    import numpy as np
    import pyarrow as pa

    state = _State.at(plant, number, np.array(minutes))
    values: dict[str, np.ndarray] = {}
    for group in groups:
        for name, reported in _reported(group, state).items():
            column = values.setdefault(name, np.full((len(plant.meters), len(minutes)), np.nan))
            column[group.columns] = reported
    order = sorted(range(len(plant.meters)), key=lambda i: plant.meters[i].number)
    numbers = pa.array([plant.meters[i].number for i in order], pa.string())
    slots = pa.array(np.array(minutes) * 60_000_000, pa.int64()).cast(pa.timestamp("us", "UTC"))
    columns = {
        "meter_number": numbers.take(pa.array(np.repeat(np.arange(len(order)), len(minutes)))),
        "slot": slots.take(pa.array(np.tile(np.arange(len(minutes)), len(order)))),
    }
    for name in sorted(values):
        column = values[name][order].ravel()
        columns[name] = pa.array(column, pa.float64(), mask=np.isnan(column))
    return pa.table(columns)


@dataclass(frozen=True, slots=True)
class _State:
    """The whole plant at some minutes; arrays of shape (meters, minutes) or (minutes,)."""

    second: np.ndarray
    p: np.ndarray
    q: np.ndarray
    counted: np.ndarray
    grid: np.ndarray
    busbar: np.ndarray
    generator: np.ndarray

    @classmethod
    def at(cls, plant: Plant, number: int, minutes: np.ndarray) -> _State:
        day, nodes = plant.day(number), minutes - plant.origin_second // 60 - number * DAY_MINUTES
        there = (a[nodes].astype(float) for a in (day.grid, day.busbar, day.generator))
        return cls(minutes * 60.0, day.p[:, nodes], day.q[:, nodes], plant.counters(number, nodes), *there)


def _reported(group: _Group, state: _State) -> dict[str, np.ndarray]:
    """What the group's meters report, by quantity; shape (meters of the group, minutes)."""
    import numpy as np

    first, columns = group.readouts[0], group.columns
    counted = state.counted[:, columns]
    told = counted + np.array([r.begun for r in group.readouts]).T[:, :, None]
    for row, readout in enumerate(group.readouts):
        if readout.faults:
            for at, second in enumerate(state.second):
                offsets = readout.offsets(float(second))
                told[:, row, at] = counted[:, row, at] + offsets if offsets else 0.0
    primary = told_values(
        np, electrical.together([r.wired for r in group.readouts]), state.p[columns], state.q[columns], list(told),
        state.second, live=state.grid if first.meter.type is MeterType.GRID else state.busbar,
        turning=state.generator if first.generator else None, grid=state.grid,
    )  # fmt: skip
    reported = {}
    for register in group.registers:
        if (value := primary.get(register.quantity)) is not None:
            divisor = np.array([[r.divisor[register.quantity]] for r in group.readouts])
            reported[register.quantity] = through(register, value / divisor)
    return reported


def through(register: Register, values: np.ndarray) -> np.ndarray:
    """What is left of values after a register: `decode` of `encode`, for arrays."""
    import numpy as np

    raw = values * register.denominator / register.numerator
    bits = 16 * register.wire.words
    if register.wire.floating:
        raw = raw.astype(np.float32 if bits == 32 else np.float64).astype(np.float64)
    elif register.counter:
        # Counters wrap; those of 64 bits never get there.
        raw = np.rint(raw) % 2.0**bits
        raw = np.where(raw >= 2.0 ** (bits - 1), raw - 2.0**bits, raw) if register.wire.signed else raw
    else:
        low, high = (-(2.0 ** (bits - 1)), 2.0 ** (bits - 1) - 1) if register.wire.signed else (0.0, 2.0**bits - 1)
        raw = np.clip(np.rint(raw), low, high)
    return raw * register.numerator / register.denominator
