"""What of incoming readings is new: the same value again is ignored, a different one refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from energy_workbench.core.clock import to_micros
from energy_workbench.lake import duck, wide
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.reading import MAX_OFFSET_MS, Refused

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.snapshot import Snapshot

SHOWN = 1000
"""Most refusals that are told one by one."""

_TS = "epoch_us(slot) + offset_ms::BIGINT * 1000"


def novel(table: pa.Table, stored: Snapshot) -> tuple[pa.Table, list[Refused]]:
    """The part of sorted incoming readings that is not stored yet, and what contradicts.

    Only days that are touched are looked at, and of those only files whose range of time and meters
    overlaps: live polling, always newer than the lake, reads none.
    """
    table, refused = _merge_repeated(table)
    if not len(table):
        return table, refused
    import pyarrow as pa

    slots = table["slot"].cast(pa.int64()).to_numpy()
    days = slots // wide.DAY_US
    parts: list[pa.Table] = []
    # Day by day, so that a year's import needs a day's memory.
    for day in sorted(set(days.tolist())):
        part = table.filter(pa.array(days == day)) if days[0] != days[-1] or days.min() != days.max() else table
        fresh, contradicted = _against_files(part, stored)
        parts.append(fresh)
        refused += contradicted[: SHOWN - len(refused)]
    return wide.ordered(pa.concat_tables(parts)), refused


def _against_files(table: pa.Table, stored: Snapshot) -> tuple[pa.Table, list[Refused]]:
    import pyarrow.compute as pc

    _meter, ts = wide.keys(table)
    slack = MAX_OFFSET_MS * 1000
    low, high = int(ts.min()), int(ts.max())
    bounds = pc.min_max(table["meter"]).as_py()
    files = stored.select(low, high + 1, (bounds["min"], bounds["max"]))
    quantities = [name for name in table.column_names if name not in KEYS]
    known = [name for name in quantities if name in stored.columns]
    if not files:
        return table, []
    connection = duck.cursor()
    connection.register("given", table)
    connection.register("typed", wide.schema(known).empty_table())
    relation = f"(SELECT * FROM typed UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
    # A reading may be stored in parts, hence the aggregate.
    values = "".join(f", any_value({duck.name(q)}) AS {duck.name(q)}" for q in known)
    connection.execute(
        f"""CREATE TEMP TABLE kept AS SELECT meter, {_TS} AS ts{values} FROM {relation}
        WHERE meter BETWEEN {bounds["min"]} AND {bounds["max"]}
          AND slot BETWEEN make_timestamptz({low - slack}) AND make_timestamptz({high + slack})
        GROUP BY 1, 2"""  # noqa: S608 - numbers and quoted names
    )
    fresh = ", ".join(
        f"CASE WHEN k.{q} IS NULL THEN g.{q} END AS {q}" if name in known else f"g.{q} AS {q}"
        for name in quantities
        for q in [duck.name(name)]
    )
    some = " OR ".join(
        f"(g.{q} IS NOT NULL AND k.{q} IS NULL)" if name in known else f"g.{q} IS NOT NULL"
        for name in quantities
        for q in [duck.name(name)]
    )
    joined = f"(SELECT *, {_TS} AS ts FROM given) g LEFT JOIN kept k ON g.meter = k.meter AND g.ts = k.ts"  # noqa: S608
    result = connection.sql(
        f"""SELECT g.meter, g.slot, g.offset_ms, {fresh} FROM {joined}
        WHERE k.meter IS NULL OR {some} ORDER BY g.meter, g.ts"""  # noqa: S608 - quoted names
    ).to_arrow_table()
    refused: list[Refused] = []
    for name in known:
        if len(refused) >= SHOWN:
            break
        q = duck.name(name)
        rows = connection.execute(
            f"SELECT g.meter, g.ts, k.{q}, g.{q} FROM {joined} WHERE k.{q} <> g.{q} LIMIT {SHOWN}"  # noqa: S608
        ).fetchall()
        refused += [Refused(m, t, name, kept, given) for m, t, kept, given in rows]
    connection.close()
    return result.cast(table.schema), refused


def _merge_repeated(table: pa.Table) -> tuple[pa.Table, list[Refused]]:
    """One row for each meter and instant: the first value of each quantity stays."""
    import numpy as np
    import pyarrow as pa

    meter, ts = wide.keys(table)
    again = np.zeros(len(table), bool)
    again[1:] = (meter[1:] == meter[:-1]) & (ts[1:] == ts[:-1])
    if not again.any():
        return table, []
    involved = again.copy()
    involved[:-1] |= again[1:]
    rows: dict[tuple[int, int], dict[str, Any]] = {}
    refused: list[Refused] = []
    for row in table.filter(pa.array(involved)).to_pylist():
        instant = to_micros(row["slot"]) + row["offset_ms"] * 1000
        first = rows.setdefault((row["meter"], instant), row)
        for name, value in row.items():
            if name in KEYS or value is None or first[name] == value:
                continue
            if first[name] is None:
                first[name] = value
            else:
                refused.append(Refused(row["meter"], instant, name, first[name], value))
    merged = pa.Table.from_pylist(list(rows.values()), table.schema)
    return wide.ordered(pa.concat_tables([table.filter(pa.array(~involved)), merged])), refused
