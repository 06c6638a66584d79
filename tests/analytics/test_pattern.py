"""Patterns: totals, peaks and gaps."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.analytics.buckets import energy_rows
from energy_workbench.analytics.pattern import mean_power_factor, pattern
from energy_workbench.domain.entities import Flow, Meter, MeterType, ProductionRegister

ZONE = ZoneInfo("Asia/Kolkata")
START = datetime(2026, 10, 5, tzinfo=UTC)
HOUR = timedelta(hours=1)
EDGES = [START + HOUR * n for n in range(4)]
UNIT = Meter(key=1, number="UNIT-A", name="Unit A", type=MeterType.UNIT)


def bucket(index: int, kwh: float, completeness: float = 1.0, kw: float | None = None) -> dict[str, Any]:
    """What the lake says of an hour."""
    nothing = dict.fromkeys(
        ("energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah", "active_of_apparent",
         "apparent_of_active", "export_demand_kw",
         "block_export_kwh", "greatest_export_kwh")
    )  # fmt: skip
    whole = 4 * completeness
    return nothing | {
        "bucket": index, "energy_import_kwh": kwh, "quality": "actual", "completeness": completeness, "demand_kw": kw,
        "block_import_kwh": kwh, "import_blocks": whole, "greatest_import_kwh": (kw or 0.0) / 4,
        "import_hours": completeness, "export_blocks": 0, "export_hours": 0.0,
    }  # fmt: skip


def test_a_bucket_that_the_lake_does_not_know_is_missing_and_not_zero() -> None:
    rows = energy_rows(EDGES, [bucket(0, 4.0), bucket(2, 6.0)], ZONE)
    assert [row["energy_import_kwh"] for row in rows] == [4.0, None, 6.0]
    assert [row["quality"] for row in rows] == ["actual", "missing", "actual"]
    assert rows[0]["start"] == "2026-10-05T05:30:00+05:30"


def test_total_peak_and_load_factor_come_from_what_is_known() -> None:
    hours, peak_at = [bucket(0, 4.0, kw=4.0), bucket(2, 6.0, kw=12.0)], START + 2.25 * HOUR
    found = pattern(UNIT, EDGES, hours, every="1h", zone=ZONE, now=EDGES[-1], peak=12.0, peak_at=peak_at)
    assert found.total_kwh == 10.0
    assert (found.peak_kw, found.peak_at) == (12.0, "2026-10-05T07:45:00+05:30")
    assert [point["demand_kw"] for point in found.points] == [4.0, None, 12.0]
    assert found.load_factor == pytest.approx(10.0 / (12.0 * 2), abs=1e-4)
    assert (found.load_factor_share, found.mean_load_kw, found.mean_load_share) == (0.6667, 5.0, 0.6667)
    assert found.completeness == pytest.approx(2 / 3, abs=1e-4)


def test_a_producer_that_counts_in_its_export_register_shows_its_production() -> None:
    solar = Meter(
        key=1,
        number="SOLAR",
        name="Solar",
        type=MeterType.SOLAR,
        flow=Flow.PRODUCER,
        production_register=ProductionRegister.EXPORT,
    )
    hour = bucket(0, 0.1, kw=0.4) | {"energy_export_kwh": 8.0, "export_demand_kw": 9.0}
    found = pattern(solar, EDGES, [hour], every="1h", zone=ZONE, now=EDGES[-1])
    assert (found.total_kwh, found.points[0]["demand_kw"]) == (8.0, 9.0)


def test_a_power_factor_over_time_is_energy_by_apparent_energy_and_no_mean_of_factors() -> None:
    light = bucket(0, 1.0) | {"apparent_of_active": 2.0, "active_of_apparent": 1.0}
    heavy = bucket(1, 98.0) | {"apparent_of_active": 98.0, "active_of_apparent": 98.0}
    assert mean_power_factor(UNIT, [light, heavy, bucket(2, 50.0)]) == pytest.approx(0.99)
    assert mean_power_factor(UNIT, [bucket(0, 4.0)]) is None
    producer = replace(UNIT, flow=Flow.PRODUCER, production_register=ProductionRegister.EXPORT)
    assert mean_power_factor(producer, [light]) is None


def test_nothing_known_gives_nothing_and_not_zeros() -> None:
    found = pattern(UNIT, EDGES, [], every="1h", zone=ZONE, now=EDGES[-1])
    assert (found.total_kwh, found.peak_kw, found.peak_at, found.load_factor) == (None, None, None, None)
    assert found.completeness == 0.0


def test_time_that_has_not_been_yet_is_not_missing() -> None:
    hours = [bucket(0, 4.0, kw=4.0), bucket(1, 2.0, kw=4.0) | {"import_blocks": 2, "import_hours": 0.5}]
    found = pattern(UNIT, EDGES, hours, every="1h", zone=ZONE, now=START + HOUR * 1.5, peak=4.0)
    assert found.completeness == 1.0
    assert found.load_factor == 1.0
