"""Every question gets the same answer wherever a reading is: spool, lake or both."""

from __future__ import annotations

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from energy_workbench.domain.errors import InputError, QueryError
from energy_workbench.domain.time.axis import edges
from energy_workbench.domain.time.period import parse_period
from energy_workbench.lake import Lake, Reader, Spool
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.user_sql import host
from tests.lake.helpers import ENERGY, T0, counter, reading, table

METERS = pa.table({"key": pa.array([1, 2], pa.int32()), "number": ["MAIN", "UNIT-A"]})


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(tmp_path / "lake")


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool.db")


@pytest.fixture
def reader(lake: Lake, spool: Spool) -> Reader:
    return Reader(lake, spool)


def seconds(rows: pa.Table) -> list[float]:
    return [(ts - T0).total_seconds() for ts in rows["ts"].to_pylist()]


def test_an_empty_home_answers_with_nothing(reader: Reader) -> None:
    assert len(reader.readings(1)) == 0
    assert len(reader.latest()) == 0
    assert len(reader.intervals(None, T0, T0 + timedelta(days=1))) == 0
    assert len(reader.energy(None, [T0, T0 + timedelta(days=1)])) == 0
    assert reader.sql("SELECT count(*) AS n FROM readings", METERS).to_pylist() == [{"n": 0}]


def test_a_spooled_reading_is_seen_at_once_and_only_once_after_the_commit(
    lake: Lake, spool: Spool, reader: Reader
) -> None:
    spool.append([reading(1, 0, 1.0, frequency=50.1)])
    before = reader.readings(1)
    lake.commit(spool)
    after = reader.readings(1)
    assert before.to_pylist() == after.to_pylist()
    assert len(after) == 1


def test_lake_and_spool_are_told_together_in_order(lake: Lake, spool: Spool, reader: Reader) -> None:
    lake.append(counter([(0, 1.0), (20, 3.0), (100_000, 9.0)]))
    spool.append([reading(1, 10, 2.0), reading(1, 100_010, 10.0)])
    assert seconds(reader.readings(1)) == [0, 10, 20, 100_000, 100_010]
    assert seconds(reader.readings(1, limit=2)) == [0, 10]
    assert seconds(reader.readings(1, limit=3, newest=True)) == [20, 100_000, 100_010]
    assert seconds(reader.readings(1, T0 + timedelta(seconds=10), T0 + timedelta(seconds=20))) == [10]


def test_what_the_spool_repeats_is_told_once(lake: Lake, spool: Spool, reader: Reader) -> None:
    lake.append(counter([(0, 1.0)]))
    spool.append([reading(1, 0, 1.0, frequency=50.0)])
    assert reader.readings(1).select([ENERGY, "frequency"]).to_pylist() == [{ENERGY: 1.0, "frequency": 50.0}]


def test_a_row_committed_but_not_trimmed_is_told_once(lake: Lake, spool: Spool, tmp_path: Path) -> None:
    spool.append([reading(1, 0, 1.0)])
    with sqlite3.connect(spool.path) as source, sqlite3.connect(tmp_path / "untrimmed.db") as copy:
        source.backup(copy)
    lake.commit(spool)
    untrimmed = Spool(tmp_path / "untrimmed.db")
    assert untrimmed.depth() == 1
    assert len(Reader(lake, untrimmed).readings(1)) == 1


def test_only_asked_quantities_are_columns(lake: Lake, reader: Reader) -> None:
    lake.append(table([(1, 0, {ENERGY: 1.0, "frequency": 50.0})]))
    assert reader.readings(1, quantities=["frequency", "voltage_l1_n"]).column_names == [
        "ts",
        "frequency",
        "voltage_l1_n",
    ]
    with pytest.raises(InputError, match="freqency"):
        reader.readings(1, quantities=["freqency"])


def test_the_latest_is_the_newest_of_each_meter(lake: Lake, spool: Spool, reader: Reader) -> None:
    lake.append(table([(m, s, {ENERGY: m + s}) for m in (1, 2) for s in (0, 900)]))
    spool.append([reading(2, 1000, 5000.0)])
    assert [(r["meter"], r[ENERGY]) for r in reader.latest().to_pylist()] == [(1, 901.0), (2, 5000.0)]
    assert reader.latest([1])["meter"].to_pylist() == [1]


def test_energy_of_buckets_is_the_sum_of_intervals(lake: Lake, reader: Reader) -> None:
    lake.append(table([(m, s, {ENERGY: m * s / 3600}) for m in (1, 2) for s in range(0, 7201, 300)]))
    build(lake, [])
    rows = reader.energy([1, 2], [T0, T0 + timedelta(hours=1), T0 + timedelta(hours=2)]).to_pylist()
    assert [(r["meter"], r["bucket"], pytest.approx(r["energy_import_kwh"])) for r in rows] == [
        (1, 0, 1),
        (1, 1, 1),
        (2, 0, 2),
        (2, 1, 2),
    ]
    assert rows[2]["demand_kw"] == pytest.approx(2.0)
    assert {r["quality"] for r in rows} == {"actual"}
    assert {r["completeness"] for r in rows} == {1.0}


def test_the_worst_quality_of_a_bucket_is_told(lake: Lake, reader: Reader) -> None:
    lake.append(counter([(0, 0.0), (900, 1.0), (7200, 8.0)]))
    build(lake, [])
    [row] = reader.energy(None, [T0, T0 + timedelta(hours=2)]).to_pylist()
    assert (row["quality"], row["completeness"], row["demand_kw"]) == ("estimated", 0.125, 4.0)


def test_a_running_bucket_is_complete_up_to_now(lake: Lake, reader: Reader) -> None:
    lake.append(counter([(s, s / 100) for s in range(0, 1801, 60)]))
    build(lake, [])
    edge = [T0, T0 + timedelta(hours=1)]
    assert reader.energy(None, edge).to_pylist()[0]["completeness"] == 0.5
    assert reader.energy(None, edge, now=T0 + timedelta(minutes=30)).to_pylist()[0]["completeness"] == 1.0


def test_local_days_of_a_clock_change_hold_all_energy(lake: Lake, reader: Reader) -> None:
    zone = ZoneInfo("Europe/Berlin")
    period = parse_period("2026-10-24/2026-10-26", zone, T0)
    first = int((period.start - T0).total_seconds())
    hours = round(period.hours)
    lake.append(counter([(first + 900 * k, k / 4) for k in range(hours * 4 + 1)]))
    build(lake, [])
    rows = reader.energy(None, edges(period, "1d", zone)).to_pylist()
    assert [row["energy_import_kwh"] for row in rows] == [24.0, 25.0, 24.0]


def test_the_version_changes_with_every_source(lake: Lake, spool: Spool, reader: Reader) -> None:
    seen = [reader.version()]
    spool.append([reading(1, 0, 1.0), reading(1, 900, 2.0)])
    seen.append(reader.version())
    lake.commit(spool)
    seen.append(reader.version())
    build(lake, [])
    seen.append(reader.version())
    assert len(set(seen)) == 4
    assert reader.version() == seen[-1]


def test_many_threads_ask_at_once(lake: Lake, reader: Reader) -> None:
    lake.append(table([(m, s, {ENERGY: float(s)}) for m in range(1, 9) for s in range(0, 9000, 900)]))
    build(lake, [])
    answers: list[int] = []

    def ask(meter: int) -> None:
        hour = [T0, T0 + timedelta(hours=1)]
        answers.extend(len(reader.readings(meter)) + len(reader.energy([meter], hour)) for _ in range(5))

    threads = [threading.Thread(target=ask, args=(meter,)) for meter in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [11] * 40


def test_a_user_asks_the_views(lake: Lake, spool: Spool, reader: Reader) -> None:
    lake.append(table([(m, s, {ENERGY: m * s / 3600, "frequency": 50.0}) for m in (1, 2) for s in range(0, 1801, 900)]))
    build(lake, [])
    spool.append([reading(2, 2700, 9.0)])
    ask = reader.sql
    assert ask(
        "SELECT number, sum(energy_import_kwh) AS kwh FROM intervals GROUP BY 1 ORDER BY 1", METERS
    ).to_pylist() == [
        {"number": "MAIN", "kwh": 0.5},
        {"number": "UNIT-A", "kwh": 1.0},
    ]
    assert ask("SELECT count(*) AS n FROM readings WHERE number = 'UNIT-A' -- all", METERS).to_pylist() == [{"n": 4}]
    assert ask("SELECT max(value) AS v FROM readings_long WHERE quantity = 'frequency'", METERS).to_pylist() == [
        {"v": 50.0}
    ]
    assert ask("SELECT r.ts FROM readings r JOIN meters m ON m.key = r.meter LIMIT 1", METERS).num_rows == 1


@pytest.mark.parametrize(
    "text",
    [
        "DROP TABLE meters",
        "SELECT 1; SELECT 2",
        "COPY meters TO '/tmp/stolen.csv'",
        "ATTACH '/tmp/other.db'",
        "SET memory_limit='99GB'",
        "INSTALL httpfs",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM read_csv('http://127.0.0.1:9/x')",
        "SELECT * FROM '/etc/passwd'",
        "SELECT * FROM glob('/etc/*')",
        "SELECT * FROM METERS_",
        "SELECT * FROM table_of_python",
        "SELCT 1",
        "",
    ],
)
def test_a_user_can_do_nothing_else(lake: Lake, reader: Reader, text: str) -> None:
    table_of_python = METERS
    assert len(table_of_python)
    lake.append(counter([(0, 1.0)]))
    with pytest.raises(QueryError):
        reader.sql(text, METERS)


def test_a_query_that_gives_too_much_is_refused(lake: Lake, reader: Reader) -> None:
    with pytest.raises(QueryError, match="more than 10 rows"):
        reader.sql("SELECT * FROM range(11)", METERS, max_rows=10)
    assert len(reader.sql("SELECT * FROM range(10)", METERS, max_rows=10)) == 10


def test_a_query_that_takes_too_long_is_stopped(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host, "SECONDS", 0.3)
    with pytest.raises(QueryError, match="took longer"):
        reader.sql("SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3", METERS)
