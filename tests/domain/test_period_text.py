"""Periods beside a period: as long on the site's calendar, whatever the clock does."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time.period import parse_period
from energy_workbench.domain.time.period_text import before, beside, lengths, span

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
        ("2026-10", "year", "2 Oct 2025 00:00 – 2 Nov 2025 00:00"),
        ("2024-02-29", "year", "2 Mar 2023 00:00 – 3 Mar 2023 00:00"),
        # Less than a week is compared with the same weekdays.
        ("2026-10-25", "previous", "18 Oct 2026 00:00 – 19 Oct 2026 00:00"),
        ("2026-10-01T06:00/2026-10-01T14:00", "previous", "24 Sep 2026 06:00 – 24 Sep 2026 14:00"),
        ("this month", "previous", "1 Oct 2026 00:00 – 1 Nov 2026 00:00"),
        ("today", "previous", "21 Nov 2026 00:00 – 22 Nov 2026 00:00"),
        ("last 7 days", "previous", "15 Nov 2026 00:00 – 22 Nov 2026 00:00"),
        ("last 7 days", "year", "23 Nov 2025 00:00 – 30 Nov 2025 00:00"),
        # Never a part of the period itself.
        ("2026", "year", "2 Jan 2025 00:00 – 1 Jan 2026 00:00"),
        ("2027", "previous", "1 Jan 2026 00:00 – 1 Jan 2027 00:00"),
    ],
)
def test_what_a_period_is_compared_with(text: str, against: str, found: str) -> None:
    other = before(parse_period(text, PARIS, NOW), against, PARIS)
    start, end = (edge.astimezone(PARIS) for edge in (other.start, other.end))
    assert f"{start.day} {start:%b %Y %H:%M} – {end.day} {end:%b %Y %H:%M}" == found
    again = parse_period(other.text, PARIS, NOW)
    assert (again.start, again.end) == (other.start, other.end)


@pytest.mark.parametrize(
    ("days", "before_days", "said"),
    [(31.0, 30.0, "31 and 30 days"), (14.5, 31.0, "14.5 and 31 days"), (0.5, 1.0, "12 and 24 h")],
)
def test_lengths_in_words(days: float, before_days: float, said: str) -> None:
    assert lengths(days, before_days) == said
