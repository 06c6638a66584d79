"""The plant's own data at one minute: size on disk, interval build, and the dashboard's questions.

Usage: python -m benchmarks.year [--days 365] [--postgres-days 10]
`make bench` takes 30 days; a year of 92 meters is 48 M readings.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
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
from energy_workbench.lake.build_state import FILE
from energy_workbench.lake.intervals import build
from energy_workbench.lake.wide import normalise

QUANTITIES = (
    "voltage_l1_n", "voltage_l2_n", "voltage_l3_n", "current_l1", "current_l2", "current_l3", "active_power_total",
    "reactive_power_total", "power_factor_total", "frequency", "energy_active_import", "energy_reactive_import",
)  # fmt: skip
START = datetime(2025, 1, 6, tzinfo=UTC)
BATCH_DAYS = 10
BY_HAND = """
SELECT meter, epoch_us(slot) // 900000000 AS interval,
    arg_max(energy_active_import, slot) - arg_min(energy_active_import, slot) AS import_kwh,
    arg_max(energy_reactive_import, slot) - arg_min(energy_reactive_import, slot) AS reactive_kvarh,
    count(*) AS readings
FROM read_parquet($1) GROUP BY ALL ORDER BY ALL"""
"""What a quick script would do: no energy between intervals, no gap, no reset, no ratio, nothing stored."""


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
    if found := postgres(next(days(min(postgres_days, BATCH_DAYS)))):
        print(f"PostgreSQL + index: {found:6.1f} bytes a reading; ratio {own / found:.2f}")


def postgres(table: pa.Table) -> float | None:
    """Bytes a reading of a table with primary key (meter, ts); None where no PostgreSQL is installed."""
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
            return found[0] / table.num_rows if found else None
    except NotInstalledError as error:
        print(f"PostgreSQL:         not measured: {error}")
        return None


def intervals(lake: Lake, rows: int) -> None:
    """Readings a second of a full build, against the query by hand over the same files."""
    best = by_hand = float("inf")
    files = [file.path for file in lake.readings.snapshot().files]
    for _ in range(2):
        (lake.path / FILE).unlink(missing_ok=True)
        begun = time.perf_counter()
        build(lake, [])
        best = min(best, time.perf_counter() - begun)
        begun = time.perf_counter()
        duckdb.execute(BY_HAND, [files]).fetchnumpy()
        by_hand = min(by_hand, time.perf_counter() - begun)
    print(f"interval build:     {rows / best / 1e6:6.2f} M readings/s ({best:.1f} s for {rows / 1e6:.1f} M)")
    print(f"one query by hand:  {rows / by_hand / 1e6:6.2f} M readings/s; ratio {by_hand / best:.2f}")


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
        for table in days(count):
            rows += lake.append(table).added
            wide = normalise(table)
            writer = writer or pq.ParquetWriter(plain, wide.schema)
            writer.write_table(wide.select(writer.schema.names).cast(writer.schema))
        assert writer is not None
        writer.close()
        lake.maintain(START + timedelta(days=count + 2))
        print(f"{rows / 1e6:.1f} M readings of 92 meters, {count} days at one minute")
        sizes(lake, plain, rows, postgres_days)
        intervals(lake, rows)
        questions(lake, count)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--postgres-days", type=int, default=10)
    given = parser.parse_args()
    main(given.days, given.postgres_days)
