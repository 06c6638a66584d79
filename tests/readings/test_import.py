"""Files of readings into the lake: idempotent, all or nothing, beside a spool and other writers."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from energy_workbench.domain.errors import ConflictError, InputError, LakeError, NotFoundError
from energy_workbench.lake import Lake, Reading, Spool
from energy_workbench.lake.imports import staging
from energy_workbench.lake.imports.importing import Importer
from energy_workbench.lake.maintenance import maintain
from energy_workbench.services.workbench import Workbench
from tests.lake.helpers import T0, T0_US

LONG = """meter,ts,quantity,value
UNIT-A,2026-10-05T14:30:00+05:30,energy_active_import,100
UNIT-A,2026-10-05T14:30:00+05:30,active_power_total,230.1
unit-a,2026-10-05T14:45:00,energy_active_import,101.5
GRID,2026-10-05T09:15:00Z,energy_active_import,5000
"""
WIDE = """meter,ts,energy_active_import,active_power_total
UNIT-A,2026-10-05T14:30:00+05:30,100,230.1
unit-a,2026-10-05 14:45,101.5,
GRID,2026-10-05T09:15:00Z,5000,
"""


def rows(wb: Workbench, meter: str = "UNIT-A") -> list[dict[str, Any]]:
    """Every reading of a meter."""
    return [dict(row) for row in wb.readings(meter, "2000/2030").rows]


@pytest.mark.parametrize("text", [LONG, WIDE, "\ufeff" + LONG, LONG.replace("\n", "\r\n"), LONG.replace(",", ";")])
def test_rows_arrive_as_they_stand_in_the_file(wb: Workbench, file: Callable[..., Path], text: str) -> None:
    found = wb.import_readings(file(text))
    assert (found["new"], found["known"], found["meters"]) == (3, 0, 2)
    assert rows(wb) == [
        {
            "ts": "2026-10-05T14:30:00+05:30",
            "values": {"energy_active_import": 100.0, "active_power_total": 230.1},
        },
        {"ts": "2026-10-05T14:45:00+05:30", "values": {"energy_active_import": 101.5}},
    ]
    assert rows(wb, "GRID") == [{"ts": "2026-10-05T14:45:00+05:30", "values": {"energy_active_import": 5000.0}}]


@pytest.mark.parametrize("kind", ["gzip", "parquet long", "parquet wide", "frame", "index", "naive"])
def test_every_kind_of_file_and_frame_gives_the_same(
    wb: Workbench, file: Callable[..., Path], tmp_path: Path, kind: str
) -> None:
    frame = pd.DataFrame(
        {
            "meter": ["UNIT-A", "UNIT-A"],
            "ts": pd.to_datetime(["2026-10-05T09:00:00Z", "2026-10-05T09:15:00Z"]),
            "energy_active_import": [100, 101],
            "frequency": [50.1, None],
        }
    )
    path = tmp_path / "given.parquet"
    source: Any = path
    if kind == "gzip":
        head = "meter,ts,energy_active_import,frequency\n"
        text = f"{head}UNIT-A,2026-10-05T09:00Z,100,50.1\nUNIT-A,2026-10-05T09:15Z,101,\n"
        source = file(gzip.compress(text.encode()), "readings.csv.gz")
    elif kind == "parquet long":
        frame.melt(["meter", "ts"], var_name="quantity").to_parquet(path)
    elif kind == "parquet wide":
        frame.iloc[::-1].to_parquet(path)
    elif kind == "naive":
        source = frame.assign(ts=frame["ts"].dt.tz_convert("Asia/Kolkata").dt.tz_localize(None))
    else:
        source = frame if kind == "frame" else frame.set_index("ts")
    assert wb.import_readings(source)["new"] == 2
    assert [row["values"] for row in rows(wb)] == [
        {"energy_active_import": 100.0, "frequency": 50.1},
        {"energy_active_import": 101.0},
    ]


def test_importing_again_changes_nothing(wb: Workbench, file: Callable[..., Path]) -> None:
    path = file(LONG)
    wb.import_readings(path)
    before = wb.reader.version()
    again = wb.import_readings(path)
    assert (again["new"], again["known"], again["intervals"]) == (0, 3, 0)
    assert wb.reader.version() == before


def test_intervals_follow(wb: Workbench, file: Callable[..., Path]) -> None:
    text = "meter,ts,quantity,value\n" + "".join(
        f"UNIT-A,2026-10-05T{h:02}:00:00+05:30,energy_active_import,{h}\n" for h in range(6)
    )
    assert wb.import_readings(file(text))["intervals"] == 20
    energy = [row["energy_import_kwh"] for row in wb.intervals("UNIT-A", "2026-10-05", every="1d").rows]
    assert energy == [pytest.approx(100.0)]


def test_a_further_quantity_joins_the_reading_that_is_there(wb: Workbench, file: Callable[..., Path]) -> None:
    # Polled: the instant is a slot and an offset.
    key = wb.registry.meter("UNIT-A").key
    wb.spool.append([Reading(key, T0_US + 10_000_000, -1234, {"energy_active_import": 5.0})])
    wb.import_readings(file("meter,ts,frequency\nUNIT-A,2026-10-01T00:00:08.766Z,50.5\n"))
    (row,) = rows(wb)
    assert row["values"] == {"energy_active_import": 5.0, "frequency": 50.5}
    maintain(wb.reader.lake, datetime(2026, 12, 1, tzinfo=UTC))
    assert wb.reader.lake.readings.snapshot().rows == 1
    assert rows(wb) == [row]


@pytest.mark.parametrize("spooled", [True, False])
def test_another_value_of_a_stored_key_is_refused_with_its_line_and_nothing_comes_in(
    wb: Workbench, file: Callable[..., Path], spooled: bool
) -> None:
    key = wb.registry.meter("UNIT-A").key
    wb.spool.append([Reading(key, T0_US, 0, {"energy_active_import": 5.0, "frequency": 50.1})])
    if not spooled:
        wb.reader.lake.commit(wb.spool)
    text = """meter,ts,energy_active_import,frequency
UNIT-A,2026-09-30T23:00:00Z,4,50.1
UNIT-A,2026-10-01T00:00:00Z,5,50.2
"""
    with pytest.raises(ConflictError) as caught:
        wb.import_readings(file(text))
    message = str(caught.value)
    assert "line 3: frequency '50.2': of UNIT-A at 2026-10-01T05:30:00+05:30: 50.1 is stored" in message
    assert "1 value differs" in message
    assert len(rows(wb)) == 1
    dry = wb.import_readings(file(text), dry_run=True)
    assert (dry["conflict_count"], dry["new"]) == (1, 1)
    assert len(rows(wb)) == 1
    kept = wb.import_readings(file(text), keep_stored=True)
    assert (kept["conflict_count"], kept["new"]) == (1, 1)
    assert [row["values"]["frequency"] for row in rows(wb)] == [50.1, 50.1]


def test_the_same_value_in_the_bits_of_the_lake_is_no_other_value(wb: Workbench, file: Callable[..., Path]) -> None:
    wb.import_readings(file("meter,ts,frequency\nUNIT-A,2026-10-01T00:00:00Z,50.1\n"))
    again = wb.import_readings(file("meter,ts,frequency\nUNIT-A,2026-10-01T00:00:00Z,50.10000038\n"))
    assert (again["new"], again["known"]) == (0, 1)


def test_rows_that_are_there_twice_count_once(wb: Workbench, file: Callable[..., Path]) -> None:
    body = "".join(LONG.splitlines(keepends=True)[1:])
    found = wb.import_readings(file(LONG + body))
    assert (found["rows"], found["new"]) == (8, 3)
    again = "".join(WIDE.splitlines(keepends=True)[1:])
    assert wb.import_readings(file(WIDE + again))["known"] == 3


def test_values_of_one_key_that_differ_in_the_file_are_refused_with_both_lines(
    wb: Workbench, file: Callable[..., Path]
) -> None:
    for text, lines in (
        (LONG + "UNIT-A,2026-10-05T09:00:00Z,active_power_total,7\n", ("line 6", "line 3 says 230.1")),
        (WIDE + "UNIT-A,2026-10-05T09:00:00Z,,7\n", ("line 5", "line 2 says 230.1")),
    ):
        with pytest.raises(InputError, match=r"1 problem:") as caught:
            wb.import_readings(file(text))
        assert lines[0] in str(caught.value)
        assert lines[1] in str(caught.value)
    assert rows(wb) == []


def test_a_dry_run_tells_the_same_and_writes_nothing(wb: Workbench, file: Callable[..., Path]) -> None:
    dry = wb.import_readings(file(LONG), dry_run=True)
    assert (dry["new"], dry["intervals"], dry["dry_run"]) == (3, 0, True)
    assert rows(wb) == []
    real = wb.import_readings(file(LONG))
    assert {k: v for k, v in dry.items() if k not in ("intervals", "dry_run")} == {
        k: v for k, v in real.items() if k not in ("intervals", "dry_run")
    }


def test_a_file_of_many_days_and_blocks_is_whole(
    wb: Workbench, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.lake.imports.incoming_csv.BLOCK", 5_000)
    monkeypatch.setattr(staging, "CELLS", 4_000)
    instants = [T0 - timedelta(days=40) + timedelta(minutes=97) * n for n in range(600)]
    text = "meter,ts,quantity,value\n" + "".join(
        f"{meter},{t.isoformat()},{q},{n + offset}\n"
        for offset, meter in enumerate(("GRID", "UNIT-A", "MAIN"))
        for n, t in enumerate(instants)
        for q in ("energy_active_import", "frequency")
    )
    found = wb.import_readings(file(text))
    assert (found["rows"], found["new"], found["meters"]) == (3600, 1800, 3)
    for offset, meter in enumerate(("GRID", "UNIT-A", "MAIN")):
        values = [row["values"] for row in rows(wb, meter)]
        assert values == [{"energy_active_import": n + offset, "frequency": n + offset} for n in range(600)]


def test_files_of_a_commit_are_one_version_that_survives_compaction_and_checkpoints(
    wb: Workbench, file: Callable[..., Path]
) -> None:
    text = "meter,ts,frequency\n" + "".join(f"GRID,2026-09-{d:02}T10:00:00Z,{d}\n" for d in range(1, 29))
    wb.import_readings(file(text))
    store = wb.reader.lake.readings
    version = store.snapshot().version
    assert len(store.snapshot().partitions) == 28
    more = "meter,ts,frequency\n" + "".join(f"GRID,2026-09-{d:02}T11:00:00Z,{d}\n" for d in range(1, 29))
    wb.import_readings(file(more))
    assert store.snapshot().version == version + 1
    assert maintain(wb.reader.lake, datetime(2026, 12, 1, tzinfo=UTC)).compacted >= 28
    fresh = Workbench.at(wb.settings.home)
    assert [row["values"]["frequency"] for row in rows(fresh, "GRID")] == [d for d in range(1, 29) for _ in (0, 1)]


@pytest.fixture
def racing(wb: Workbench, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Callable[[], object]]]:
    """Work that another process does between an import's comparison and its commit."""
    work: list[Callable[[], object]] = []
    prepared = Importer._prepared

    def then(self: Importer, *given: Any) -> Any:
        found = prepared(self, *given)
        while work:
            work.pop()()
        return found

    monkeypatch.setattr(Importer, "_prepared", then)
    return work


def test_what_others_stored_meanwhile_is_compared_again(
    wb: Workbench, file: Callable[..., Path], racing: list[Callable[[], object]]
) -> None:
    other = Lake(wb.settings.lake_path)
    key = wb.registry.meter("UNIT-A").key
    ts = int(datetime(2026, 10, 5, 9, tzinfo=UTC).timestamp() * 1e6)
    spool = Spool(wb.settings.home / "other.db")
    spool.append([Reading(key, ts, 0, {"energy_active_import": 100.0, "frequency": 50.0})])
    racing.append(lambda: other.commit(spool))
    found = wb.import_readings(file(LONG))
    assert (found["new"], found["known"]) == (3, 0)
    assert [row["values"] for row in rows(wb)] == [
        {"energy_active_import": 100.0, "active_power_total": 230.1, "frequency": 50.0},
        {"energy_active_import": 101.5},
    ]
    spool.append([Reading(key, ts + 1, 0, {"energy_active_import": 7.0})])
    racing.append(lambda: other.commit(spool))
    with pytest.raises(ConflictError, match=r"7\.0 is stored"):
        wb.import_readings(file("meter,ts,energy_active_import\nUNIT-A,2026-10-05T09:00:00.000001Z,8\n"))
    spool.close()


def test_polling_goes_on_beside_an_import(wb: Workbench, file: Callable[..., Path]) -> None:
    stop, polled = threading.Event(), list[float]()
    key = wb.registry.meter("MAIN").key
    lake = Lake(wb.settings.lake_path)

    def poll() -> None:
        while not stop.is_set():
            step = len(polled)
            wb.spool.append([Reading(key, T0_US + step * 1_000_000, 0, {"energy_active_import": float(step)})])
            polled.append(float(step))
            lake.commit(wb.spool)

    thread = threading.Thread(target=poll)
    thread.start()
    try:
        text = "meter,ts,energy_active_import\n" + "".join(
            f"UNIT-A,{(T0 + timedelta(seconds=n)).isoformat()},{n}\n" for n in range(5000)
        )
        for _ in range(3):
            wb.import_readings(file(text))
    finally:
        stop.set()
        thread.join(120)
    assert len(rows(wb)) == 5000
    assert [row["values"]["energy_active_import"] for row in rows(wb, "MAIN")] == polled


def test_a_disk_that_refuses_leaves_everything_as_it_was(
    wb: Workbench, file: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    wb.import_readings(file("meter,ts,frequency\nGRID,2026-09-01T10:00:00Z,50\n"))
    before = wb.reader.lake.readings.snapshot().version
    for module, name in ((pq, "write_table"), (pq.ParquetWriter, "write_table")):
        monkeypatch.setattr(module, name, full)
        with pytest.raises(LakeError, match="No space left"):
            wb.import_readings(file(LONG))
        monkeypatch.undo()
    assert wb.reader.lake.readings.snapshot().version == before
    assert [path.name for path in Path(wb.settings.lake_path).iterdir() if path.name.startswith(staging.PREFIX)] == []


def test_what_an_import_that_died_left_is_removed_and_a_running_one_is_left_alone(tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    dead = lake / f"{staging.PREFIX}dead"
    dead.mkdir(parents=True)
    (dead / staging.LOCK).touch()
    (dead / "rows.parquet").write_bytes(b"x")
    with staging.folder(lake) as one:
        assert not dead.exists()
        with staging.folder(lake) as two:
            assert one.exists()
            assert one != two
    assert list(lake.iterdir()) == []


def test_files_that_are_none_are_told(wb: Workbench, file: Callable[..., Path]) -> None:
    with pytest.raises(NotFoundError, match="no such file"):
        wb.import_readings(file("x").with_name("none.csv"))
    for content, name, said in (
        (b"PK\x03\x04", "readings.xlsx", "not an Excel file"),
        (b"", "readings.csv", "is empty"),
        (b"PAR1junk", "readings.parquet", "no Parquet file"),
        (b"meter,ts", "readings.csv.gz", "no whole gzip file"),
        (gzip.compress(LONG.encode())[:-12], "readings.csv.gz", "no whole gzip file"),
        (LONG.encode("utf-16"), "readings.csv", "UTF-16"),
        (b"sep=;\n" + LONG.encode(), "readings.csv", "delete it"),
        (b"meter,ts,value\n", "readings.csv", "no columns of readings"),
        (b"meter,ts\n", "readings.csv", "a column a quantity"),
        (b"ts,quantity,value\n", "readings.csv", "meter missing"),
        (b"meter,ts,ts,frequency\n", "readings.csv", "'ts' is there twice"),
        (b"meter,ts,frequenzy\n", "readings.csv", "did you mean frequency"),
        (b"meter,ts,quantity,value,unit\n", "readings.csv", "no columns of readings"),
    ):
        with pytest.raises(InputError) as caught:
            wb.import_readings(file(content, name))
        assert said in str(caught.value), (name, str(caught.value))
    with pytest.raises(InputError, match="not list"):
        wb.import_readings([1])  # type: ignore[arg-type]
    with pytest.raises(InputError, match="write numbers"):
        wb.import_readings(pa.table({"meter": ["GRID"], "ts": ["2026-10-01T00:00Z"], "frequency": [True]}))
    assert wb.import_readings(file("meter,ts,frequency\n"))["rows"] == 0


def test_memory_is_bounded_by_what_is_taken_out_at_once(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    frame = pa.table(
        {
            "meter": ["A"] * 50,
            "ts": [f"2026-10-{d % 10 + 1:02}T00:00:{d:02}Z" for d in range(50)],
            "frequency": range(50),
        }
    )
    taken: list[tuple[int, int]] = []
    take = staging.Staging.take

    def counted(self: staging.Staging, first: int, end: int) -> staging.Taken:
        found = take(self, first, end)
        taken.append((end - first, len(found.rows)))
        return found

    patch = pytest.MonkeyPatch()
    patch.setattr(staging.Staging, "take", counted)
    patch.setattr(staging, "CELLS", 48)
    try:
        importer = Importer(lake, {"a": 1}, {1: "A"}, ZoneInfo("UTC"), datetime(2026, 11, 1, tzinfo=UTC))
        assert importer.take(frame, "the table").new == 50
    finally:
        patch.undo()
    assert taken == [(2, 10)] * 5
