"""Local days where clocks change, and which edges of buckets cut one."""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.lake.rollups.local_days import HALF_DAY, cut, cutting, day_of, days_of, edges_of

HOUR = 3_600_000_000


@pytest.mark.parametrize("name", ["UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Asia/Beirut", "America/Asuncion"])
def test_days_are_those_of_the_buckets_that_are_asked_for(name: str) -> None:
    zone = ZoneInfo(name)
    start, end = (datetime(year, 1, 1, tzinfo=zone).astimezone(UTC) for year in (2023, 2024))
    days = [to_micros(edge) for edge in axis.edges(Period(start, end, ""), "1d", zone)]
    assert list(edges_of(days[0], days[-1] - 1, zone)) == days
    assert all(day_of(edge, zone)[0] == edge for edge in days)
    assert cutting(days, (days[0], days[-1]), zone) == []


def test_a_day_of_a_clock_change_is_whole() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    start, end = day_of(to_micros(datetime(2026, 10, 25, 12, tzinfo=UTC)), berlin)
    assert end - start == 25 * HOUR
    assert edges_of(start, start, berlin) == (start, end)


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Kolkata")])
def test_only_edges_between_two_times_of_which_there_is_something_cut(zone: tzinfo) -> None:
    day = to_micros(datetime(2026, 10, 5, tzinfo=zone))
    edges = [day - 30 * HOUR, day, day + 9 * HOUR, day + 48 * HOUR, day + 100 * HOUR]
    assert cutting(edges, (day, day + 60 * HOUR), zone) == [day + 9 * HOUR]
    assert cutting(edges, (day + 9 * HOUR, day + 60 * HOUR), zone) == [], "what there is begins at the edge"
    assert days_of([day + 9 * HOUR], zone) == [(day, day + 24 * HOUR)]
    assert days_of([day + HOUR, day + 9 * HOUR, day + 25 * HOUR], zone) == [(day, day + 48 * HOUR)]
    assert [cut(day + 8 * HOUR, last, [day + 9 * HOUR]) for last in (day + 8 * HOUR, day + 9 * HOUR)] == [False, True]


def test_buckets_shorter_than_a_day_have_nothing_of_days() -> None:
    first = to_micros(datetime(2026, 10, 5, tzinfo=UTC))
    hours = [first + nth * HOUR for nth in range(400_000 // 24)]
    assert cutting(hours, (first, hours[-1]), UTC) is None
    assert cutting([first, first + HALF_DAY], (first, first + HALF_DAY), UTC) == [first + HALF_DAY]


def test_the_first_and_the_last_day_of_the_calendar_are_left_alone() -> None:
    edges = [
        to_micros(datetime.combine(each, datetime.min.time(), UTC)) for each in (date(1, 1, 1), date(9999, 12, 31))
    ]
    within = to_micros(datetime(2026, 10, 5, tzinfo=UTC))
    assert cutting(edges, (within, within + 5 * HOUR), ZoneInfo("Asia/Kolkata")) == []
