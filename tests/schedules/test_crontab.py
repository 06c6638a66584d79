"""The calendar: in the site's zone, each planned time once, also where the clock changes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.domain.time import crontab

BERLIN, KOLKATA, LORD_HOWE = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Australia/Lord_Howe")


def local(zone: ZoneInfo, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=zone, fold=fold)  # type: ignore[arg-type,misc]


def planned(expression: str, zone: ZoneInfo, after: datetime, count: int) -> list[str]:
    return [f"{at.astimezone(zone):%m-%d %H:%M%z}" for at in islice(crontab.times(expression, zone, after), count)]


def test_a_time_of_day_stays_that_of_the_site_when_the_clock_changes():
    after = local(BERLIN, 2026, 3, 28, 12)
    assert planned("0 6 * * *", BERLIN, after, 2) == ["03-29 06:00+0200", "03-30 06:00+0200"]
    after = local(BERLIN, 2026, 10, 24, 12)
    assert planned("0 6 * * *", BERLIN, after, 2) == ["10-25 06:00+0100", "10-26 06:00+0100"]


def test_a_time_that_the_clock_skips_comes_right_after_the_skip():
    after = local(BERLIN, 2026, 3, 28, 12)
    assert planned("30 2 * * *", BERLIN, after, 3) == ["03-29 03:00+0200", "03-30 02:30+0200", "03-31 02:30+0200"]


def test_a_time_that_the_clock_shows_twice_comes_once():
    after = local(BERLIN, 2026, 10, 24, 12)
    assert planned("30 2 * * *", BERLIN, after, 2) == ["10-25 02:30+0200", "10-26 02:30+0100"]


def test_nothing_is_planned_again_by_asking_in_the_repeated_hour():
    second = local(BERLIN, 2026, 10, 25, 2, 10, fold=1)
    assert planned("30 2 * * *", BERLIN, second, 1) == ["10-26 02:30+0100"]


def test_every_quarter_hour_goes_on_through_both_changes():
    for zone, day in ((BERLIN, (2026, 3, 29)), (BERLIN, (2026, 10, 25)), (LORD_HOWE, (2026, 4, 5))):
        begin = local(zone, *day)
        found = list(islice(crontab.times("*/15 * * * *", zone, begin), 30))
        assert {later - earlier for earlier, later in pairwise(found)} == {timedelta(minutes=15)}


@pytest.mark.parametrize("expression", ["30 2 * * *", "*/20 * * * *", "0 6 1 * *", "0 */6 * * *", "0 0 29 2 *"])
@pytest.mark.parametrize("zone", [BERLIN, KOLKATA, LORD_HOWE], ids=str)
def test_the_last_planned_time_is_the_one_that_going_forward_gives(expression: str, zone: ZoneInfo):
    for change in ((2026, 3, 29), (2026, 10, 25), (2026, 4, 5)):
        at = local(zone, *change).astimezone(UTC)
        for minutes in range(0, 26 * 60, 97):
            now = at + timedelta(minutes=minutes)
            last = crontab.last_time(expression, zone, now)
            assert last is not None
            assert last <= now
            following = crontab.next_time(expression, zone, last)
            assert following is not None
            assert following > now


def test_missed_times_are_counted_without_their_ends():
    first = local(KOLKATA, 2026, 10, 1, 6).astimezone(UTC)
    assert crontab.count_between("0 6 * * *", KOLKATA, first, first + timedelta(days=10)) == 9
    assert crontab.count_between("* * * * *", KOLKATA, first, first + timedelta(days=10), most=50) == 50


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "five fields"),
        ("0 6 * *", "five fields"),
        ("0 0 6 * * *", "five fields"),
        ("61 6 * * *", "bad minute"),
        ("0 25 * * *", "bad hour"),
        ("0 6 31 2 *", "bad day-of-month"),
        ("@monthly", "five fields"),
        ("0 6 * * mo", "bad day-of-week"),
    ],
)
def test_what_is_no_calendar_is_refused_with_the_reason(wrong: str, told: str):
    with pytest.raises(ValueError, match=told):
        crontab.check(wrong)


def test_a_calendar_is_told_in_words():
    assert crontab.check("  0  6 1 *   * ") == "0 6 1 * *"
    assert crontab.described("0 6 1 * *") == "At 06:00 on the first day of every month"
