"""Windows of schedules beside their definition, day by day and minute by minute."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.metered_energy import span
from energy_workbench.domain.tariffs.calendar_words import BASE_DAYS, DaySpan, Hours
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from energy_workbench.domain.tariffs.schedule import Calendar, Clause, Window, compiled
from energy_workbench.domain.tariffs.tariff import Version
from tests.analytics.tariffs.loads import UTC, intervals, metered
from tests.examples import examples

SEASONS = {"a": (DaySpan((4, 1), (9, 30)),), "b": (DaySpan((10, 1), (12, 31)),), "c": (DaySpan((1, 1), (3, 31)),)}
TYPES = {"work": ("mon", "tue", "wed", "thu", "fri"), "off": ("sat", "sun", "holiday")}
# Two years with three holidays: one before and one after a weekday, one on a Sunday.
HOLIDAYS = HolidayCalendar(days=(date(2025, 4, 1), date(2025, 10, 1), date(2026, 3, 29)))
FIRST, END = date(2025, 3, 25), date(2026, 4, 5)
STEP = 120


def hours() -> st.SearchStrategy[Hours]:
    edge = st.integers(0, 1440 // STEP - 1)
    return st.tuples(edge, st.integers(1, 1440 // STEP)).map(
        lambda pair: Hours(pair[0] * STEP, (pair[0] + pair[1]) * STEP)
    )


clauses = st.builds(
    Clause,
    seasons=st.lists(st.sampled_from(sorted(SEASONS)), max_size=2, unique=True).map(tuple),
    days=st.lists(st.sampled_from([*TYPES, "mon", "sun", "holiday"]), max_size=2, unique=True).map(tuple),
    hours=st.lists(hours(), max_size=2).map(tuple),
)


@st.composite
def schedules(draw: st.DrawFn) -> dict[str, Window]:
    found = {
        f"w{index}": Window(tuple(draw(st.lists(clauses, min_size=1, max_size=2))))
        for index in range(draw(st.integers(1, 2)))
    }
    return found | ({"rest": Window(rest=True)} if draw(st.booleans()) else {})


def by_definition(windows: dict[str, Window], calendar: Calendar, holidays: bool, day: date, minute: int) -> set[str]:
    """All windows that say of themselves that they hold then."""

    def holds(clause: Clause, on: date, at: int) -> bool:
        base = 7 if holidays and on in HOLIDAYS.days else on.weekday()
        season = list(SEASONS)[calendar.season(on)]
        return (
            (not clause.seasons or season in clause.seasons)
            and base in calendar.base_days(clause.days)
            and any(each.start <= at < each.end for each in clause.hours or (Hours(0, 1440),))
        )

    before = day - timedelta(days=1)
    return {
        name
        for name, window in windows.items()
        for clause in window.clauses
        if holds(clause, day, minute) or holds(clause, before, minute + 1440)
    }


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(schedules())
def test_a_schedule_is_what_its_clauses_say(windows: dict[str, Window]) -> None:
    calendar = Calendar(seasons=SEASONS, day_types=TYPES)
    holidays = calendar.has_holidays(windows.values())
    days = [FIRST + timedelta(days=each) for each in range((END - FIRST).days)]
    said = {
        (day, minute): by_definition(windows, calendar, holidays, day, minute)
        for day in days
        for minute in range(0, 1440, STEP)
    }
    try:
        compiled(windows, calendar)
    except ValueError:
        # Some day of some year has two windows or none; of these two years not all kinds of days follow each other.
        if all(len(each) == 1 or ("rest" in windows and not each) for each in said.values()):
            pairs = {(calendar.season(day), day.weekday()) for day in days}
            assert len(pairs) < len(SEASONS) * len(BASE_DAYS)
        return
    version = Version(valid_from=FIRST, seasons=SEASONS, day_types=TYPES, schedules={"s": windows}, charges=())
    whole = span(metered(FIRST, np.ones(intervals(FIRST, END, minutes=60)), minutes=60), FIRST, END, UTC, HOLIDAYS)
    codes = whole.windows(version, "s").reshape(len(days), 24)
    names = list(windows)
    for index, day in enumerate(days):
        for minute in range(0, 1440, STEP):
            expected = said[day, minute] or {"rest"}
            assert {names[codes[index, minute // 60]]} == expected, (day, minute)


@pytest.mark.parametrize("text", ["8-12", "25:00-26:00", "08:60-09:00", "24:00-06:00", "", "08:00"])
def test_what_is_no_stretch_of_the_clock(text: str) -> None:
    with pytest.raises(ValueError, match="no stretch of the clock"):
        Hours.of_text(text)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [("00:00-24:00", 0, 1440), ("22:00-06:00", 1320, 1800), ("6:00-06:00", 360, 1800), ("18:30-24:00", 1110, 1440)],
)
def test_a_stretch_of_the_clock(text: str, start: int, end: int) -> None:
    hours = Hours.of_text(text)
    assert (hours.start, hours.end) == (start, end)
    assert Hours.of_text(hours.text()) == hours
