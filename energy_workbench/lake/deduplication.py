"""Deduplication of incoming readings: values that are stored are ignored, contradicting ones refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.reading import MAX_OFFSET_MS, Refused
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from energy_workbench.lake.storage.snapshot import Snapshot

SHOWN = 1000
"""Most refusals that are told one by one."""

_TS = "epoch_us(slot) + offset_ms::BIGINT * 1000"


def novel(table: pa.Table, stored: Snapshot) -> tuple[pa.Table, list[Refused]]:
    """The part of sorted incoming readings that is not stored yet, and what contradicts.

    Only days that are touched are looked at, and of those only files whose range of time and meters
    overlaps: live polling, always newer than the lake, reads none.
    """
    import pyarrow as pa

    table, refused = merged(table)
    if not len(table):
        return table, refused
    parts: list[pa.Table] = []
    # Day by day, so that a year's import needs a day's memory.
    for _, part in by_day(table):
        fresh, contradicted, _ = against(part, stored)
        parts.append(fresh)
        refused += contradicted[: max(SHOWN - len(refused), 0)]
    return arrow_readings.ordered(pa.concat_tables(parts)), refused


def by_day(table: pa.Table) -> Iterator[tuple[int, pa.Table]]:
    """The rows of each UTC day of the slot, with that day since 1970."""
    import numpy as np
    import pyarrow as pa

    days = table["slot"].cast(pa.int64()).to_numpy() // arrow_readings.DAY_US
    distinct = np.unique(days)
    for day in distinct.tolist():
        yield day, table if len(distinct) == 1 else table.filter(pa.array(days == day))


def span(table: pa.Table) -> tuple[int, int, tuple[int, int]]:
    """First instant and the one behind the last [µs], least and greatest meter: what may hold the same keys."""
    meter, ts = arrow_readings.keys(table)
    return int(ts.min()), int(ts.max()) + 1, (int(meter.min()), int(meter.max()))


def against(table: pa.Table, stored: Snapshot) -> tuple[pa.Table, list[Refused], int]:
    """What of readings of one day is new, what contradicts (the first of it), and how many values do."""
    low, end, (least, greatest) = span(table)
    slack = MAX_OFFSET_MS * 1000
    files = stored.select(low, end, (least, greatest))
    quantities = [name for name in table.column_names if name not in KEYS]
    known = [name for name in quantities if name in stored.columns]
    if not files:
        return table, [], 0
    with duck.session() as connection:
        connection.register("given", table)
        connection.register("typed", arrow_readings.schema(known).empty_table())
        relation = f"(SELECT * FROM typed UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
        # A reading may be stored in parts, hence the aggregate.
        values = "".join(f", any_value({duck.name(q)}) AS {duck.name(q)}" for q in known)
        connection.execute(
            f"""CREATE TEMP TABLE kept AS SELECT meter, {_TS} AS ts, min(slot) AS slot{values} FROM {relation}
            WHERE meter BETWEEN {least} AND {greatest}
              AND slot BETWEEN make_timestamptz({low - slack}) AND make_timestamptz({end + slack})
            GROUP BY meter, ts"""  # noqa: S608 - numbers and quoted names
        )
        joined = f"(SELECT *, {_TS} AS ts FROM given) g LEFT JOIN kept k ON g.meter = k.meter AND g.ts = k.ts"  # noqa: S608
        counts = connection.execute(_counts(quantities, known, joined)).fetchall()[0]
        fresh = table.slice(0, 0)
        if counts[0]:
            fresh = connection.sql(_fresh(quantities, known, joined)).to_arrow_table().cast(table.schema)
        refused = _contradictions(connection, dict(zip(known, counts[1:], strict=True)), joined)
    return fresh, refused, sum(counts[1:])


def _counts(quantities: list[str], known: list[str], joined: str) -> str:
    """SQL of how many readings bring something new, and by quantity how many values contradict."""
    names = [duck.name(name) for name in known]
    differing = "".join(f", count(*) FILTER (k.{name} <> g.{name})" for name in names)
    return f"SELECT count(*) FILTER ({_some(quantities, known)}){differing} FROM {joined}"  # noqa: S608 - quoted names


def _some(quantities: list[str], known: list[str]) -> str:
    """SQL of whether a reading has a value that is not stored."""
    some = ["k.meter IS NULL"]
    for name in quantities:
        q = duck.name(name)
        some.append(f"(g.{q} IS NOT NULL AND k.{q} IS NULL)" if name in known else f"g.{q} IS NOT NULL")
    return " OR ".join(some)


def _fresh(quantities: list[str], known: list[str], joined: str) -> str:
    """SQL of what is not stored; a further part of a reading goes to the slot of the first."""
    values = []
    for name in quantities:
        q = duck.name(name)
        values.append(f"CASE WHEN k.{q} IS NULL THEN g.{q} END AS {q}" if name in known else f"g.{q} AS {q}")
    columns = ", ".join([
        "g.meter", "coalesce(k.slot, g.slot) AS slot",
        "((g.ts - epoch_us(coalesce(k.slot, g.slot))) // 1000)::INTEGER AS offset_ms", *values,
    ])  # fmt: skip
    where = _some(quantities, known)
    return f"SELECT {columns} FROM {joined} WHERE {where} ORDER BY g.meter, g.ts"  # noqa: S608 - quoted names


def _contradictions(connection: duckdb.DuckDBPyConnection, counts: dict[str, int], joined: str) -> list[Refused]:
    """The first values that contradict, of the quantities that have any."""
    refused: list[Refused] = []
    for name, count in counts.items():
        if count and len(refused) < SHOWN:
            q = duck.name(name)
            rows = connection.execute(
                f"""SELECT g.meter, g.ts, k.{q}, g.{q} FROM {joined} WHERE k.{q} <> g.{q}
                ORDER BY g.ts, g.meter LIMIT {SHOWN - len(refused)}"""  # noqa: S608
            ).fetchall()
            refused += [Refused(m, t, name, kept, given) for m, t, kept, given in rows]
    return refused


def merged(table: pa.Table) -> tuple[pa.Table, list[Refused]]:
    """One row for each meter and instant of sorted readings: the first value of each quantity stays."""
    import numpy as np
    import pyarrow as pa

    meter, ts = arrow_readings.keys(table)
    again = np.zeros(len(table), bool)
    again[1:] = (meter[1:] == meter[:-1]) & (ts[1:] == ts[:-1])
    if not again.any():
        return table, []
    # The very same row once more says nothing, and may come by the million.
    copies = again & _repeats(table)
    if copies.any():
        table, again, ts = table.filter(pa.array(~copies)), again[~copies], ts[~copies]
    involved = again.copy()
    involved[:-1] |= again[1:]
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    refused: list[Refused] = []
    doubled = table.filter(pa.array(involved)).to_pylist()
    for row, instant in zip(doubled, ts[involved].tolist(), strict=True):
        first = rows.setdefault((row["meter"], instant), row)
        for name, value in row.items():
            if name in KEYS or value is None or first[name] == value:
                continue
            if first[name] is None:
                first[name] = value
            else:
                refused.append(Refused(row["meter"], instant, name, first[name], value))
    once = pa.Table.from_pylist(list(rows.values()), table.schema)
    return arrow_readings.ordered(pa.concat_tables([table.filter(pa.array(~involved)), once])), refused


def _repeats(table: pa.Table) -> Any:
    """Which rows have the very values of the row before."""
    import numpy as np

    same = np.ones(len(table), bool)
    same[:1] = False
    for name in table.column_names:
        if name not in KEYS:
            column = table[name].to_numpy()
            same[1:] &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    return same
