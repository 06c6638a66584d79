"""Columns of times say the same as times one by one."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import parse_instant
from energy_workbench.lake.imports.instants import Instants
from energy_workbench.lake.reading import wrong_instant

NOW_US = 1_790_000_000_000_000
ZONES = [ZoneInfo(name) for name in ("Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Africa/Casablanca", "UTC")]

walls = st.datetimes(datetime(1998, 1, 1), datetime(2027, 1, 1))
clock_changes = st.sampled_from(
    [
        datetime(2025, 10, 26, 1),
        datetime(2026, 3, 29, 1),
        datetime(2006, 4, 2),
        datetime(2006, 10, 29),
        datetime(2025, 2, 23, 2),
    ]
).flatmap(lambda start: st.integers(0, 4 * 60).map(lambda minutes: start + timedelta(minutes=minutes)))
texts = st.builds(
    lambda wall, tail, mark: f"{wall.isoformat(mark)}{tail}",
    walls | clock_changes,
    st.sampled_from(["", "", "", "Z", "+05:30", "-03:30", "+0200"]),
    st.sampled_from("T "),
)


def expected(text: str, zone: ZoneInfo) -> int | None:
    try:
        micros = to_micros(parse_instant(text, zone))
    except PeriodError:
        return None
    return None if wrong_instant(micros, NOW_US) else micros


@settings(max_examples=150, deadline=None)
@given(
    st.lists(texts | st.sampled_from(["x", " 2026-01-05", "2026-01-05T00:00:00.1234567Z"]), max_size=8),
    st.sampled_from(ZONES),
)
def test_a_column_is_read_as_its_texts_are(column: list[str], zone: ZoneInfo) -> None:
    for part in (column, [t for t in column if len(t) in (19, 26)], [t for t in column if t.endswith("Z")]):
        found, bad = Instants(zone, NOW_US).of(pa.array(part, pa.string()))
        known = [None if wrong else us for us, wrong in zip(found.tolist(), bad.tolist(), strict=True)]
        assert known == [expected(text.strip(), zone) for text in part]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_timestamps_of_any_unit_are_read(unit: str) -> None:
    instants = Instants(ZoneInfo("Asia/Kolkata"), NOW_US)
    given = [datetime(2026, 1, 5, 10), None]
    for zone, wanted in (("UTC", 1767607200000000), (None, 1767587400000000)):
        found, bad = instants.of(pa.array(given, pa.timestamp(unit, zone)))
        assert (found.tolist(), bad.tolist()) == ([wanted, 0], [False, True])
