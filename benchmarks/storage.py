"""Readings on their way to disk: by spool and commit, by import, and how large they are, beside pyarrow and DuckDB.

Usage: python -m benchmarks.storage [--days 2] [--rows 3000000]
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq

from benchmarks.year import days
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.arrow_readings import normalise
from energy_workbench.lake.imports.importing import Importer
from energy_workbench.lake.maintenance import maintain

ROUNDS = 3
NOW = datetime(2026, 1, 1, tzinfo=UTC)
METERS = 92


def best(work: Callable[[Path], float]) -> float:
    """Least seconds of some rounds, each in a folder of its own."""
    times = []
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            times.append(work(Path(folder)))
    return min(times)


def spooled(table: pa.Table) -> None:
    """Readings a second through spool and commit, a transaction a cycle, beside the bare Parquet."""
    names = [name for name in table.column_names if name not in ("meter", "slot", "offset_ms")]
    given = table.sort_by([("slot", "ascending"), ("meter", "ascending")])
    cycles: dict[int, list[Reading]] = {}
    for row in given.to_pylist():
        slot = to_micros(row["slot"])
        cycles.setdefault(slot, []).append(Reading(row["meter"], slot, 0, {name: row[name] for name in names}))
    stages = [float("inf")] * 2

    def through(folder: Path) -> float:
        spool, lake = Spool(folder / "spool.db"), Lake(folder / "lake")
        begun = time.perf_counter()
        for readings in cycles.values():
            spool.append(readings)
        middle = time.perf_counter()
        lake.commit(spool)
        end = time.perf_counter()
        stages[0], stages[1] = min(stages[0], middle - begun), min(stages[1], end - middle)
        spool.close()
        return end - begun

    def bare(folder: Path) -> float:
        begun = time.perf_counter()
        pq.write_table(given, folder / "plain.parquet", compression="zstd")
        return time.perf_counter() - begun

    own, plain = best(through), best(bare)
    rate = len(table) / own
    print(f"{len(table):,} readings of {len(names)} quantities, a durable transaction a cycle of {METERS} meters")
    print(
        f"spool and commit:      {rate:11,.0f} readings/s (spool {len(table) / stages[0]:,.0f}/s, commit "
        f"{len(table) / stages[1]:,.0f}/s): {rate / METERS:,.0f} cycles/s"
    )
    print(f"pyarrow, the same rows:{len(table) / plain:11,.0f} readings/s; ratio {plain / own:.3f}")


def sizes(batches: list[pa.Table]) -> None:
    """Bytes a reading once compacted, beside Parquet as pyarrow writes it."""
    with tempfile.TemporaryDirectory() as folder:
        lake = Lake(Path(folder) / "lake")
        rows = 0
        for table in batches:
            rows += lake.append(table).added
        maintain(lake, NOW + timedelta(days=2))
        own = sum(file.size for file in lake.readings.snapshot().files)
        plain = 0
        for codec in ("snappy", "zstd"):
            pq.write_table(pa.concat_tables(map(normalise, batches)), Path(folder) / codec, compression=codec)
        plain, zstd = (Path(folder, codec).stat().st_size for codec in ("snappy", "zstd"))
    print(
        f"on disk, compacted:    {own / rows:11.1f} bytes a reading; ratio {own / plain:.2f} to pyarrow's defaults "
        f"({plain / rows:.1f}), {own / zstd:.2f} to its zstd ({zstd / rows:.1f})"
    )


def imported(table: pa.Table, folder: Path, rows: int) -> None:
    """Rows a second of an import, beside DuckDB that only turns the file into Parquet."""
    names = [name for name in table.column_names if name not in ("meter", "slot", "offset_ms")]
    wide = duckdb.sql(f"SELECT 'M-' || meter AS meter, slot AS ts, {', '.join(names)} FROM \"table\" ORDER BY ts, 1")
    text = wide.select(f"meter, strftime(ts, '%Y-%m-%dT%H:%M:%SZ') AS ts, {', '.join(names)}").limit(rows // 6)
    long = duckdb.sql(f"UNPIVOT (SELECT * FROM text) ON {', '.join(names)} INTO NAME quantity VALUE value")
    long = long.select("meter, ts, quantity, value").limit(rows)
    meters: dict[str, int | None] = {f"m-{key}": key for key in range(1, METERS + 1)}
    for kind, relation in (("wide CSV", text), ("long CSV", long)):
        path = folder / f"{kind.split()[0]}.csv"
        arrow_csv.write_csv(relation.to_arrow_table(), path)
        compare(kind, path, meters, f"read_csv('{path}')")
    path = folder / "wide.parquet"
    pq.write_table(wide.limit(rows // 6).to_arrow_table(), path)
    compare("wide Parquet", path, meters, f"read_parquet('{path}')")


def compare(kind: str, path: Path, meters: dict[str, int | None], relation: str) -> None:
    """One file, imported and copied."""
    importer_of = lambda lake: Importer(lake, meters, {}, ZoneInfo("UTC"), NOW)  # noqa: E731
    known = [0, float("inf")]

    def own(folder: Path) -> float:
        lake = Lake(folder / "lake")
        begun = time.perf_counter()
        known[0] = importer_of(lake).take(path, path.name).rows
        end = time.perf_counter()
        importer_of(lake).take(path, path.name)
        known[1] = min(known[1], time.perf_counter() - end)
        return end - begun

    def copied(folder: Path) -> float:
        begun = time.perf_counter()
        duckdb.sql(f"COPY (SELECT * FROM {relation}) TO '{folder / 'copy.parquet'}' (COMPRESSION zstd)")
        return time.perf_counter() - begun

    def sorted_(folder: Path) -> float:
        begun = time.perf_counter()
        duckdb.sql(
            f"COPY (SELECT *, ts::DATE AS day FROM {relation} ORDER BY day, meter, ts) TO '{folder / 'days'}' "
            "(FORMAT parquet, COMPRESSION zstd, PARTITION_BY (day))"
        )
        return time.perf_counter() - begun

    took, copy, days_ = best(own), best(copied), best(sorted_)
    rows = known[0]
    print(
        f"import, {kind + ':':14} {rows / took:11,.0f} rows/s of {rows:,}, again {rows / known[1]:,.0f}/s; DuckDB's "
        f"copy {rows / copy:,.0f}/s, ratio {copy / took:.2f}; its copy sorted by day {rows / days_:,.0f}/s, ratio "
        f"{days_ / took:.2f}"
    )


def main(count: int = 2, rows: int = 3_000_000) -> None:
    """Print every figure."""
    batches = list(days(max(count, 4)))
    table = normalise(pa.concat_tables(batches, promote_options="default"))
    day = table.slice(0, 0)
    import pyarrow.compute as pc

    begin = pc.min(table["slot"]).as_py()
    day = table.filter(pc.less(table["slot"], pa.scalar(begin + timedelta(hours=24), table["slot"].type)))
    spooled(day)
    sizes(batches)
    with tempfile.TemporaryDirectory() as folder:
        imported(table, Path(folder), rows)
    print(f"memory at most:        {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:11,.0f} MB")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=2)
    parser.add_argument("--rows", type=int, default=3_000_000)
    given = parser.parse_args()
    main(given.days, given.rows)
