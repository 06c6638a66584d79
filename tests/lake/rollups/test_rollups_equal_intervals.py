"""Sums by day and the intervals tell the same of any buckets, whatever happened to the intervals before."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.rollups.file_facts import FileFacts
from energy_workbench.lake.rollups.folder import Rollups
from energy_workbench.lake.storage import replacing
from tests.examples import examples
from tests.lake.helpers import T0_US, counter
from tests.lake.rollups.watched import Watched, alike, both_ways, small_files_too, summed_up

ZONES: list[tzinfo] = [
    UTC,
    *map(
        ZoneInfo,
        (
            "Asia/Kolkata",  # half an hour
            "Asia/Kathmandu",  # and a quarter
            "Europe/Berlin",
            "America/New_York",  # a day of 25 hours, west of UTC
            "Australia/Lord_Howe",  # a change by half an hour
            "America/Asuncion",
            "Asia/Beirut",  # clocks change at midnight
        ),
    ),
]
METERS = (1, 2, 3, 7)
SELDOM = 3
"""Its readings are half an hour apart."""
DAYS = 40
FIRST = to_micros(datetime(2026, 10, 10, tzinfo=UTC))
LATE = datetime(2026, 12, 31, tzinfo=UTC)


def intervals(meters: list[int], first: int, count: int, seed: int) -> pa.Table:
    """So many intervals of meters from an instant on [µs], of any kind; some are missing."""
    random = np.random.default_rng(seed)
    meter = np.repeat(np.asarray(sorted(meters), "int32"), count)
    start = np.tile(first + np.arange(count) * QUARTER, len(meters))
    there = random.random(len(meter)) < 0.95
    meter, start = meter[there], start[there]
    size = len(meter)

    def values(known: float, scale: float = 1.0) -> pa.Array:
        return pa.array(np.round(random.gamma(2.0, scale, size), 2), pa.float64(), mask=random.random(size) > known)

    seldom = meter == SELDOM
    quality = np.where(seldom, "estimated", random.choice(["actual", "actual", "estimated", "edited", "missing"], size))
    whole = np.where(random.random(size) < 0.8, 1.0, random.random(size)).astype("float32")
    return pa.table(
        {
            "meter": pa.array(meter, pa.int32()),
            "start": pa.array(start).cast(pa.timestamp("us", "UTC")),
            "energy_import_kwh": values(0.9),
            "energy_export_kwh": values(0.3),
            "energy_reactive_kvarh": values(0.6),
            "energy_apparent_kvah": values(0.2),
            # Few different ones: a maximum comes again.
            "demand_kw": pa.array(random.integers(0, 4, size) + random.choice([0, 1e-7], size), mask=seldom),
            "power_factor": pa.nulls(size, pa.float64()),
            "quality": pa.array(quality.tolist(), pa.string()),
            "completeness": pa.array(np.where(seldom, 0, whole).astype("float32")),
            "export_demand_kw": values(0.1),
            "step_kwh": pa.nulls(size, pa.float64()),
            "covered": pa.array(whole),
            "grain_minutes": pa.array(np.full(size, 30.0, "float32"), mask=~seldom),
            "edges": pa.array(np.zeros(size, "int8")),
            "month": pa.array([f"{from_micros(each):%Y-%m}" for each in start.tolist()], pa.string()),
        },
        schema=interval_schema(),
    )


def asked(reader: Watched, edges: list[datetime], meters: list[int] | None) -> list[Any]:
    """All that is asked of buckets."""
    sums = reader.energy(meters, edges, LATE, peaks=True).to_pylist()
    whole = reader.energy(meters, [edges[0], edges[-1]], LATE, peaks=True).to_pylist()
    when = [
        reader.first_at(column, {row["meter"]: row[column] for row in whole if row[column] is not None},
                        edges[0], edges[-1])
        for column in ("demand_kw", "export_demand_kw")
    ]  # fmt: skip
    return [sums, reader.energy(meters, edges).to_pylist(), whole, when]


@given(data=st.data())
@settings(max_examples=examples(6), deadline=None)
def test_any_buckets_after_any_writes(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("rollups")
    zone = data.draw(st.sampled_from(ZONES))
    lake = Lake(path / "lake")
    with pytest.MonkeyPatch.context() as patched:
        small_files_too(patched)
        for seed in range(data.draw(st.integers(1, 5))):
            some = data.draw(st.lists(st.sampled_from(METERS), min_size=1, unique=True))
            begin = FIRST + data.draw(st.integers(0, DAYS * 96)) * QUARTER
            count = data.draw(st.integers(1, 96 * 12))
            with lake.intervals.writer():
                new = intervals(some, begin, count, seed)
                replacing.replace(lake.intervals, new, sorted(some), begin, begin + count * QUARTER)
            if data.draw(st.booleans()):
                maintain(lake, from_micros(FIRST + data.draw(st.integers(0, 60)) * 96 * QUARTER))
            if data.draw(st.booleans()):
                summed_up(lake, zone)
        if data.draw(st.booleans()):
            summed_up(lake, zone)
        summed_up(lake, ZONES[0])  # and by the days of another zone
        start = from_micros(FIRST).astimezone(zone).replace(hour=0, minute=0)
        marks = data.draw(st.lists(st.integers(-2, DAYS + 14), min_size=2, max_size=30, unique=True))
        edges = sorted({(start.replace(tzinfo=None) + timedelta(days=day)).replace(tzinfo=zone) for day in marks})
        edges[-1] += data.draw(st.integers(0, 95)) * timedelta(minutes=15)  # the day that runs
        if data.draw(st.booleans()):
            edges[0] += data.draw(st.integers(0, 95)) * timedelta(minutes=15)
        edges = sorted({edge.astimezone(UTC) for edge in edges})
        if len(edges) < 2:
            return
        some = data.draw(st.none() | st.lists(st.sampled_from(METERS), min_size=1, unique=True))
        reader = Watched(lake, zone, stated=data.draw(st.sampled_from([{}, {1: [(None, 60)]}])))
        rolled, plain = both_ways(lake.path, lambda: asked(reader, edges, some))
        assert alike(rolled, plain)
        snapshot = lake.intervals.snapshot()
        rolled_facts, plain_facts = (FileFacts(Rollups(each)) for each in (lake.path, path / "none"))
        assert rolled_facts.begun(snapshot, zone) == plain_facts.begun(snapshot, zone)
        of_files = rolled_facts.distant(snapshot, snapshot.files, zone)
        assert of_files == plain_facts.distant(snapshot, snapshot.files, zone) <= {SELDOM}


@pytest.mark.parametrize("zone", [ZoneInfo("Asia/Kathmandu"), ZoneInfo("Europe/Berlin"), ZONES[-1]], ids=str)
def test_days_months_and_what_runs_are_answered_by_sums(
    zone: tzinfo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small_files_too(monkeypatch)
    lake = Lake(tmp_path / "lake")
    with lake.intervals.writer():
        replacing.replace(lake.intervals, intervals([1, 2], FIRST, DAYS * 96, 1), [1, 2])
    assert summed_up(lake, zone) == lake.intervals.snapshot().rows
    local = datetime(2026, 10, 12, tzinfo=zone)
    midnights = [(local.replace(tzinfo=None) + timedelta(days=nth)).replace(tzinfo=zone) for nth in range(30)]
    running = [
        local.replace(day=1),
        midnights[20] + timedelta(hours=9, minutes=15),
        midnights[20] + timedelta(hours=9, minutes=30),
    ]
    shift = [midnights[0], midnights[3] + timedelta(hours=6), midnights[9] + timedelta(hours=14)]
    for edges in (midnights, midnights[::7], running, shift):
        reader = Watched(lake, zone)
        rolled, plain = both_ways(lake.path, lambda: asked(reader, edges, None))  # noqa: B023 - called at once
        assert alike(rolled, plain)
        assert reader.rolled == 5, "sums, of one bucket and of more, and when either demand was the greatest"
    hours = [midnights[0] + nth * timedelta(hours=1) for nth in range(48)]
    reader = Watched(lake, zone)
    reader.energy(None, hours)
    assert reader.rolled == 0, "an hour is no day"


def test_late_readings_and_ratios_that_change_are_in_the_sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    small_files_too(monkeypatch)
    lake, zone = Lake(tmp_path / "lake"), ZoneInfo("Asia/Kolkata")
    edges = [datetime(2026, 10, day, tzinfo=zone) for day in range(1, 12)]
    points = [(900.0 * nth, 1000 + 2.0 * nth) for nth in range(960)]
    reader = Watched(lake, zone)
    since = from_micros(T0_US + 5 * 96 * QUARTER)
    twice = [
        (1, Ratio()),
        (1, Ratio(ct_primary=200, ct_secondary=100, applied_by=AppliedBy.WORKBENCH, valid_from=since)),
    ]
    steps = (
        (counter([point for point in points if not 300 < point[0] / 900 < 500]), []),
        (counter(points[301:500]), []),
        (counter(points[400:410], meter=2), []),
        (None, twice),
        (None, []),
    )
    totals = []
    for table, ratios in steps:
        if table is not None:
            lake.append(table)
        build(lake, ratios)
        behind, plain = both_ways_or_plain(lake, reader, edges)
        assert alike(behind, plain), "sums of what was before are not asked"
        summed_up(lake, zone)
        reader.rolled = 0
        rolled, plain = both_ways(lake.path, lambda: asked(reader, edges, None))
        assert alike(rolled, plain)
        assert reader.rolled >= 4
        totals.append(sum(row["energy_import_kwh"] or 0 for row in rolled[0] if row["meter"] == 1))
    assert totals == pytest.approx([1876.0, 1876.0, 1876.0, 960 + 2 * 916.0, 1876.0])


def both_ways_or_plain(lake: Lake, reader: Watched, edges: list[datetime]) -> tuple[list[Any], list[Any]]:
    """As `both_ways`, also where nothing was summed up yet."""
    if not (lake.path / "daily").exists():
        return [], []
    return both_ways(lake.path, lambda: asked(reader, edges, None))
