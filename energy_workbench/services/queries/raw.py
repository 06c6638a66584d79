"""Readings as rows, and rows that are recorded as readings; scaling to primary values."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.contract.rows.meters import ReadingRow
from energy_workbench.domain.errors import InputError, PeriodError, Problem
from energy_workbench.domain.intervals.interval_energy import unsound
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, INTERVAL_MINUTES, QUANTITIES, Kind, quantity
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.lake.reading import LARGEST, wrong_instant
from energy_workbench.tables.decimals import decimals

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake import Reading


def rows_of(
    table: pa.Table, zone: ZoneInfo, asked: Sequence[str] | None = None
) -> tuple[tuple[ReadingRow, ...], tuple[str, ...]]:
    """Rows of `{ts, values}`, and the quantities in them.

    A 32-bit value becomes the shortest decimal that stands for it: 230.1, not 230.10000610351562.

    Parameters
    ----------
    table : pyarrow.Table
        `ts` and a column a quantity; a null is a value that was not read or not available.
    asked : sequence of str, optional
        Quantities that are named even where no row has one.
    """
    columns = {
        name: decimals(table[name])
        for name in table.column_names
        if name in QUANTITIES and (table[name].null_count < len(table) or name in (asked or ()))
    }
    rows: tuple[ReadingRow, ...] = tuple(
        {
            "ts": ts.astimezone(zone).isoformat(),
            "values": {n: v for n, values in columns.items() if (v := values[index]) is not None},
        }
        for index, ts in enumerate(table["ts"].to_pylist())
    )
    return rows, tuple(dict.fromkeys([*(asked or ()), *columns]))


def scaled_to_primary(table: pa.Table, ratios: Sequence[Ratio]) -> pa.Table:
    """Multiply each value with the ratio valid at its instant.

    Parameters
    ----------
    ratios : sequence of Ratio
        The meter's, oldest first.
    """
    import numpy as np
    import pyarrow as pa

    instants = table["ts"].cast(pa.int64()).to_numpy()
    starts = np.array([to_micros(r.valid_from) for r in ratios if r.valid_from is not None], dtype=np.int64)
    first = 0 if ratios and ratios[0].valid_from is None else -1
    which = np.searchsorted(starts, instants, side="right") + first
    for index, name in enumerate(table.column_names):
        if name not in QUANTITIES:
            continue
        factors = np.array([ratio.factor(quantity(name).scaling) for ratio in ratios] or [1.0])
        if (factors == 1.0).all():
            continue
        import pyarrow.compute as pc

        values = pa.array(decimals(table[name]), pa.float64())
        table = table.set_column(index, name, pc.multiply(values, pa.array(factors[np.maximum(which, 0)])))
    return table


def posted(meter: int, readings: Sequence[Mapping[str, Any]], zone: ZoneInfo, now: datetime) -> list[Reading]:
    """Readings that someone sent, checked, for the spool.

    Raises
    ------
    InputError
        With every single thing that is wrong.
    """
    from energy_workbench.lake import Reading

    problems: list[Problem] = []
    taken: list[Reading] = []
    if not readings:
        problems.append(Problem("body", "", "", "holds no reading"))
    for index, reading in enumerate(readings):
        where = f"reading {index + 1}"
        instant = _instant(reading.get("ts"), zone, now, where, problems)
        values = _values(reading.get("values"), where, problems)
        unknown = sorted(reading.keys() - {"ts", "values"})
        problems += [Problem(where, key, "", "is not known here: a reading is {ts, values}") for key in unknown]
        if instant is not None and values:
            taken.append(Reading(meter, to_micros(instant), 0, values))
    if problems:
        raise InputError(f"{len(problems)} thing(s) of the readings cannot be taken, so none was", problems)
    return taken


def contradictions(taken: Sequence[Reading], stored: pa.Table) -> list[str]:
    """What contradicts a value that is stored, or another of the same sending, in words.

    Parameters
    ----------
    stored : pyarrow.Table
        Readings of the same meter and span: `ts` and a column a quantity.
    """
    known = _by_instant(stored)
    texts = []
    for reading in taken:
        for name, value in reading.values.items():
            # Most quantities are kept in 32 bits: two values are the same when they are there.
            if value is None or known.setdefault((reading.ts_us, name), value) == value:
                continue
            kept = known[reading.ts_us, name]
            if struct.pack("f", kept) != struct.pack("f", value) or quantity(name).kind is Kind.COUNTER:
                texts.append(f"{name} of {from_micros(reading.ts_us).isoformat()}: {kept:g} is stored, {value:g} came")
    return texts


def _instant(value: Any, zone: ZoneInfo, now: datetime, where: str, problems: list[Problem]) -> datetime | None:
    try:
        instant = parse_instant(value, zone) if isinstance(value, str) else None
    except PeriodError as error:
        problems.append(Problem(where, "ts", value[:60], error.message))
        return None
    if instant is None:
        problems.append(Problem(where, "ts", str(value or "")[:60], "must be an ISO 8601 time with offset"))
    elif reason := wrong_instant(to_micros(instant), to_micros(now)):
        problems.append(Problem(where, "ts", value, reason))
        return None
    return instant


def _values(given: Any, where: str, problems: list[Problem]) -> dict[str, float | None]:
    if not isinstance(given, Mapping) or not given:
        problems.append(Problem(where, "values", "", "must be an object of quantity: value, with one at least"))
        return {}
    values: dict[str, float | None] = {}
    for name, value in given.items():
        try:
            quantity(name)
        except InputError as error:
            problems.append(Problem(where, str(name)[:60], "", error.message))
            continue
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (number and abs(value) < LARGEST):
            problems.append(
                Problem(where, name, str(value)[:60], "must be a finite number, or null where not available")
            )
            continue
        values[name] = None if value is None else float(value)
    for name in INTERVAL_ENERGIES.values():
        energy = values.get(name)
        if energy is not None and (reason := unsound(energy, values.get(INTERVAL_MINUTES))):
            problems.append(Problem(where, name, f"{energy:g}", reason))
    return values


def news(taken: Sequence[Reading], stored: pa.Table) -> list[Reading]:
    """Those with a value that is not stored yet; `stored` is as of `contradictions`."""
    known = _by_instant(stored)
    return [
        each
        for each in taken
        if any(value is not None and (each.ts_us, name) not in known for name, value in each.values.items())
    ]


def _by_instant(stored: pa.Table) -> dict[tuple[int, str], float]:
    """Values by instant [µs since 1970] and quantity."""
    import pyarrow as pa

    instants = stored["ts"].cast(pa.int64()).to_pylist()
    known: dict[tuple[int, str], float] = {}
    for name in stored.column_names:
        if name in QUANTITIES:
            values = zip(instants, stored[name].to_pylist(), strict=True)
            known |= {(ts, name): value for ts, value in values if value is not None}
    return known
