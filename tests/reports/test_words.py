"""How reports write numbers and instants."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time.period import parse_period
from energy_workbench.reports.content import words
from energy_workbench.reports.sections.front import known_for

KOLKATA = ZoneInfo("Asia/Kolkata")
NOW = datetime(2026, 10, 31, 6, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1234567.84, 1, "1,234,567.8"),
        (0.0, 0, "0"),
        (-0.04, 1, "0.0"),
        (-12.5, 1, "\N{MINUS SIGN}12.5"),
        (None, 1, "–"),
        (float("nan"), 1, "–"),
    ],
)
def test_numbers_have_thousands_separated_and_what_is_unknown_is_no_zero(
    value: float | None, digits: int, text: str
) -> None:
    assert words.number(value, digits) == text


def test_a_share_that_is_not_whole_is_never_rounded_up_to_a_hundred() -> None:
    assert words.percent(0.99999) == "99.9 %"
    assert words.percent(1.0) == "100.0 %"
    assert words.percent(0.5) == "50.0 %"


def test_a_change_is_signed_and_needs_something_to_compare_with() -> None:
    assert words.change(10.0) == "+10.0 %"
    assert words.change(-10.0) == "\N{MINUS SIGN}10.0 %"
    assert words.change(None) == "–"


def test_instants_are_written_in_the_zone_of_the_site() -> None:
    assert words.instant("2026-10-13T20:00:00+00:00", KOLKATA) == "14 Oct 2026, 01:30"


@pytest.mark.parametrize(
    ("period", "title", "iso"),
    [
        ("2026-10", "October 2026", "2026-10"),
        ("last month", "September 2026", "2026-09"),
        ("2026", "2026", "2026"),
        ("2026-10-05", "5 October 2026", "2026-10-05"),
        ("yesterday", "30 October 2026", "2026-10-30"),
        ("2026-10-01/2026-10-15", "1 – 15 October 2026", "2026-10-01/2026-10-15"),
        ("last 40 days", "22 September 2026 – 31 October 2026", "2026-09-22/2026-10-31"),
    ],
)
def test_a_period_has_a_title_and_an_iso_text_that_means_the_same(period: str, title: str, iso: str) -> None:
    parsed = parse_period(period, KOLKATA, NOW)
    assert words.span(parsed, KOLKATA) == title
    assert words.iso(parsed, KOLKATA) == iso
    again = parse_period(iso, KOLKATA, NOW)
    assert (again.start, again.end) == (parsed.start, parsed.end)


def test_hours_are_kept_exactly_in_iso() -> None:
    parsed = parse_period("last 24 hours", KOLKATA, NOW)
    again = parse_period(words.iso(parsed, KOLKATA), KOLKATA, NOW)
    assert (again.start, again.end) == (parsed.start, parsed.end)


def test_what_is_known_all_the_time_is_not_known_for_a_share_of_it_or_more() -> None:
    assert known_for(1.0) == "known for all of the time"
    assert known_for(0.9999) == "known for 99.9 % or more of the time"
