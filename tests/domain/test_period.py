from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time.axis import edges, floor_interval
from energy_workbench.domain.time.period import beginning, local_midnight, parse_instant, parse_period

KOLKATA = ZoneInfo("Asia/Kolkata")
BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
NOW = datetime(2026, 10, 15, 20, 0, tzinfo=UTC)  # 16 October, 01:30 in Kolkata


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-10", "2026-10-01", "2026-11-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026-10-05", "2026-10-05", "2026-10-06"),
        ("2026-W41", "2026-10-05", "2026-10-12"),
        ("2024-02-29", "2024-02-29", "2024-03-01"),
        ("2026-10-01/2026-10-15", "2026-10-01", "2026-10-16"),
        ("2026-10-01/2026-11", "2026-10-01", "2026-12-01"),
        ("today", "2026-10-16", "2026-10-17"),
        ("Yesterday", "2026-10-15", "2026-10-16"),
        ("last  7 days", "2026-10-10", "2026-10-17"),
        ("this week", "2026-10-12", "2026-10-19"),
        ("last month", "2026-09-01", "2026-10-01"),
        ("last 3 months", "2026-08-01", "2026-11-01"),
    ],
)
def test_a_period_begins_and_ends_at_local_midnights(text, first, last):
    period = parse_period(text, KOLKATA, NOW)
    assert period.start == datetime.fromisoformat(first).replace(tzinfo=KOLKATA)
    assert period.end == datetime.fromisoformat(last).replace(tzinfo=KOLKATA)


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-02-30", "2026-W60", "soon", "2026-10-02/2026-09", "last 0 days", "/"]
)
def test_a_period_that_makes_no_sense_is_refused_with_its_text(text):
    with pytest.raises(PeriodError) as error:
        parse_period(text, KOLKATA, NOW)
    assert repr(text) in str(error.value) or text.split("/")[0] in str(error.value)


@pytest.mark.parametrize("text", ["0001", "0001-01-01"])
def test_a_day_before_the_calendar_of_its_zone_is_refused(text):
    with pytest.raises(PeriodError, match="beyond the calendar"):
        beginning(text, ZoneInfo("Asia/Kolkata"))


def test_days_of_clock_changes_have_23_and_25_hours():
    assert parse_period("2026-03-29", BERLIN, NOW).hours == 23
    assert parse_period("2026-10-25", BERLIN, NOW).hours == 25
    assert parse_period("2026-10-04", LORD_HOWE, NOW).hours == 23.5


def test_a_local_time_that_does_not_exist_or_is_ambiguous_is_reported():
    with pytest.raises(PeriodError, match="does not exist"):
        parse_instant("2026-03-29T02:30", BERLIN)
    with pytest.raises(PeriodError, match="ambiguous"):
        parse_instant("2026-10-25T02:30", BERLIN)
    assert parse_instant("2026-10-25T02:30+01:00", BERLIN) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)


def test_hours_follow_the_wall_clock_over_a_change():
    day = parse_period("2026-10-25", BERLIN, NOW)
    assert len(edges(day, "1h", BERLIN)) - 1 == 25
    assert [edge.astimezone(BERLIN).hour for edge in edges(day, "6h", BERLIN)] == [0, 6, 12, 18, 0]


def test_a_bucket_that_the_period_cuts_is_shorter():
    period = parse_period("2026-10-14/2026-10-20", KOLKATA, NOW)
    found = edges(period, "1w", KOLKATA)
    assert [edge.astimezone(KOLKATA).day for edge in found] == [14, 19, 21]


@pytest.mark.parametrize("every", ["7min", "0h", "5h", "h", "1s", "90min2"])
def test_a_resolution_that_does_not_divide_a_day_is_refused(every):
    with pytest.raises(PeriodError):
        edges(parse_period("2026-10", KOLKATA, NOW), every, KOLKATA)


@given(
    st.sampled_from(
        sorted(zone for zone in available_timezones() if zone.startswith(("Africa", "America", "Asia", "Pacific")))
    ),
    st.dates(min_value=datetime(1990, 1, 1).date(), max_value=datetime(2030, 1, 1).date()),
    st.sampled_from(["15min", "1h", "3h", "1d", "1w", "1mo"]),
)
def test_buckets_cover_a_period_without_gap_or_overlap(name, day, every):
    zone = ZoneInfo(name)
    start, end = local_midnight(day, zone), local_midnight(day + timedelta(days=40), zone)
    from energy_workbench.domain.time.period import Period

    found = edges(Period(start, end, "x"), every, zone)
    assert found[0] == start
    assert found[-1] == end
    assert all(early < late for early, late in pairwise(found))


@given(
    st.sampled_from(sorted(available_timezones())),
    st.dates(min_value=datetime(1975, 1, 1).date(), max_value=datetime(2035, 1, 1).date()),
)
def test_a_local_day_begins_at_the_first_instant_of_its_date(name, day):
    zone = ZoneInfo(name)
    begin = local_midnight(day, zone)
    at, before = begin.astimezone(zone).date(), (begin - timedelta(microseconds=1)).astimezone(zone).date()
    # A date that a zone skipped altogether begins where the next one does.
    assert before < day <= at


def test_an_interval_is_labelled_by_its_start():
    assert floor_interval(datetime(2026, 1, 1, 10, 29, 59, 999999, tzinfo=UTC)) == datetime(
        2026, 1, 1, 10, 15, tzinfo=UTC
    )


@pytest.mark.parametrize("day", ["2026-10-04", "2026-04-05", "2026-10-05"])
def test_hours_stay_on_the_clock_where_it_changes_by_half_an_hour(day: str) -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    span = parse_period(day, zone, datetime(2026, 12, 1, tzinfo=UTC))
    found = edges(span, "1h", zone)
    shown = [edge.astimezone(zone) for edge in found]
    unaligned = [each for each in shown if each.minute]
    # The hour that begins at half past two, where the clock skips to it.
    assert [f"{each:%H:%M}" for each in unaligned] == (["02:30"] if day == "2026-10-04" else [])
    assert found[0] == span.start
    assert found[-1] == span.end
    assert found == sorted(set(found))
