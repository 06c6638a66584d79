"""Energy, demand, power factor and completeness of buckets of time, summed from intervals in SQL."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from energy_workbench.domain.apparent import SIDES
from energy_workbench.domain.intervals.quality import MEASURED, QUALITIES
from energy_workbench.domain.maxima import least
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import COARSE, WHOLE
from energy_workbench.energy.interval_builder import power_factor
from energy_workbench.energy.metering_period import LONGEST_DEMAND
from energy_workbench.lake.metering import measured

_ENERGIES = ("energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah")

_COLUMNS = ("meter", "bucket", *_ENERGIES, "demand_kw", "power_factor", "quality", "completeness")
_SIDES = (("import", "demand_kw"), ("export", "export_demand_kw"))
_LOADS = ("block_{}_kwh", "{}_blocks", "greatest_{}_kwh", "{}_hours")
"""Of complete intervals, coarse ones too: sum, number and greatest; and the hours that the register spans."""
_PEAKS = (
    "export_demand_kw", *SIDES,
    *(name.format(side) for side, _ in _SIDES for name in _LOADS),
)  # fmt: skip


_BY_ITSELF = f"quality IN {MEASURED} AND completeness >= {WHOLE}"
"""SQL of an interval that was measured by itself, whole."""
_RANK = "CASE quality " + " ".join(f"WHEN '{word}' THEN {rank}" for rank, word in enumerate(QUALITIES)) + " END"


def _spanned(side: str) -> str:
    # A difference of the register that spans a gap is spread over all of it, so an interval that is not measured by
    # itself is spanned as a whole.
    return f"""sum(CASE WHEN energy_{side}_kwh IS NULL THEN 0 WHEN quality IN {MEASURED} THEN completeness::DOUBLE
        ELSE 1 END) / 4"""


def _loads(side: str, demand: str) -> str:
    """SQL of what load factor and mean load are made of, in one pass with the sums."""
    # What an analyst put in an interval's place is a demand too.
    block = f"CASE WHEN ({_BY_ITSELF}) OR {demand} IS NOT NULL THEN energy_{side}_kwh END"
    return f"""sum({block}) AS block_{side}_kwh, count({block}) AS {side}_blocks,
        max({block}) AS greatest_{side}_kwh, {_spanned(side)} AS {side}_hours"""


_PEAK = ", max(export_demand_kw) AS export_demand_kw, " + ", ".join(_loads(*side) for side in _SIDES)


def edge_table(edges: Sequence[int]) -> pa.Table:
    """Buckets with the instant from which each holds [µs since 1970], for buckets of uneven length."""
    return pa.table({"bucket": pa.array(range(len(edges) - 1), pa.int32()), "since": pa.array(edges[:-1], pa.int64())})


def sums_query(
    source: str, where: str, edges: Sequence[int], *, peaks: bool = False, shortest: int | None = None
) -> str:
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
    shortest : int, optional
        Where the relation `grains` has meters whose period is longer than an interval: the shortest time that the
        buckets look at [min].
    """
    if shortest is not None:
        source, where = measured(source, where, shortest), "true"
    relation = bucketed(source, where, edges)
    sums = ", ".join(f"sum({name}) AS {name}" for name in _ENERGIES)
    sides = ", ".join(f"sum({part}) AS {name}" for name, part in SIDES.items())
    if shortest is not None:
        return _of_blocks(relation, sums, sides, shortest, peaks=peaks)
    # Only intervals that are a demand have one.
    return f"""SELECT meter, bucket, {sums}, max(demand_kw) AS demand_kw,
        {sides}, max({_RANK}) AS rank, sum(completeness::DOUBLE) AS intervals{_PEAK if peaks else ""}
        FROM {relation} GROUP BY ALL ORDER BY ALL"""  # noqa: S608 - numbers and fixed names


def bucketed(source: str, where: str, edges: Sequence[int]) -> str:
    """SQL of a relation with `start`, and which bucket that lies in; parameters as of `sums_query`."""
    steps = {end - start for start, end in itertools.pairwise(edges)}
    if len(steps) == 1:
        number = f"((epoch_us(start) - {edges[0]}) // {steps.pop()})::INTEGER"
        return f"(SELECT *, {number} AS bucket FROM {source} WHERE {where})"  # noqa: S608 - numbers and fixed names
    return f"""(SELECT i.*, b.bucket FROM (SELECT * FROM {source} WHERE {where}) i
        ASOF JOIN buckets b ON epoch_us(i.start) >= b.since)"""  # noqa: S608 - numbers and fixed names


def together(relation: str, *, peaks: bool = False) -> str:
    """SQL of the sums over each meter and bucket, from sums of parts of them as `sums_query` has them."""
    added = [*_ENERGIES, *SIDES, "intervals"]
    greatest = ["demand_kw", "rank"]
    counted = list[str]()
    if peaks:
        greatest += ["export_demand_kw", *(f"greatest_{side}_kwh" for side, _ in _SIDES)]
        added += [name.format(side) for side, _ in _SIDES for name in ("block_{}_kwh", "{}_hours")]
        counted = [f"sum({side}_blocks)::BIGINT AS {side}_blocks" for side, _ in _SIDES]
    parts = [*(f"sum({name}) AS {name}" for name in added), *(f"max({name}) AS {name}" for name in greatest), *counted]
    return f"SELECT meter, bucket, {', '.join(parts)} FROM {relation} GROUP BY meter, bucket"  # noqa: S608


def blocks_query(relation: str, shortest: int, keys: str = "meter") -> str:
    """SQL of the blocks of `measured` intervals, each as long as its meter's period where that can be a demand.

    Parameters
    ----------
    relation : str
        Of `measured`.
    shortest : int
        As there.
    keys : str
        What else blocks are told apart by.

    Returns
    -------
    str
        `start`, `quarters` (intervals of the block that there are), `size` (that there should be), `rank`,
        `intervals`, the energies and sides as sums; `known`, whether all of it was measured, `demand_kw` and
        `export_demand_kw`, and of import and export the hours that the register spans.
    """
    size = f"(CASE WHEN period <= {min(int(shortest), LONGEST_DEMAND)} THEN period ELSE 15 END)"
    into = f"(epoch_us(start) - coalesce(since, 0)) % ({size} * 60000000::BIGINT)"
    sums = ", ".join(f"sum({name}) AS {name}" for name in _ENERGIES)
    sides = ", ".join(f"sum({part}) AS {name}" for name, part in SIDES.items())
    hours = ", ".join(f"{_spanned(side)} AS {side}_hours" for side, _ in _SIDES)
    step = "coalesce(max(step_kwh), 0)"
    known = f"(bool_and({_BY_ITSELF}) AND count(*) = {size} // 15)"

    def demand(column: str, side: str) -> str:
        energy = f"sum(energy_{side}_kwh)"
        fine = f"{known} AND {step} <= {COARSE} * {energy} AND {energy} IS NOT NULL"
        return f"CASE WHEN {size} = 15 THEN max({column}) WHEN {fine} THEN {energy} * 60 / {size} END AS {column}"

    demands = ", ".join(demand(column, side) for side, column in _SIDES)
    return f"""SELECT {keys}, epoch_us(start) - {into} AS start, {size} // 15 AS size, count(*) AS quarters,
        max({_RANK}) AS rank, sum(completeness::DOUBLE) AS intervals, {known} AS known, {sums}, {sides}, {demands},
        {hours} FROM {relation} GROUP BY {keys}, epoch_us(start) - {into}, {size}"""  # noqa: S608 - fixed names


def _of_blocks(relation: str, sums: str, sides: str, shortest: int, *, peaks: bool) -> str:
    """The sums where some meters' blocks are longer than an interval: a demand is that of a block."""
    sides = ", ".join(f"sum({name}) AS {name}" for name in SIDES)
    loads = ""
    if peaks:
        loads = ", max(export_demand_kw) AS export_demand_kw"
        for side, demand in _SIDES:
            block = f"CASE WHEN known OR {demand} IS NOT NULL THEN energy_{side}_kwh END"
            # In intervals, so that blocks of a month with another period count by their length.
            loads += f""", sum({block}) AS block_{side}_kwh, sum(CASE WHEN {block} IS NULL THEN 0 ELSE size END)::BIGINT
                AS {side}_blocks, max({block} / size) AS greatest_{side}_kwh, sum({side}_hours) AS {side}_hours"""
    return f"""SELECT meter, bucket, {sums}, max(demand_kw) AS demand_kw, {sides}, max(rank) AS rank,
        sum(intervals) AS intervals{loads}
        FROM ({blocks_query(relation, shortest, "meter, bucket")}) GROUP BY ALL ORDER BY ALL"""  # noqa: S608


def first_query(source: str, where: str, column: str, peaks: Mapping[int, float], shortest: int | None = None) -> str:
    """SQL of when a column first had its peak, by meter [µs since 1970]; see `domain.maxima` for what is as great.

    A query of its own: with each sum it would cost as much again as all the sums.

    Parameters
    ----------
    source, where, shortest
        As of `sums_query`.
    column : str
    peaks : mapping of int to float
        By key of the meter.
    """
    rows = ", ".join(f"({int(key)}, {least(peak)!r}::DOUBLE)" for key, peak in peaks.items())
    relation = f"(SELECT meter, epoch_us(start) AS start, {column} FROM {source} WHERE {where})"  # noqa: S608
    if shortest is not None:
        relation = f"({blocks_query(measured(source, where, shortest), shortest)})"
    return f"""SELECT meter, min(start) AS at FROM {relation}
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
    words = pa.DictionaryArray.from_arrays(sums["rank"].combine_chunks().cast(pa.int8()), pa.array(QUALITIES))
    sums = sums.append_column("quality", words.cast(pa.string()))
    sums = sums.append_column("power_factor", pa.array(factor, from_pandas=True))
    sums = sums.append_column("completeness", pa.array(known.astype("float32")))
    return sums.select([*_COLUMNS, *(_PEAKS if "export_demand_kw" in sums.column_names else ())])
