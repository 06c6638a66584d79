"""A file that the lake's log names and that is gone: each question says which and what to do, and upkeep goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake import Lake, Reader, Spool, findings
from energy_workbench.lake.build import source
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.scan import Scan
from energy_workbench.lake.storage import duck
from energy_workbench.lake.storage.store import Store
from energy_workbench.runtime.incidents import incidents
from tests.lake.helpers import T0, counter, intervals, readings

END = T0 + timedelta(days=1)
METERS = pa.table({"key": pa.array([1], pa.int32()), "number": ["MAIN"]})
POINTS = [(900.0 * step, float(step)) for step in range(9)]


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    """Two hours of a counter that was reset, so that there is a row in each table."""
    lake = Lake(tmp_path / "lake")
    lake.append(counter([*POINTS, (9000.0, 0.0), (9900.0, 1.0), (10_800.0, 2.0), (11_700.0, 3.0), (12_600.0, 4.0)]))
    build(lake, [])
    assert findings.stored(lake.findings)
    return lake


def lose(store: Store) -> str:
    """Remove the one file of a table."""
    [file] = store.snapshot().files
    Path(file.path).unlink()
    return file.path


OF_READINGS: dict[str, Callable[[Lake, Reader], object]] = {
    "readings": lambda _, reader: reader.readings(1),
    "latest": lambda _, reader: reader.latest(),
    "first": lambda _, reader: reader.first([1]),
    "heard": lambda _, reader: reader.heard([1], END),
    "export": lambda _, reader: list(Scan(reader, [1], T0, END).tables()),
    "append": lambda lake, _: lake.append(counter(POINTS)),
    "build": lambda lake, _: build(lake, [], [1]),
    "all": lambda lake, _: build(lake, [], start=T0, end=END),
    "sql": lambda _, reader: reader.sql("SELECT count(*) FROM readings", METERS),
}
OF_INTERVALS: dict[str, Callable[[Lake, Reader], object]] = {
    "intervals": lambda _, reader: reader.intervals([1], T0, END),
    "energy": lambda _, reader: reader.energy([1], [T0, END]),
    "matrices": lambda _, reader: list(reader.matrices([1], T0, END, 0.999)),
    "peak": lambda _, reader: reader.first_at("demand_kw", {1: 4.0}, T0, END),
    "sql": lambda _, reader: reader.sql_json("SELECT sum(energy_import_kwh) FROM intervals", METERS, 10),
}


def refused(ask: Callable[[Lake, Reader], object], lake: Lake, file: str) -> None:
    with pytest.raises(LakeError) as error:
        ask(lake, Reader(lake))
    text = str(error.value)
    assert file in text
    assert "is missing" in text
    assert "backup" in text
    assert "IO Error" not in text
    assert "\n" not in text


@pytest.mark.parametrize("name", OF_READINGS)
def test_a_question_about_readings_names_the_file_that_is_gone(lake: Lake, name: str) -> None:
    refused(OF_READINGS[name], lake, lose(lake.readings))


@pytest.mark.parametrize("name", OF_INTERVALS)
def test_a_question_about_intervals_names_the_file_that_is_gone(lake: Lake, name: str) -> None:
    refused(OF_INTERVALS[name], lake, lose(lake.intervals))


def test_a_question_about_findings_names_the_file_that_is_gone(lake: Lake) -> None:
    refused(lambda lake, _: findings.stored(lake.findings), lake, lose(lake.findings))


def spoil(store: Store) -> str:
    """Write something else over what says where everything is in the one file of a table."""
    [file] = store.snapshot().files
    path = Path(file.path)
    content = path.read_bytes()
    length = int.from_bytes(content[-8:-4], "little")
    path.write_bytes(content[: -8 - length] + b"\xa5" * length + content[-8:])
    duck._shared.clear()  # this process has read it already, and keeps that
    source._names.cache_clear()
    return file.path


def damaged(ask: Callable[[Lake, Reader], object], lake: Lake, file: str) -> None:
    with pytest.raises(LakeError) as error:
        ask(lake, Reader(lake))
    text = str(error.value)
    assert "cannot be read" in text
    assert "backup" in text
    assert "\n" not in text
    assert file in text


@pytest.mark.parametrize("name", OF_READINGS)
def test_a_question_about_readings_says_that_a_file_is_damaged(lake: Lake, name: str) -> None:
    damaged(OF_READINGS[name], lake, spoil(lake.readings))


@pytest.mark.parametrize("name", OF_INTERVALS)
def test_a_question_about_intervals_says_that_a_file_is_damaged(lake: Lake, name: str) -> None:
    damaged(OF_INTERVALS[name], lake, spoil(lake.intervals))


def test_what_upkeep_does_without_a_backup_is_what_the_message_says(lake: Lake, tmp_path: Path) -> None:
    lake.append(counter([(86_400.0 + second, 100 + value) for second, value in POINTS]))
    Path(lake.readings.snapshot().files[0].path).unlink()
    maintain(lake, check=True)
    spool = Spool(tmp_path / "spool.db")
    lake.commit(spool)
    build(lake, [])
    assert [row["energy_active_import"] for row in readings(lake)] == [100 + value for _, value in POINTS]
    assert sum(row["energy_import_kwh"] for row in intervals(lake)) == pytest.approx(POINTS[-1][1])
    assert incidents(lake.path)
    spool.close()


def test_a_query_that_is_wrong_is_the_users_fault_while_all_files_are_there(lake: Lake) -> None:
    from energy_workbench.domain.errors import QueryError

    with pytest.raises(QueryError):
        Reader(lake).sql("SELECT nothing FROM readings", METERS)
