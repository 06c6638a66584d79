"""Files out of the lake: exact, importable again, whole or not there."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import HomeError, InputError, NotFoundError
from energy_workbench.lake import Reading
from energy_workbench.runtime import disk
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from energy_workbench.tables import arrow_file
from tests.examples import examples
from tests.lake.helpers import T0_US
from tests.workbench.plant import add_history, make_home


@pytest.fixture
def full(home: Path) -> Workbench:
    """The small plant with its week."""
    add_history(Settings(home=home))
    return Workbench.at(home)


def dump(wb: Workbench) -> list[Any]:
    """Every reading of every meter, exactly."""
    return [
        (meter["number"], wb.reader.readings(int(meter["id"].removeprefix("mtr_"))).to_pylist())
        for meter in wb.meters()
    ]


def text_of(path: Path) -> str:
    """What a CSV file says, packed or not."""
    return gzip.decompress(path.read_bytes()).decode() if path.suffix == ".gz" else path.read_text("utf-8")


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.parquet"])
def test_exported_readings_are_imported_into_another_home_unchanged(full: Workbench, tmp_path: Path, name: str) -> None:
    # Some in the lake, some in the spool, one in both.
    key = full.registry.meter("UNIT-A").key
    full.spool.append(
        [Reading(key, T0_US, -123, {"frequency": 50.1}), Reading(key, T0_US + 77, 0, {"thd_current_l1": 3.3})]
    )
    path = tmp_path / name
    rows = full.export("readings", path, "2026")
    other = Workbench.at(make_home(tmp_path / "other").home)
    found = other.import_readings(path)
    assert (found["new"], found["rows"]) == (rows, rows)
    assert dump(other) == dump(full)
    assert other.import_readings(path)["new"] == 0
    assert full.import_readings(path)["new"] == 0
    here, there = (wb.energies("2026-10").to_dict() for wb in (full, other))
    assert here == there


values = st.floats(-1e14, 1e14).map(lambda value: float(np.float32(value))) | st.sampled_from(
    [0.1, 230.1, 1e-9, 49.98, -0.0]
)
made = st.lists(
    st.tuples(
        st.sampled_from(["GRID", "UNIT-A", "=cmd|' /c calc'!A1", 'a "quoted", one']),
        st.integers(1_600_000_000_000_000, 1_790_000_000_000_000),
        st.dictionaries(st.sampled_from(["frequency", "energy_active_import", "serial_number"]), values, min_size=1),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda row: row[:2],
)


@pytest.fixture(scope="module")
def fresh_home(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Workbench]:
    """Homes with meters of difficult numbers."""
    import shutil

    template = make_home(tmp_path_factory.mktemp("difficult") / "home").home
    wb = Workbench.at(template)
    for number in ("=cmd|' /c calc'!A1", 'a "quoted", one'):
        wb.create_meter({"number": number, "name": "x", "type": "machine"})

    def make() -> Workbench:
        return Workbench.at(shutil.copytree(template, tmp_path_factory.mktemp("copy") / "home"))

    return make


@settings(max_examples=examples(4), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made, st.sampled_from([".csv", ".parquet"]))
def test_whatever_was_read_comes_back_unchanged(
    fresh_home: Callable[[], Workbench], tmp_path: Path, rows: list[Any], ending: str
) -> None:
    one, two = fresh_home(), fresh_home()
    keys = {meter["number"]: int(meter["id"].removeprefix("mtr_")) for meter in one.meters()}
    one.spool.append([Reading(keys[number], ts, 0, found) for number, ts, found in rows])
    path = tmp_path / f"out{ending}"
    assert one.export("readings", path, "2020/2026-12") == len(rows)
    two.import_readings(path)
    assert dump(two) == dump(one)


def test_times_are_the_sites_and_values_the_shortest_decimals(wb: Workbench, tmp_path: Path) -> None:
    key = wb.registry.meter("UNIT-A").key
    wb.spool.append([Reading(key, T0_US + 1_000_000, 37, {"frequency": 50.1, "energy_active_import": 1234567.89})])
    path = tmp_path / "out.csv"
    wb.export("readings", path, "2026-10-01")
    assert path.read_text("utf-8") == (
        "meter,ts,energy_active_import,frequency\nUNIT-A,2026-10-01T05:30:01.037+05:30,1234567.89,50.1\n"
    )


def test_meters_quantities_and_the_period_are_chosen(full: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    rows = full.export("readings", path, "2026-10-10", meters=["unit-a", "GRID"], quantities=["active_power_total"])
    found = list(csv.reader(path.open(encoding="utf-8")))
    assert found[0] == ["meter", "ts", "active_power_total"]
    assert len(found) == rows + 1 == 193
    assert {row[0] for row in found[1:]} == {"UNIT-A", "GRID"}
    assert {row[1][:10] for row in found[1:]} == {"2026-10-10"}


def test_what_is_exported_may_be_written_as_in_a_question(full: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    day = date(2026, 10, 10)
    assert full.export("intervals", path, day, meters="UNIT-A", every="h") == 24
    assert full.export("intervals", path, (day, day), meters=["UNIT-A"], every=timedelta(hours=2)) == 12
    assert full.export("readings", path, "2026-Q4", meters="UNIT-A", quantities="active_power_total") > 0


@pytest.mark.parametrize(("every", "rows"), [("15min", 96), ("1h", 24), ("1d", 1)])
def test_exported_intervals_are_those_of_every_other_answer(
    full: Workbench, tmp_path: Path, every: str, rows: int
) -> None:
    path = tmp_path / "out.parquet"
    assert full.export("intervals", path, "2026-10-10", meters=["UNIT-A"], every=every) == rows
    table = pq.read_table(path)
    assert table.schema.field("energy_import_kwh").metadata == {b"unit": b"kWh"}
    assert str(table.schema.field("start").type) == "timestamp[us, tz=Asia/Kolkata]"
    found = [{**row, "start": row["start"].isoformat()} for row in table.drop_columns(["meter"]).to_pylist()]
    assert found == list(full.intervals("UNIT-A", "2026-10-10", every=every).rows)


def test_what_is_not_known_is_missing_and_not_zero(full: Workbench, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    full.export("intervals", path, "2026-09-01", meters=["GRID"], every="1d")
    assert path.read_text("utf-8").splitlines()[1] == "GRID,2026-09-01T00:00:00+05:30,,,,,,,missing,0"


def test_a_day_of_25_hours_has_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from zoneinfo import ZoneInfo

    import pyarrow as pa

    hours = [1761426000_000_000 + hour * 3_600_000_000 for hour in (0, 1, 2, 3, 5, 6)]
    column = pa.chunked_array([pa.array(hours).cast(pa.timestamp("us", "UTC"))])
    assert [text[11:] for text in arrow_file.local_text(column, ZoneInfo("Europe/Berlin")).to_pylist()] == [
        "23:00:00+02:00", "00:00:00+02:00", "01:00:00+02:00", "02:00:00+02:00", "03:00:00+01:00", "04:00:00+01:00",
    ]  # fmt: skip


def test_excel_has_real_times_and_numbers_and_runs_nothing(full: Workbench, tmp_path: Path) -> None:
    full.update_meter("UNIT-A", {"number": "=1+1"})
    path = tmp_path / "out.xlsx"
    rows = full.export("readings", path, "2026-10-10", meters=["=1+1"])
    book = openpyxl.load_workbook(path)
    sheet = book["data"]
    assert (sheet.max_row, sheet.freeze_panes) == (rows + 1, "D2")
    names = [cell.value for cell in sheet[1]]
    assert names[:3] == ["meter", "ts (Asia/Kolkata)", "ts (UTC)"]
    assert "active_power_total [kW]" in names
    meter, local, utc, *_ = sheet[2]
    assert (meter.value, meter.data_type, meter.quotePrefix) == ("=1+1", "s", True)
    assert (local.value, utc.value) == (datetime(2026, 10, 10), datetime(2026, 10, 9, 18, 30))
    assert sheet[2][names.index("active_power_total [kW]")].value == 6
    about = {row[0].value: row[1].value for row in book["about"].iter_rows()}
    assert about["time zone"] == "Asia/Kolkata"
    assert "before CT and PT" in about["what"]


def test_more_rows_than_excel_holds_are_refused_before_anything_is_written(
    full: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(arrow_file, "SHEET_ROWS", 95)
    for what in ("readings", "intervals"):
        with pytest.raises(InputError, match="96 rows do not fit"):
            full.export(what, tmp_path / "out.xlsx", "2026-10-10", meters=["GRID"])
    assert full.export("intervals", tmp_path / "out.xlsx", "2026-10-10", meters=["GRID"], every="1h") == 24


@pytest.mark.parametrize("name", ["out.csv", "out.csv.gz", "out.xlsx", "out.parquet"])
def test_a_failed_export_leaves_the_old_file_and_nothing_else(
    full: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / name).write_bytes(b"old")

    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk.os, "fsync", full_disk)
    with pytest.raises(HomeError, match="No space left"):
        full.export("readings", folder / name, "2026-10-10")
    assert [(path.name, path.read_bytes()) for path in folder.iterdir()] == [(name, b"old")]
    monkeypatch.undo()
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", "2026-10-12T09:37:00+00:00")
    full.export("readings", folder / name, "2026-10-10")
    assert [path.name for path in folder.iterdir()] == [name]
    assert (folder / name).read_bytes() != b"old"


def test_what_cannot_be_exported_is_told(full: Workbench, wb: Workbench, tmp_path: Path) -> None:
    for kind, asked, said in (
        (InputError, ("readings", tmp_path / "out.txt", "2026-10"), "ending with"),
        (InputError, ("meters", tmp_path / "out.csv", "2026-10"), "readings or intervals"),
        (InputError, ("readings", tmp_path / "out.csv", "whenever"), "cannot read the period"),
        (NotFoundError, ("readings", tmp_path / "out.csv", "2019"), "no readings"),
        (NotFoundError, ("intervals", tmp_path / "out.csv", "2027"), "has begun"),
        (HomeError, ("readings", tmp_path / "none" / "out.csv", "2026-10"), "No such file"),
    ):
        with pytest.raises(kind, match=said):
            full.export(*asked)
    with pytest.raises(InputError, match="no quantity"):
        full.export("readings", tmp_path / "out.csv", "2026-10", quantities=["power"])
    with pytest.raises(InputError, match="fixed columns"):
        full.export("intervals", tmp_path / "out.csv", "2026-10", quantities=["frequency"])
    with pytest.raises(NotFoundError):
        full.export("readings", tmp_path / "out.csv", "2026-10", meters=["NONE"])
    assert list(tmp_path.glob("*.csv")) == []
