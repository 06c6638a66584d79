"""Each analysis of a month and of a year, beside DuckDB by hand over the same interval table; at 92 and 1,000 meters.

Usage: python -m benchmarks analyses
   or: python -m benchmarks.analyses [--meters 92,1000] [--months 12]

The queries by hand give the same numbers (checked) from the same files; ours give them as the façade's answers: with
their completeness, verdicts and texts, as rows in the site's time. Answers that are kept are forgotten between rounds,
the configuration is not. Ratios are of the processor's time, which other programs on the machine hardly change.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from energy_workbench.domain.time.clock import FIXED_NOW, to_micros
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake import Lake
from energy_workbench.registry import Registry, StateStore
from energy_workbench.registry.meter_files.import_plan import MeterRow
from energy_workbench.registry.meter_files.meter_file import apply_import, plan_import
from energy_workbench.runtime import settings as settings_room
from energy_workbench.services.cache import Cache
from energy_workbench.services.workbench import Workbench

ZONE, OFFSET = "Asia/Kolkata", 19_800_000_000
"""A zone without clock changes, so that the queries by hand may add its offset [µs]."""
START = datetime(2024, 12, 31, 18, 30, tzinfo=UTC)
QUARTER, DAY = 900_000_000, 86_400_000_000
UNIT_MACHINES = 8
ROUNDS = 7
GOAL = 1.5
SIDES = {"producer": (1, -1), "consumer": (-1, 0), "bidirectional": (-1, 1)}
"""What a child's import and export add to its parent: +1 is supply, -1 demand."""


def plant(count: int) -> list[dict[str, Any]]:
    """Grid, main, generator, solar; units below main with eight machines each."""
    rows = [
        {"number": "GRID", "name": "Grid", "type": "grid"},
        {"number": "MAIN", "name": "Main", "type": "main", "parent": "GRID"},
        {"number": "DG", "name": "Generator", "type": "generator", "parent": "MAIN", "rated_kw": "2000"},
        {"number": "SOLAR", "name": "Solar", "type": "solar", "parent": "MAIN"},
    ]
    unit = 0
    while len(rows) < count:
        unit += 1
        rows.append({"number": f"U{unit}", "name": f"Unit {unit}", "type": "unit", "parent": "MAIN"})
        for machine in range(min(UNIT_MACHINES, count - len(rows))):
            name = f"U{unit}-M{machine + 1}"
            rows.append({"number": name, "name": name, "type": "machine", "parent": f"U{unit}"})
    return rows


def months(count: int) -> list[datetime]:
    """Edges of the UTC months of some months of the site."""
    firsts = [datetime(2025 + month // 12, month % 12 + 1, 1, tzinfo=UTC) for month in range(count + 1)]
    return [START, *firsts[:-1], firsts[-1] - timedelta(microseconds=OFFSET)]


def fill(lake: Lake, meters: list[Any], count: int) -> int:
    """Intervals of all meters, month by month: how many."""
    luck, rows = np.random.default_rng(3), 0
    below: dict[int | None, list[int]] = {}
    places = {meter.key: place for place, meter in enumerate(meters)}
    for meter in meters:
        below.setdefault(places.get(meter.parent), []).append(places[meter.key])
    numbers = {meter.number: places[meter.key] for meter in meters}
    for low, high in pairwise(months(count)):
        starts = np.arange(to_micros(low), to_micros(high), QUARTER)
        hour = (starts + OFFSET) % DAY / 3.6e9
        shape = 5 + 15 * np.exp(-(((hour - 14) / 4) ** 2))
        kwh = (shape * luck.lognormal(0, 0.3, (len(meters), len(starts)))).round(3)
        exported = np.zeros_like(kwh)
        for place in range(len(meters) - 1, -1, -1):
            if place > numbers["SOLAR"] and place in below:
                kwh[place] = kwh[below[place]].sum(axis=0) * 1.01
        units = kwh[[place for place in below[numbers["MAIN"]] if place > numbers["SOLAR"]]].sum(axis=0)
        kwh[numbers["SOLAR"]] = units * 1.1 * np.clip(np.sin((hour - 6) / 12 * np.pi), 0, 1)
        kwh[numbers["DG"]] = units * 0.3 * ((hour >= 18) & (hour < 20))
        net = units * 1.02 - kwh[numbers["SOLAR"]] - kwh[numbers["DG"]]
        for number, factor in (("MAIN", 1.0), ("GRID", 1.004)):
            kwh[numbers[number]], exported[numbers[number]] = np.maximum(net * factor, 0), np.maximum(-net / factor, 0)
        size = kwh.size
        start = pa.array(np.tile(starts, len(meters))).cast(pa.timestamp("us", "UTC"))
        columns = {
            "meter": pa.array(np.repeat([meter.key for meter in meters], len(starts)), pa.int32()),
            "start": start,
            "energy_import_kwh": kwh.ravel(),
            "energy_export_kwh": exported.ravel(),
            "energy_reactive_kvarh": kwh.ravel() * 0.4,
            "energy_apparent_kvah": pa.nulls(size, pa.float64()),
            "demand_kw": kwh.ravel() * 4,
            "power_factor": np.full(size, 0.92847669),
            "quality": pa.array(["actual"]).take(pa.array(np.zeros(size, "int8"))),
            "completeness": np.ones(size, "float32"),
            "export_demand_kw": exported.ravel() * 4,
            "step_kwh": np.full(size, 0.001),
            "covered": np.ones(size, "float32"),
            "month": pa.array([f"{low:%Y-%m}"]).take(pa.array(np.zeros(size, "int8"))),
        }
        with lake.intervals.writer():
            lake.intervals.write(pa.table(columns, interval_schema()))
        rows += size
    return rows


class ByHand:
    """The same questions as SQL over the table's files.

    Parameters
    ----------
    meters : list of Meter
    low, high : datetime
    """

    def __init__(self, lake: Lake, meters: list[Any], low: datetime, high: datetime) -> None:
        self._keys = {meter.number: meter.key for meter in meters}
        self._meters = meters
        self._low, self._high = to_micros(low), to_micros(high)
        files = lake.intervals.snapshot().select(self._low, self._high)
        self._from = f"read_parquet({files}, hive_partitioning=false)"
        self._connection = duckdb.connect()
        self._connection.execute("SET parquet_metadata_cache=true; SET TimeZone='UTC'")
        sides = [
            row
            for meter in meters
            for children in [[each for each in meters if each.parent == meter.key]]
            if children
            for row in [
                (meter.key, meter.key, 1, -1, len(children) + 1),
                *((meter.key, c.key, *SIDES[c.flow], len(children) + 1) for c in children),
            ]
        ]  # fmt: skip
        names = ("node", "meter", "of_import", "of_export", "members")
        self._connection.register("tree", pa.table(dict(zip(names, map(list, zip(*sides, strict=True)), strict=True))))

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(query).fetchall()

    def where(self, number: str | None = None) -> str:
        one = "" if number is None else f"meter = {self._keys[number]} AND "
        return f"{one}start >= make_timestamptz({self._low}) AND start < make_timestamptz({self._high})"

    def _of(self, number: str) -> str:
        return f"(SELECT *, epoch_us(start) + {OFFSET} AS local FROM {self._from} WHERE {self.where(number)})"

    _CLOSE = "quality = 'actual' AND completeness >= 0.999"

    def pattern(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""SELECT local // {DAY} AS day, sum(energy_import_kwh), max(demand_kw), arg_max(start, demand_kw),
            max(quality), sum(completeness), sum(energy_reactive_kvarh) FROM {self._of("U1")} GROUP BY 1 ORDER BY 1"""
        )

    def heat_map(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""SELECT (local // {DAY} + 3) % 7 AS weekday, local % {DAY} // 3600000000 AS hour,
            avg(4 * energy_import_kwh), min(4 * energy_import_kwh), max(4 * energy_import_kwh), count(*) / 4
            FROM {self._of("U1")} WHERE {self._CLOSE} GROUP BY 1, 2 ORDER BY 1, 2"""
        )

    def typical_day(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""SELECT (local // {DAY} + 3) % 7 >= 5 AS rest, local % {DAY} // {QUARTER} AS quarter,
            avg(4 * energy_import_kwh), median(4 * energy_import_kwh), quantile_cont(4 * energy_import_kwh, [0.1, 0.9]),
            count(*) FROM {self._of("U1")} WHERE {self._CLOSE} GROUP BY 1, 2 ORDER BY 1, 2"""
        )

    def duration(self) -> list[tuple[Any, ...]]:
        shares = [round(place / 200, 3) for place in range(200, -1, -1)]
        return self.ask(
            f"""SELECT quantile_disc(4 * energy_import_kwh, {shares}), quantile_cont(4 * energy_import_kwh, 0.05)
            FROM {self._of("U1")} WHERE {self._CLOSE}"""
        )

    def shifts(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""SELECT CASE WHEN local % {DAY} // 3600000000 BETWEEN 6 AND 13 THEN 'A'
            WHEN local % {DAY} // 3600000000 BETWEEN 14 AND 21 THEN 'B' ELSE 'C' END AS shift, sum(energy_import_kwh),
            avg(4 * energy_import_kwh), max(demand_kw), count(DISTINCT (local - 21600000000) // {DAY})
            FROM {self._of("U1")} WHERE {self._CLOSE} GROUP BY 1 ORDER BY 1"""
        )

    def demand(self) -> list[tuple[Any, ...]]:
        children = [meter.key for meter in self._meters if meter.parent == self._keys["MAIN"]]
        producers = [meter.key for meter in self._meters if meter.flow == "producer"]
        pair = "ROWS BETWEEN CURRENT ROW AND 1 FOLLOWING"
        return self.ask(
            f"""WITH e AS (SELECT meter, start, CASE WHEN meter IN {tuple(producers)} THEN energy_export_kwh
                - energy_import_kwh ELSE energy_import_kwh END AS kwh FROM {self._from}
                WHERE {self.where()} AND {self._CLOSE} AND meter IN {(self._keys["MAIN"], *children)}),
            d AS (SELECT meter, start, 2 * sum(kwh) OVER (PARTITION BY meter ORDER BY start {pair}) AS kw FROM e),
            best AS (SELECT max(kw) AS kw, arg_max(start, kw) AS at FROM d WHERE meter = {self._keys["MAIN"]}),
            together AS (SELECT start, sum(kw) AS kw FROM d WHERE meter <> {self._keys["MAIN"]} GROUP BY start),
            own AS (SELECT meter, max(kw) AS kw FROM d WHERE meter <> {self._keys["MAIN"]} GROUP BY meter)
            SELECT b.kw, b.at, (SELECT sum(greatest(kw, 0)) FROM own) / (SELECT max(kw) FROM together),
            (SELECT sum(kwh) FROM e WHERE meter = {self._keys["MAIN"]}), (SELECT list((meter, kw) ORDER BY kw DESC)
            FROM d WHERE start = b.at) FROM best b"""
        )

    def balance(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""WITH e AS (SELECT meter, start, energy_import_kwh AS i, energy_export_kwh AS x FROM {self._from}
                WHERE {self.where()} AND {self._CLOSE}),
            n AS (SELECT node, start, sum(CASE WHEN of_import > 0 THEN i ELSE 0 END + CASE WHEN of_export > 0 THEN x
                ELSE 0 END) AS supply, sum(CASE WHEN of_import < 0 THEN i ELSE 0 END + CASE WHEN of_export < 0 THEN x
                ELSE 0 END) AS demand FROM e JOIN tree USING (meter) GROUP BY node, start, members
                HAVING count(*) = members)
            SELECT node, sum(supply), sum(demand), count(*), sum(supply * supply), sum(supply * (supply - demand)),
            sum(abs(supply - demand)) FROM n GROUP BY node ORDER BY node"""
        )

    def generation(self) -> list[tuple[Any, ...]]:
        grid, dg, solar = (self._keys[number] for number in ("GRID", "DG", "SOLAR"))
        return self.ask(
            f"""WITH e AS (SELECT start, max(energy_import_kwh) FILTER (meter = {grid}) AS grid,
                max(energy_export_kwh) FILTER (meter = {grid}) AS out,
                max(energy_import_kwh) FILTER (meter = {dg}) AS dg,
                max(energy_import_kwh) FILTER (meter = {solar}) AS sun FROM {self._from}
                WHERE {self.where()} AND {self._CLOSE} AND meter IN ({grid}, {dg}, {solar}) GROUP BY 1)
            SELECT sum(dg), sum(sun), sum(sun - least(sun, out)), sum(grid), sum(out), count(*) FILTER (dg > 5) / 4,
            sum(0.27 * dg), sum(0.7117 * grid) FROM e"""
        )

    def energies(self) -> list[tuple[Any, ...]]:
        return self.ask(
            f"""SELECT meter, (epoch_us(start) + {OFFSET}) // {DAY} AS day, sum(energy_import_kwh),
            sum(energy_export_kwh), sum(energy_reactive_kvarh), max(demand_kw), arg_max(start, demand_kw),
            max(export_demand_kw), arg_max(start, export_demand_kw), max(quality), sum(completeness) FROM {self._from}
            WHERE {self.where()} GROUP BY 1, 2 ORDER BY 1, 2"""
        )


def best(ours: Callable[[], Any], theirs: Callable[[], Any], before: Callable[[], Any]) -> tuple[Any, ...]:
    """The least time of ours, the least processor's times of both [ms], and what came out of both; by turns."""
    elapsed, times = list[float](), (list[float](), list[float]())
    answers: list[Any] = [None, None]
    for _ in range(ROUNDS):
        before()
        for side, work in enumerate((ours, theirs)):
            begun, used = time.perf_counter(), time.process_time()
            answers[side] = work()
            times[side].append(1000 * (time.process_time() - used))
            elapsed += [] if side else [1000 * (time.perf_counter() - begun)]
    return min(elapsed), min(times[0]), min(times[1]), *answers


def measured(wb: Workbench, meters: list[Any], period: str, low: datetime, high: datetime) -> dict[str, float]:
    """Prints every analysis of a period; milliseconds by its name."""
    hand = ByHand(wb.reader.lake, meters, low, high)

    def forget() -> None:
        known = wb._cache
        wb._cache = Cache()
        # The configuration changes rarely, what is built from readings every quarter of an hour.
        for key, answer in known._answers.items():
            if key[0] in ("site", "meters"):  # type: ignore[index]
                wb._cache._answers[key] = answer

    def near(one: float, other: float) -> None:
        assert abs(one - other) <= 1e-6 * max(abs(one), 1.0) + 1e-5, (one, other)

    asked: dict[str, tuple[Callable[[], Any], Callable[[], Any], Callable[[Any, Any], None]]] = {
        "pattern by day": (
            lambda: wb.pattern("U1", period, by="day"), hand.pattern,
            lambda a, b: near(a.total_kwh, sum(row[1] for row in b))),
        "heat map": (
            lambda: wb.pattern("U1", period, by="weekday-hour"), hand.heat_map,
            lambda a, b: near(a.rows[30]["mean_kw"], b[30][2])),
        "typical day": (
            lambda: wb.pattern("U1", period, by="hour"), hand.typical_day,
            lambda a, b: near(a.rows[40]["median_kw"], b[40][3])),
        "load duration": (
            lambda: wb.pattern("U1", period, by="duration"), hand.duration,
            lambda a, b: near(a.rows[0]["kw"], b[0][0][0])),
        "shifts": (
            lambda: wb.pattern("U1", period, by="shift"), hand.shifts,
            lambda a, b: near(a.rows[0]["energy_kwh"], b[0][1])),
        "demand, 30 min sliding": (
            lambda: wb.demand("MAIN", period, block="30min", kind="sliding", billing_day=1), hand.demand,
            lambda a, b: near(max(row["maximum"] for row in a), b[0][0])),
        "balance of every node": (
            lambda: wb.balance(period), hand.balance,
            lambda a, b: near(sum(row["loss_kwh"] for row in a), sum(row[1] - row[2] for row in b))),
        "generation and carbon": (
            lambda: wb.generation(period), hand.generation, lambda a, b: near(a.solar_self_used_kwh, b[0][2])),
        "every meter's energy": (
            lambda: wb.energies(period), hand.energies,
            lambda a, b: near(sum(row["energy_import_kwh"] for row in a), sum(row[2] for row in b))),
    }  # fmt: skip
    found = {}
    for name, (ours, theirs, same) in asked.items():
        waited, took, by_hand, answer, rows = best(ours, theirs, forget)
        same(answer, rows)
        mark = "" if took <= GOAL * by_hand else f"  above {GOAL}"
        print(
            f"{len(meters):5} meters, {period:7}  {name:24} {waited:8.1f} ms; of the processor {took:6.1f}, by hand "
            f"{by_hand:6.1f} ms: {took / by_hand:.2f}{mark}",
            flush=True,
        )
        found[name] = took
    return found


def site(count: int, length: int, folder: Path) -> dict[str, dict[str, float]]:
    """Make a site of some meters, and measure it."""
    settings = settings_room.load(folder, {})
    registry = Registry(settings.registry_url)
    registry.migrate(timezone=ZONE, site_name="Works")
    StateStore(settings.state_url).migrate()
    apply_import(registry, plan_import(registry, [MeterRow(n, row) for n, row in enumerate(plant(count))]), by="bench")
    meters = registry.meters()
    registry.close()
    begun = time.perf_counter()
    rows = fill(Lake(settings.lake_path), meters, length)
    print(f"{count} meters: {rows / 1e6:.1f} M intervals written in {time.perf_counter() - begun:.0f} s")
    end = months(length)[-1]
    os.environ[FIXED_NOW] = end.isoformat()
    wb = Workbench.at(folder)
    first = datetime(2025, length, 1, tzinfo=UTC) - timedelta(microseconds=OFFSET)
    spans = {f"2025-{length:02d}": (first, end)} | ({"2025": (START, end)} if length == 12 else {})
    return {period: measured(wb, meters, period, *span) for period, span in spans.items()}


def main(counts: tuple[int, ...] = (92, 1000), length: int = 12) -> None:
    """Print both, and what a meter costs at the larger size beside the smaller one."""
    found = {}
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            found[count] = site(count, length, Path(folder) / "home")
    small, large = min(counts), max(counts)
    for period, took in found[small].items() if small < large else ():
        for name in ("balance of every node", "every meter's energy"):
            cost = found[large][period][name] / large / (took[name] / small)
            print(f"{period:7}  {name:24} a meter of {large} costs {cost:.2f} of one of {small}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--meters", default="92,1000")
    parser.add_argument("--months", type=int, default=12)
    given = parser.parse_args()
    main(tuple(int(each) for each in given.meters.split(",")), given.months)
