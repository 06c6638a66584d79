"""Periods beside a period: as long on the site's calendar, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.core.errors import PeriodError
from energy_workbench.core.period import parse_period
from energy_workbench.core.period_text import before, beside, span

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("text", "by", "found"),
    [
        ("today", -1, "2026-11-27"),
        ("2026-11", -1, "2026-10"),
        ("2026-12", 1, "2027-01"),
        ("2026", -1, "2025"),
        ("2026-01/2026-03", 1, "2026-04-01/2026-06-30"),
        ("last 7 days", -1, "2026-11-15/2026-11-21"),
        ("2026-W43", 1, "2026-10-26/2026-11-01"),
        ("2026-10-25", 1, "2026-10-26"),
        ("2026-10-24", 1, "2026-10-25"),
    ],
)
def test_the_period_beside_is_as_long_on_the_calendar(text: str, by: int, found: str) -> None:
    period = beside(parse_period(text, PARIS, NOW), by, PARIS)
    assert period.text == found
    again = parse_period(period.text, PARIS, NOW)
    assert (again.start, again.end) == (period.start, period.end)


def test_a_step_forth_and_back_returns_over_a_clock_change() -> None:
    period = parse_period("2026-10-25", PARIS, NOW)
    assert period.hours == 25
    there = beside(period, 1, PARIS)
    assert there.hours == 24
    back = beside(there, -1, PARIS)
    assert (back.start, back.end) == (period.start, period.end)


def test_hours_move_by_their_own_length() -> None:
    period = parse_period("2026-10-01T06:00/2026-10-01T14:00", PARIS, NOW)
    assert span(beside(period, 1, PARIS), PARIS) == "1 Oct 2026 14:00 – 1 Oct 2026 22:00"


def test_the_end_of_the_calendar_is_said() -> None:
    with pytest.raises(PeriodError, match="calendar ends"):
        beside(parse_period("9998", PARIS, NOW), 2, PARIS)


@pytest.mark.parametrize(
    ("text", "against", "found"),
    [
        ("2026-10", "previous", "1 Sep 2026 00:00 – 1 Oct 2026 00:00"),
        ("2026-10", "year", "1 Oct 2025 00:00 – 1 Nov 2025 00:00"),
        ("2024-02-29", "year", "28 Feb 2023 00:00 – 1 Mar 2023 00:00"),
        ("2026-10-25", "previous", "24 Oct 2026 00:00 – 25 Oct 2026 00:00"),
        # Of what runs, as much as has been: 13:00 in Paris on the 28th.
        ("this month", "previous", "1 Oct 2026 00:00 – 28 Oct 2026 13:00"),
        ("today", "previous", "27 Nov 2026 00:00 – 27 Nov 2026 13:00"),
        ("last 7 days", "year", "22 Nov 2025 00:00 – 28 Nov 2025 13:00"),
        ("2027", "previous", "1 Jan 2026 00:00 – 1 Jan 2027 00:00"),
    ],
)
def test_what_a_period_is_compared_with(text: str, against: str, found: str) -> None:
    other = before(parse_period(text, PARIS, NOW), against, PARIS, NOW)
    start, end = (edge.astimezone(PARIS) for edge in (other.start, other.end))
    assert f"{start.day} {start:%b %Y %H:%M} – {end.day} {end:%b %Y %H:%M}" == found
    again = parse_period(other.text, PARIS, NOW)
    assert (again.start, again.end) == (other.start, other.end)


def test_a_month_that_runs_is_compared_with_no_more_than_the_whole_shorter_one() -> None:
    late = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
    other = before(parse_period("this month", PARIS, late), "previous", PARIS, late)
    assert span(other, PARIS) == "February 2026"
