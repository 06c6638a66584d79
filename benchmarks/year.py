"""The plant's own data at one minute: size on disk, interval build, and the dashboard's questions.

Usage: python -m benchmarks.year [--days 365] [--postgres-days 10]
`make bench` takes 30 days; a year of 92 meters is 48 M readings. The build is compared with two queries by hand over
the same files, a short one and one that gives the same energies and completeness, and with PostgreSQL doing the latter
from an indexed table. What one dirty day costs is told of the first 30 days of history and of all of it.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from collector.plant import history
from collector.plant.model import Plant
from collector.plant.tree import build as build_tree
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.arrow_readings import normalise
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage.build_state import FILE

QUANTITIES = (
    "voltage_l1_n", "voltage_l2_n", "voltage_l3_n", "current_l1", "current_l2", "current_l3", "active_power_total",
    "reactive_power_total", "power_factor_total", "frequency", "energy_active_import", "energy_reactive_import",
)  # fmt: skip
START = datetime(2025, 1, 6, tzinfo=UTC)
BATCH_DAYS, SHORT_DAYS = 10, 30
BY_HAND = """
SELECT meter, epoch_us(slot) // 900000000 AS interval,
    arg_max(energy_active_import, slot) - arg_min(energy_active_import, slot) AS import_kwh,
    arg_max(energy_reactive_import, slot) - arg_min(energy_reactive_import, slot) AS reactive_kvarh,
    count(*) AS readings
FROM read_parquet($1) GROUP BY ALL ORDER BY ALL"""
"""What a quick script would do: no energy between intervals, no gap, no reset, no ratio, nothing stored."""
SAME = """
WITH pairs AS (
    SELECT meter, lag(ts) OVER w AS t0, ts AS t1, active - lag(active) OVER w AS active,
        reactive - lag(reactive) OVER w AS reactive
    FROM (SELECT meter, {ts} AS ts, energy_active_import AS active, energy_reactive_import AS reactive FROM {source}) r
    WINDOW w AS (PARTITION BY meter ORDER BY ts)),
pieces AS (
    SELECT meter, t0 // 900000000 AS interval, active, reactive, t1 - t0 AS covered, t1 - t0 AS span
    FROM pairs WHERE t0 // 900000000 = (t1 - 1) // 900000000
    UNION ALL
    SELECT meter, interval, active * part / (t1 - t0), reactive * part / (t1 - t0), part, t1 - t0 FROM (
        SELECT *, least(t1, (interval + 1) * 900000000) - greatest(t0, interval * 900000000) AS part FROM (
            SELECT *, {unnest} AS interval FROM pairs WHERE t0 // 900000000 <> (t1 - 1) // 900000000) cut) parts)
SELECT meter, interval, sum(active) AS energy_import_kwh, sum(reactive) AS energy_reactive_kvarh,
    sum(CASE WHEN span <= 180000000 THEN covered END) / 900000000.0 AS completeness
FROM pieces GROUP BY meter, interval ORDER BY meter, interval"""
"""Counters interpolated to the edges of intervals, gaps spread and told: the same energies; no reset, no ratio."""


def days(count: int) -> Iterator[pa.Table]:
    """Readings of the plant, a table a batch of days."""
    plant = Plant(build_tree(), seed=7, origin=START, zone=ZoneInfo("UTC"))
    keys = pa.array([meter.number for meter in plant.meters])
    batch: list[pa.Table] = []
    for table in history.tables(plant, START, START + timedelta(days=count), 1):
        kept = [name for name in QUANTITIES if name in table.column_names]
        meter = pc.add(pc.index_in(table["meter_number"], keys), 1)
        batch.append(table.select(["slot", *kept]).add_column(0, "meter", meter.cast(pa.int32())))
        if len(batch) == BATCH_DAYS:
            yield pa.concat_tables(batch, promote_options="default")
            batch = []
    if batch:
        yield pa.concat_tables(batch, promote_options="default")


def sizes(lake: Lake, plain: Path, rows: int, postgres_days: int) -> None:
    """Bytes a reading: the lake, Parquet with pyarrow's defaults, PostgreSQL with its index."""
    own = sum(file.size for file in lake.readings.snapshot().files) / rows
    default = plain.stat().st_size / rows
    print(f"lake, compacted:    {own:6.1f} bytes a reading of {len(QUANTITIES)} quantities")
    print(f"snappy, defaults:   {default:6.1f} bytes a reading; ratio {own / default:.2f}")
    first = next(days(min(postgres_days, BATCH_DAYS)))
    with tempfile.TemporaryDirectory() as folder:
        part = Lake(Path(folder) / "lake")
        part.append(first)
        ours = min(built(part) for _ in range(2))
    if found := in_postgres(first, ours):
        print(f"PostgreSQL + index: {found:6.1f} bytes a reading; ratio {own / found:.2f}")


def in_postgres(table: pa.Table, ours: float) -> float | None:
    """Bytes a reading of a table with primary key (meter, ts); None where no PostgreSQL is installed.

    Prints also what it takes to make intervals from it, beside `ours` [s].
    """
    import psycopg

    from tests.registry.postgres import NotInstalledError, cluster

    columns = [name for name in table.column_names if name not in ("meter", "slot")]
    kinds = ", ".join(f"{name} {'double precision' if name.startswith('energy') else 'real'}" for name in columns)
    names = ", ".join(["meter", "ts", *columns])
    try:
        with cluster() as url, psycopg.connect(url.format(name="postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE TABLE readings (meter int, ts timestamptz, {kinds}, PRIMARY KEY (meter, ts))")
            with connection.cursor().copy(f"COPY readings ({names}) FROM STDIN") as copy:
                for batch in table.to_batches(10_000):
                    for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                        copy.write_row(row)
            connection.execute("VACUUM ANALYZE readings")
            found = connection.execute("SELECT pg_total_relation_size('readings')").fetchone()
            query = SAME.format(
                ts="(extract(epoch FROM ts) * 1000000)::bigint",
                source="readings",
                unnest="generate_series(t0 // 900000000, (t1 - 1) // 900000000)",
            ).replace("//", "/")  # whole numbers are divided to whole numbers
            # As stored there: into a table with its index.
            took = _seconds(
                lambda: connection.execute(
                    f"DROP TABLE IF EXISTS intervals; CREATE TABLE intervals AS {query};"
                    "ALTER TABLE intervals ADD PRIMARY KEY (meter, interval)"
                )
            )
            print(
                f"PostgreSQL, same energies from an indexed table of {len(table) / 1e6:.2f} M: {took:.1f} s; ours "
                f"{ours:.2f} s, ratio {ours / took:.2f}"
            )
            return found[0] / table.num_rows if found else None
    except NotInstalledError as error:
        print(f"PostgreSQL:         not measured: {error}")
        return None


def built(lake: Lake) -> float:
    """What a full build takes [s]."""
    (lake.path / FILE).unlink(missing_ok=True)
    return _seconds(lambda: build(lake, []), 1)


def intervals(lake: Lake, rows: int) -> None:
    """Readings a second of a full build, against queries by hand over the same files."""
    files = [file.path for file in lake.readings.snapshot().files]
    same = SAME.format(
        ts="epoch_us(slot) + offset_ms * 1000",
        source=f"read_parquet({files})",
        unnest="unnest(range(t0 // 900000000, (t1 - 1) // 900000000 + 1))",
    )
    with tempfile.TemporaryDirectory() as folder:
        target = f"COPY ({same}) TO '{folder}/same.parquet' (COMPRESSION zstd)"
        best = min(built(lake) for _ in range(2))
        short = _seconds(lambda: duckdb.execute(BY_HAND, [files]).fetchnumpy())
        long = _seconds(lambda: duckdb.execute(target), 2)
        wrong = duckdb.execute(
            f"""SELECT count(*) FILTER (abs(a.energy_import_kwh - b.energy_import_kwh) > 1e-6), count(*)
            FROM read_parquet({[file.path for file in lake.intervals.snapshot().files]}, union_by_name=true) a
            FULL JOIN '{folder}/same.parquet' b ON a.meter = b.meter AND epoch_us(a.start) // 900000000 = b.interval"""
        ).fetchone()
    print(f"interval build:     {rows / best / 1e6:6.2f} M readings/s ({best:.1f} s for {rows / 1e6:.1f} M)")
    for name, took in (("by hand, the same: ", long), ("by hand, short:    ", short)):
        print(f"{name} {rows / took / 1e6:6.2f} M readings/s ({took:.1f} s); ours takes {best / took:.2f} of it")
    print(f"                    {wrong[0]} of {wrong[1]:,} energies differ" if wrong else "")


def dirty_day(lake: Lake, count: int) -> None:
    """Milliseconds that a day's late readings of one meter cost, in the middle of the history."""
    build(lake, [])
    day = START + timedelta(days=count // 2)
    times = []
    for meter in (7, 8, 9):
        table = Reader(lake).readings(meter, day, day + timedelta(days=1), ["energy_active_import"])
        shows = table["energy_active_import"].to_numpy()
        slots = table["ts"].cast(pa.int64()).to_numpy()
        # Between each two, half way: the same energy.
        late = pa.table(
            {
                "meter": pa.array([meter] * (len(slots) - 1), pa.int32()),
                "slot": pa.array((slots[1:] + slots[:-1]) // 2).cast(pa.timestamp("us", "UTC")),
                "energy_active_import": (shows[1:] + shows[:-1]) / 2,
            }
        )
        lake.append(late)
        begun = time.perf_counter()
        result = build(lake, [])
        times.append(1000 * (time.perf_counter() - begun))
    print(f"one dirty day of one meter, {count} days of history: {min(times):.0f} ms ({result.rows} intervals)")


def _seconds(work: Callable[[], object], rounds: int = 2) -> float:
    """The best of some rounds [s]."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


def questions(lake: Lake, count: int) -> None:
    """Milliseconds of what the pages ask."""
    reader, end = Reader(lake), START + timedelta(days=count)
    week = [end - timedelta(hours=hour) for hour in range(168, -1, -1)]
    month = [end - timedelta(days=day) for day in range(30, -1, -1)]
    asked = {
        "all meters, today": lambda: reader.energy(None, [end - timedelta(days=1), end]),
        "one meter, 7 days by hour": lambda: reader.energy([7], week),
        "all meters, 7 days by hour": lambda: reader.energy(None, week),
        "all meters, 30 days by day": lambda: reader.energy(None, month),
        "one meter, a week of intervals": lambda: reader.intervals([7], end - timedelta(days=7), end),
        "one meter, a week of raw readings": lambda: reader.readings(
            7, end - timedelta(days=7), end, ["active_power_total"]
        ),
        "one meter, newest 100 readings": lambda: reader.readings(7, limit=100, newest=True),
        "latest reading of all meters": reader.latest,
    }
    for name, ask in asked.items():
        times = []
        for _ in range(9):
            begun = time.perf_counter()
            ask()
            times.append((time.perf_counter() - begun) * 1000)
        print(f"{name:34} {sorted(times)[4]:7.1f} ms (best {min(times):.1f})")


def main(count: int = 30, postgres_days: int = 10) -> None:
    """Print every figure."""
    with tempfile.TemporaryDirectory() as folder:
        lake, plain, writer, rows = Lake(Path(folder) / "lake"), Path(folder) / "plain.parquet", None, 0
        for batch, table in enumerate(days(count), start=1):
            rows += lake.append(table).added
            wide = normalise(table)
            writer = writer or pq.ParquetWriter(plain, wide.schema)
            writer.write_table(wide.select(writer.schema.names).cast(writer.schema))
            if batch * BATCH_DAYS == SHORT_DAYS < count:
                maintain(lake, START + timedelta(days=SHORT_DAYS + 2))
                dirty_day(lake, SHORT_DAYS)
        assert writer is not None
        writer.close()
        maintain(lake, START + timedelta(days=count + 2))
        print(f"{rows / 1e6:.1f} M readings of 92 meters, {count} days at one minute")
        sizes(lake, plain, rows, postgres_days)
        intervals(lake, rows)
        dirty_day(lake, count)
        questions(lake, count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--postgres-days", type=int, default=10)
    given = parser.parse_args()
    main(given.days, given.postgres_days)
