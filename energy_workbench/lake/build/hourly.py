"""What meters told hour by hour, for the checks of how they measure: counters beside power, energies, and samples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.interpolation import Array
from energy_workbench.energy.multipliers import MultiplierLookup, Multipliers
from energy_workbench.energy.power_agreement import Hours
from energy_workbench.energy.power_integration import POWER
from energy_workbench.lake.interval_files import NOTHING, interval_source, of_meters
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake

HOUR = 4 * QUARTER
Span = tuple[int | None, int | None]
"""Half-open [µs since 1970]; None is no bound."""
MEASURED = "('actual', 'estimated')"
"""Qualities of energies that counters told."""


def power_hours(lake: Lake, meters: Sequence[int], span: Span, multipliers: Multipliers) -> Iterator[tuple[int, Hours]]:
    """What counters and power tell of the hours of a span, by meter.

    The power of a quarter hour is the mean of its samples; a quarter without one, or without a neighbour that has one,
    tells nothing, so samples are 15 minutes apart at most.

    Parameters
    ----------
    meters : sequence of int
        Keys, ascending.
    span : tuple of (int or None)

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    readings, intervals = lake.readings.snapshot(), lake.intervals.snapshot()
    source = interval_source(intervals, *span, meters)
    files = readings.select(*span, meters)
    if POWER not in readings.columns or not files or NOTHING in source or not meters:
        return
    mine, keys = of_meters(list(meters)), list(meters)
    slots, starts = _between("slot", span), _between("start", span)
    query = f"""
        WITH power AS (
            SELECT meter, epoch_us(slot) // {QUARTER} AS quarter, avg(greatest({POWER}, 0)) / 4 AS drawn,
                avg(greatest(-{POWER}, 0)) / 4 AS given
            FROM {duck.scan(files)} WHERE {mine}{slots} AND isfinite({POWER}) GROUP BY ALL)
        SELECT meter, min(quarter) AS begin, max(quarter) + 1 AS until, sum(energy_import_kwh) AS imported,
            sum(energy_export_kwh) AS exported, sum(drawn) AS drawn, sum(given) AS given, max(step_kwh) AS step,
            min(greatest(energy_import_kwh, energy_export_kwh))
                FILTER (greatest(energy_import_kwh, energy_export_kwh) > 0) AS least
        FROM (SELECT meter, epoch_us(start) // {QUARTER} AS quarter, * EXCLUDE (meter, start) FROM {source}
            WHERE {mine}{starts} AND covered >= {WHOLE} AND quality IN {MEASURED}) JOIN power USING (meter, quarter)
        GROUP BY meter, quarter // 4 HAVING count(*) > 1 AND max(quarter) - min(quarter) + 1 = count(*)
        ORDER BY meter, begin
    """  # noqa: S608 - numbers and fixed names
    table = _columns(query)
    meter, begin, end = (table[name].astype("int64") for name in ("meter", "begin", "until"))
    factor = MultiplierLookup(keys, multipliers).at(np.searchsorted(np.asarray(keys), meter), begin * QUARTER)
    counted = np.stack([table["imported"], table["exported"]], axis=1)
    powered = np.stack([table["drawn"], table["given"]], axis=1) * factor[:, None]
    for key, rows in _by_meter(meter):
        step = _step(table["step"][rows], table["least"][rows])
        yield key, Hours(begin[rows], end[rows], counted[rows], powered[rows], step)


def _step(known: Array, least: Array) -> float:
    """Least increment; where nobody knows it, it is no more than the least energy of a quarter hour."""
    if not np.isnan(known).all():
        return float(np.nanmax(known))
    return 0.0 if np.isnan(least).all() else float(np.nanmin(least))


def energy_hours(lake: Lake, meters: Sequence[int], span: tuple[int, int]) -> dict[int, tuple[Array, Array]]:
    """Energies of whole hours by meter: import and export [kWh], NaN where they are not known; no meter without any.

    Returns
    -------
    dict of int to tuple of array, shape (n,)
        A value for each hour that the span touches.
    """
    source = interval_source(lake.intervals.snapshot(), *span, meters)
    if NOTHING in source or not meters:
        return {}
    query = f"""
        SELECT meter, epoch_us(start) // {HOUR} AS hour, sum(energy_import_kwh) AS imported,
            sum(energy_export_kwh) AS exported
        FROM {source} WHERE {of_meters(list(meters))}{_between("start", span)} AND covered >= {WHOLE}
        GROUP BY ALL HAVING count(*) = 4 ORDER BY meter, hour
    """  # noqa: S608 - numbers and fixed names
    table = _columns(query)
    first, count = span[0] // HOUR, -(-span[1] // HOUR) - span[0] // HOUR
    meter, place = table["meter"].astype("int64"), table["hour"].astype("int64") - first
    found = {}
    for key, rows in _by_meter(meter):
        sides = np.full((2, count), np.nan)
        sides[:, place[rows]] = table["imported"][rows], table["exported"][rows]
        found[key] = (sides[0], sides[1])
    return found


def hourly_samples(
    lake: Lake, meters: Sequence[int], span: tuple[int, int], quantities: Sequence[str]
) -> tuple[list[str], dict[int, Array]]:
    """The first reading of each hour by meter, as reported.

    Returns
    -------
    list of str
        Those of the quantities that there are.
    dict of int to array of float, shape (hours, quantities)
        NaN where a reading has none.
    """
    readings = lake.readings.snapshot()
    files = readings.select(*span, meters)
    names = [name for name in quantities if name in readings.columns]
    if not files or not names or not meters:
        return names, {}
    query = f"""
        SELECT meter, {", ".join(f"arg_min({name}, slot)::DOUBLE AS {name}" for name in names)}
        FROM {duck.scan(files)} WHERE {of_meters(list(meters))}{_between("slot", span)}
        GROUP BY meter, epoch_us(slot) // {HOUR} ORDER BY meter
    """  # noqa: S608 - numbers and names of columns that are there
    table = _columns(query)
    values = np.stack([table[name] for name in names], axis=1)
    return names, {key: values[rows] for key, rows in _by_meter(table["meter"].astype("int64"))}


def _by_meter(meter: Array) -> Iterator[tuple[int, slice]]:
    """Keys, ascending, and the rows of each."""
    edges = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1], True]) if len(meter) else np.zeros(1, "int64")
    return ((int(meter[low]), slice(low, high)) for low, high in pairwise(edges.tolist()))


def _columns(query: str) -> dict[str, Array]:
    with duck.session() as connection, duck.lake_errors():
        columns = connection.execute(query).fetchnumpy()
    return {name: np.ma.filled(np.ma.asarray(column, "float64"), np.nan) for name, column in columns.items()}


def _between(column: str, span: Span) -> str:
    terms = [f" AND {column} {sign} make_timestamptz({bound})"
             for bound, sign in zip(span, (">=", "<"), strict=True) if bound is not None]  # fmt: skip
    return "".join(terms)
