"""Rows replaced in a table: what the table holds is what was written last, and older files stay as they are."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake import Lake, compaction
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.storage import replacing, store
from tests.lake.helpers import T0, T0_US

DAY = 96
Key = tuple[int, int]
"""Meter, and quarter of an hour after T0."""


def rows(values: dict[Key, float]) -> pa.Table:
    """Intervals of meters, as a build makes them."""
    keys = sorted(values)
    starts = [T0_US + quarter * QUARTER for _, quarter in keys]
    columns: dict[str, list[Any]] = {name: [None] * len(keys) for name in interval_schema().names}
    columns |= {
        "meter": [meter for meter, _ in keys],
        "start": starts,
        "energy_import_kwh": [values[key] for key in keys],
        "quality": ["actual"] * len(keys),
        "month": [f"{T0 + quarter * timedelta(minutes=15):%Y-%m}" for _, quarter in keys],
    }
    return pa.table({field.name: pa.array(columns[field.name], field.type) for field in interval_schema()})


def replace(lake: Lake, values: dict[Key, float], meters: list[int], first: int | None, end: int | None) -> None:
    bounds = (None if each is None else T0_US + each * QUARTER for each in (first, end))
    with lake.intervals.writer():
        replacing.replace(lake.intervals, rows(values), meters, *bounds)


def stored(lake: Lake) -> dict[Key, float]:
    """What the files of the newest version hold; nothing is in two of them."""
    found: dict[Key, float] = {}
    for file in lake.intervals.snapshot().files:
        table = pq.ParquetFile(file.path).read()
        keys = list(zip(table["meter"].to_pylist(), table["start"].cast("int64").to_pylist(), strict=True))
        assert keys == sorted(keys), "a file is sorted"
        assert len(table) == file.rows
        assert (keys[0][0], keys[-1][0]) == (file.low, file.high)
        for (meter, start), value in zip(keys, table["energy_import_kwh"].to_pylist(), strict=True):
            key = meter, (start - T0_US) // QUARTER
            assert key not in found
            found[key] = value
    return found


@st.composite
def windows(draw: st.DrawFn) -> tuple[list[int], int | None, int | None, bool]:
    """Meters, a span of quarters, and whether upkeep follows."""
    meters = sorted(draw(st.sets(st.integers(1, 5), min_size=1)))
    first, length = draw(st.integers(0, 40 * DAY)), draw(st.integers(1, 200))
    bounds = draw(st.sampled_from([(first, first + length)] * 6 + [(None, first), (first, None), (None, None)]))
    return meters, *bounds, draw(st.booleans())


@settings(deadline=None, max_examples=40)
@given(script=st.lists(windows(), min_size=1, max_size=8), limit=st.sampled_from([7, 100, 524_288]))
def test_the_table_holds_what_was_written_last(
    script: list[tuple[list[int], int | None, int | None, bool]], limit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lake = Lake(tmp_path_factory.mktemp("lake"))
    expected: dict[Key, float] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacing, "ROWS", limit)
        patch.setattr(compaction, "ROWS", limit)
        for number, (meters, first, end, kept) in enumerate(script):
            low, high = 0 if first is None else first, 40 * DAY if end is None else end
            comes = {(meter, quarter): float(number) for meter in meters for quarter in range(low, high, 7)}
            expected = {
                (meter, quarter): value
                for (meter, quarter), value in expected.items()
                if not (meter in meters and (first is None or quarter >= first) and (end is None or quarter < end))
            } | comes
            replace(lake, comes, meters, first, end)
            assert stored(lake) == expected
            if kept:
                maintain(lake, T0 + timedelta(days=20))
                assert stored(lake) == expected


def test_a_new_quarter_of_an_hour_leaves_older_files_alone(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    meters = list(range(1, 11))
    replace(lake, {(m, q): 1.0 for m in meters for q in range(30 * DAY)}, meters, None, None)
    written = changed = 0
    known = {file.path for file in lake.intervals.snapshot().files}
    for quarter in range(30 * DAY, 30 * DAY + 40):
        comes = {(m, q): 2.0 for m in meters for q in (quarter - 1, quarter)}
        replace(lake, comes, meters, quarter - 1, None)
        files = lake.intervals.snapshot().files
        written += sum(file.rows for file in files if file.path not in known)
        changed += len(comes)
        known = {file.path for file in files}
        if quarter == 30 * DAY:
            written = changed = 0  # The first took the end of the large file off.
    assert written <= 3 * changed
    assert len(known) < 40


def test_what_cannot_be_committed_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = Lake(tmp_path / "lake")
    replace(lake, {(1, 0): 1.0, (2, 0): 1.0}, [1, 2], None, None)

    def refuses(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before = set(lake.intervals.path.rglob("*.parquet"))
    monkeypatch.setattr(store.data_files, "action", refuses)
    with pytest.raises(LakeError, match="No space left"):
        replace(lake, {(1, 0): 2.0}, [1], 0, 1)
    assert set(lake.intervals.path.rglob("*.parquet")) == before
    assert stored(lake) == {(1, 0): 1.0, (2, 0): 1.0}


def test_a_file_that_is_damaged_is_named(tmp_path: Path) -> None:
    lake = Lake(tmp_path / "lake")
    replace(lake, {(1, 0): 1.0, (2, 0): 1.0}, [1, 2], None, None)
    path = Path(lake.intervals.snapshot().files[0].path)
    path.write_bytes(b"PAR1" + b"\0" * (path.stat().st_size - 8) + b"PAR1")
    with pytest.raises(LakeError, match=path.name):
        replace(lake, {(1, 0): 2.0}, [1], 0, 1)
