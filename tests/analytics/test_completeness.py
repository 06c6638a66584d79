"""Completeness by meter and day: what the lake says, and nothing where it says nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from energy_workbench.analytics.completeness import completeness
from tests.analytics.test_flow import GRID, MAIN

EDGES = [datetime(2026, 10, 1, tzinfo=UTC) + timedelta(days=day) for day in range(4)]


def test_each_meter_has_a_share_and_a_quality_for_each_day() -> None:
    found = [
        {"meter": MAIN.key, "bucket": 0, "completeness": 1.0, "quality": "actual"},
        {"meter": MAIN.key, "bucket": 2, "completeness": 0.25, "quality": "estimated"},
    ]
    grid, main = completeness([GRID, MAIN], EDGES, found)
    assert grid["complete"] == [0.0, 0.0, 0.0]
    assert main["complete"] == [1.0, 0.0, 0.25]
    assert main["quality"] == ["actual", "missing", "estimated"]


def test_a_time_that_has_not_begun_has_no_days() -> None:
    assert completeness([GRID], [], [])[0]["complete"] == []
