"""Energy, demand, power factor and completeness of buckets of time, summed from intervals in SQL."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from energy_workbench.domain.apparent import SIDES
from energy_workbench.domain.maxima import least
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.interval_builder import power_factor

_ENERGIES = ("energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah")

_COLUMNS = ("meter", "bucket", *_ENERGIES, "demand_kw", "power_factor", "quality", "completeness")
_SIDES = (("import", "demand_kw"), ("export", "export_demand_kw"))
_LOADS = ("block_{}_kwh", "{}_blocks", "greatest_{}_kwh", "{}_hours")
"""Of complete intervals, coarse ones too: sum, number and greatest; and the hours that the register spans."""
_PEAKS = (
    "export_demand_kw", *SIDES,
    *(name.format(side) for side, _ in _SIDES for name in _LOADS),
)  # fmt: skip


def _loads(side: str, demand: str) -> str:
    """SQL of what load factor and mean load are made of, in one pass with the sums."""
    energy = f"energy_{side}_kwh"
    # What an analyst put in an interval's place is a demand too. A difference of the register that spans a gap is
    # spread over all of it, so an interval that is not measured by itself is spanned as a whole.
    block = f"CASE WHEN (quality = 'actual' AND completeness >= {WHOLE}) OR {demand} IS NOT NULL THEN {energy} END"
    spanned = f"CASE WHEN {energy} IS NULL THEN 0 WHEN quality = 'actual' THEN completeness::DOUBLE ELSE 1 END"
    return f"""sum({block}) AS block_{side}_kwh, count({block}) AS {side}_blocks,
        max({block}) AS greatest_{side}_kwh, sum({spanned}) / 4 AS {side}_hours"""


_PEAK = ", max(export_demand_kw) AS export_demand_kw, " + ", ".join(_loads(*side) for side in _SIDES)


def edge_table(edges: Sequence[int]) -> pa.Table:
    """Buckets with the instant from which each holds [µs since 1970], for buckets of uneven length."""
    return pa.table({"bucket": pa.array(range(len(edges) - 1), pa.int32()), "since": pa.array(edges[:-1], pa.int64())})


def sums_query(source: str, where: str, edges: Sequence[int], *, peaks: bool = False) -> str:
    """SQL of the sums over each meter and bucket.

    Parameters
    ----------
    source : str
        SQL of intervals.
    where : str
        The condition that picks meters and span.
    edges : sequence of int
        Ascending [µs since 1970]. Even buckets are counted by integer arithmetic; local days and months
        around a clock change are not even, and are looked up in the relation `buckets`.
    peaks : bool
        Also the greatest demand of export, and what load factor and mean load are made of.
    """
    steps = {end - start for start, end in itertools.pairwise(edges)}
    if len(steps) == 1:
        number = f"((epoch_us(start) - {edges[0]}) // {steps.pop()})::INTEGER"
        relation = f"(SELECT *, {number} AS bucket FROM {source} WHERE {where})"  # noqa: S608 - numbers and fixed names
    else:
        relation = f"""(SELECT i.*, b.bucket FROM (SELECT * FROM {source} WHERE {where}) i
            ASOF JOIN buckets b ON epoch_us(i.start) >= b.since)"""  # noqa: S608 - numbers and fixed names
    sums = ", ".join(f"sum({name}) AS {name}" for name in _ENERGIES)
    sides = ", ".join(f"sum({part}) AS {name}" for name, part in SIDES.items())
    # Only intervals that are a demand have one. From best to worst, the words of quality are in the
    # order of the alphabet: actual, edited, estimated, missing.
    return f"""SELECT meter, bucket, {sums}, max(demand_kw) AS demand_kw,
        {sides}, max(quality) AS quality, sum(completeness::DOUBLE) AS intervals{_PEAK if peaks else ""}
        FROM {relation} GROUP BY ALL ORDER BY ALL"""  # noqa: S608 - numbers and fixed names


def first_query(source: str, where: str, column: str, peaks: Mapping[int, float]) -> str:
    """SQL of when a column first had its peak, by meter [µs since 1970]; see `domain.maxima` for what is as great.

    A query of its own: with each sum it would cost as much again as all the sums.

    Parameters
    ----------
    source, where : str
        As of `sums_query`.
    column : str
    peaks : mapping of int to float
        By key of the meter.
    """
    rows = ", ".join(f"({int(key)}, {least(peak)!r}::DOUBLE)" for key, peak in peaks.items())
    return f"""SELECT meter, epoch_us(min(start)) AS at FROM (SELECT meter, start, {column} FROM {source} WHERE {where})
        JOIN (VALUES {rows}) AS peaks (meter, least) USING (meter) WHERE {column} >= least GROUP BY meter"""  # noqa: S608


def finished(sums: pa.Table, edges: Sequence[int], now: int | None) -> pa.Table:
    """The answer from the sums: power factor, and which share of each bucket is known.

    Parameters
    ----------
    now : int, optional
        Where a running bucket is cut when its completeness is told [µs since 1970].
    """
    begin, end = np.asarray(edges[:-1]), np.asarray(edges[1:])
    if now is not None:
        end = np.clip(end, None, np.maximum(now, begin))
    length = np.maximum(end - begin, 1)[sums["bucket"].to_numpy()] if len(sums) else np.empty(0)
    known = np.minimum(sums["intervals"].to_numpy() * QUARTER / length, 1.0)
    active, apparent = (sums[name].to_numpy() for name in SIDES)
    factor = power_factor(active, np.full_like(active, np.nan), apparent)
    sums = sums.append_column("power_factor", pa.array(factor, from_pandas=True))
    sums = sums.append_column("completeness", pa.array(known.astype("float32")))
    return sums.select([*_COLUMNS, *(_PEAKS if "export_demand_kw" in sums.column_names else ())])
