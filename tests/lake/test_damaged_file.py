"""A file of the lake that is there and cannot be read: a user's query says which and what to do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from energy_workbench.domain.errors import LakeError, QueryError
from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.build.intervals import build
from tests.lake.helpers import counter

METERS = pa.table({"key": pa.array([1], pa.int32()), "number": ["MAIN"]})

DAMAGE: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "torn": lambda content: content[:-40],
    "first page": lambda content: content[:4] + bytes(255 - byte for byte in content[4:24]) + content[24:],
    "footer": lambda content: content[:-400] + bytes(255 - byte for byte in content[-400:-20]) + content[-20:],
    "another file": lambda _: b"a,b\n1,2\n" * 100,
}
QUERIES = {
    "readings": "SELECT sum(energy_active_import), max(ts) FROM readings",
    "intervals": "SELECT sum(energy_import_kwh), max(start), max(quality) FROM intervals",
}


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    lake = Lake(tmp_path / "lake")
    lake.append(counter([(900.0 * step, float(step)) for step in range(9)]))
    build(lake, [])
    return lake


def one_file(lake: Lake, table: str) -> Path:
    [file] = getattr(lake, table).snapshot().files
    return Path(file.path)


@pytest.mark.parametrize("form", ["arrow", "json"])
@pytest.mark.parametrize("table", QUERIES)
@pytest.mark.parametrize("damage", DAMAGE)
def test_a_query_names_the_file_that_is_damaged(lake: Lake, damage: str, table: str, form: str) -> None:
    file, reader = one_file(lake, table), Reader(lake)
    file.write_bytes(DAMAGE[damage](file.read_bytes()))
    with pytest.raises(LakeError) as error:
        reader.sql(QUERIES[table], METERS) if form == "arrow" else reader.sql_json(QUERIES[table], METERS, 10)
    text = str(error.value)
    assert str(file) in text
    assert "cannot be read" in text
    assert "backup" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "query",
    [
        "SELECT nothing FROM readings",
        "SELECT 'a'::int FROM readings",
        "SELECT * FROM read_csv('{file}', delim=';', columns={{'a': 'INT'}}, auto_detect=false)",
        "SELECT error('{file} is not what I want') FROM readings",
    ],
)
def test_a_query_that_is_wrong_is_the_users_fault_while_all_files_are_whole(lake: Lake, query: str) -> None:
    with pytest.raises(QueryError):
        Reader(lake).sql(query.format(file=one_file(lake, "readings")), METERS)
