"""Patterns: totals, peaks and gaps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.analytics.buckets import energy_rows
from energy_workbench.analytics.pattern import load_factor, pattern
from energy_workbench.core.entities import Flow, Meter, MeterType, ProductionRegister

ZONE = ZoneInfo("Asia/Kolkata")
START = datetime(2026, 10, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
EDGES = [START + HOUR * n for n in range(4)]
UNIT = Meter(key=1, number="UNIT-A", name="Unit A", type=MeterType.UNIT)


def interval(quarter: int, kwh: float | None, quality: str = "actual", **more: Any) -> dict[str, Any]:
    whole = quality == "actual"
    return {
        "meter": 1,
        "start": START + timedelta(minutes=15) * quarter,
        "energy_import_kwh": kwh,
        "energy_export_kwh": None,
        "demand_kw": kwh * 4 if whole and kwh is not None else None,
        "quality": quality,
        "completeness": 1.0 if whole else 0.0,
        **more,
    }


def bucket(index: int, kwh: float, completeness: float = 1.0, quality: str = "actual") -> dict[str, Any]:
    return {"bucket": index, "energy_import_kwh": kwh, "quality": quality, "completeness": completeness}


def test_a_bucket_that_the_lake_does_not_know_is_missing_and_not_zero() -> None:
    rows = energy_rows(EDGES, [bucket(0, 4.0), bucket(2, 6.0)], ZONE)
    assert [row["energy_import_kwh"] for row in rows] == [4.0, None, 6.0]
    assert [row["quality"] for row in rows] == ["actual", "missing", "actual"]
    assert rows[0]["start"] == "2026-10-05T05:30:00+05:30"


def test_total_peak_and_load_factor_come_from_what_is_known() -> None:
    rows = energy_rows(EDGES, [bucket(0, 4.0), bucket(2, 6.0)], ZONE)
    quarters = [interval(n, 1.0) for n in range(4)] + [
        interval(n, k) for n, k in ((8, 1.0), (9, 3.0), (10, 1.0), (11, 1.0))
    ]
    found = pattern(UNIT, EDGES, rows, quarters, every="1h", zone=ZONE, now=EDGES[-1])
    assert found.total_kwh == 10.0
    assert (found.peak_kw, found.peak_at) == (12.0, "2026-10-05T07:45:00+05:30")
    assert [point["demand_kw"] for point in found.points] == [4.0, None, 12.0]
    assert found.load_factor == pytest.approx(10.0 / (12.0 * 2), abs=1e-4)
    assert found.completeness == pytest.approx(2 / 3, abs=1e-4)


def test_an_estimated_interval_is_no_peak() -> None:
    rows = energy_rows(EDGES, [bucket(0, 110.0, 0.5, "estimated")], ZONE)
    quarters = [interval(0, 2.0), interval(1, 100.0, "estimated")]
    assert pattern(UNIT, EDGES, rows, quarters, every="1h", zone=ZONE, now=EDGES[-1]).peak_kw == 8.0


def test_a_producer_that_counts_in_its_export_register_shows_its_production() -> None:
    solar = Meter(
        key=1,
        number="SOLAR",
        name="Solar",
        type=MeterType.SOLAR,
        flow=Flow.PRODUCER,
        production_register=ProductionRegister.EXPORT,
    )
    rows = energy_rows(EDGES, [{**bucket(0, 0.1), "energy_export_kwh": 8.0}], ZONE)
    quarters = [interval(n, 0.02, energy_export_kwh=2.0) for n in range(4)]
    found = pattern(solar, EDGES, rows, quarters, every="1h", zone=ZONE, now=EDGES[-1])
    assert (found.total_kwh, found.peak_kw) == (8.0, 8.0)


def test_nothing_known_gives_nothing_and_not_zeros() -> None:
    found = pattern(UNIT, EDGES, energy_rows(EDGES, [], ZONE), [], every="1h", zone=ZONE, now=EDGES[-1])
    assert (found.total_kwh, found.peak_kw, found.peak_at, found.load_factor) == (None, None, None, None)
    assert found.completeness == 0.0


def test_time_that_has_not_been_yet_is_not_missing() -> None:
    rows = energy_rows(EDGES, [bucket(0, 4.0), bucket(1, 2.0)], ZONE)
    quarters = [interval(n, 1.0) for n in range(6)]
    found = pattern(UNIT, EDGES, rows, quarters, every="1h", zone=ZONE, now=START + HOUR * 1.5)
    assert found.completeness == 1.0
    assert found.load_factor == 1.0


@pytest.mark.parametrize(
    ("energy", "peak", "hours"), [(None, 1.0, 1.0), (1.0, None, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0)]
)
def test_a_load_factor_without_meaning_is_none(energy: float | None, peak: float | None, hours: float) -> None:
    assert load_factor(energy, peak, hours) is None
