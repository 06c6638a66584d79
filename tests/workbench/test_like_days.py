"""The change of an energy against an earlier time: by like days, the same wherever it is told."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from energy_workbench.analytics import like_days
from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.domain.time.period import local_midnight
from energy_workbench.lake import Reader
from energy_workbench.services.queries import comparisons
from energy_workbench.services.workbench import Workbench
from tests.workbench.counted import Stretch, count, home_of

ZONES = ["Europe/Berlin", "Asia/Kolkata"]
METERS = [
    {"number": "GRID", "name": "Grid", "type": "grid"},
    {"number": "SOLAR", "name": "Solar", "type": "solar", "production_register": "export"},
]
FIRST, LAST = datetime(2026, 8, 31).date(), datetime(2026, 11, 2).date()
"""A Monday, and the day after what is counted; in Berlin with the day of 25 hours."""

Load = Callable[[Any, int], float]


def load(day: Any, hour: int) -> float:
    """Weekdays 100 kW by day and 20 by night, Sundays 10; a tenth more from October on [kW]."""
    usual = 10.0 if day.weekday() == 6 else 100.0 if 6 <= hour < 18 else 20.0
    return usual * (1.1 if day.month >= 10 else 1.0)


def stretches(zone: ZoneInfo, silent: Callable[[Any], bool] = lambda day: False, of: Load = load) -> list[Stretch]:
    """Hour by hour of the site's clock, days that are not read left out."""
    found: list[Stretch] = []
    at, end = local_midnight(FIRST, zone), local_midnight(LAST, zone)
    while at < end:
        local = at.astimezone(zone)
        following = (at + timedelta(hours=1)).astimezone(zone)
        kw, read = of(local.date(), local.hour), not silent(local.date())
        found += [(3, kw, read), (1, kw, read or not silent(following.date()))]
        at += timedelta(hours=1)
    return found


def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, zone: str, loads: Sequence[Stretch], now: str) -> Workbench:
    home = shutil.copytree(counted(zone, tuple(loads)), folder / "home")
    instant = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo(zone))
    monkeypatch.setenv(FIXED_NOW, instant.astimezone(UTC).isoformat())
    return Workbench.at(home)


@cache
def counted(zone: str, loads: tuple[Stretch, ...]) -> Path:
    """A home to be copied, in which GRID has counted that."""
    folder = Path(tempfile.mkdtemp(prefix="energy-workbench-counted-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    home = home_of(folder / "home", zone, METERS)
    count(home, local_midnight(FIRST, ZoneInfo(zone)), {"GRID": loads})
    return home.home


@pytest.mark.parametrize("zone", ZONES)
def test_months_of_other_lengths_and_sundays_are_compared_by_like_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    wb = opened(tmp_path, monkeypatch, zone, stretches(ZoneInfo(zone)), "2026-11-02T06:00")
    found = wb.compare("GRID", "2026-10")
    # The day of 25 hours in Berlin is a Sunday with an hour more.
    extra = 11.0 if zone == "Europe/Berlin" else 0.0
    usual = sum(load(day, hour) for day in _days(10, 31) for hour in range(24)) / 1.1
    assert found.change_percent == pytest.approx(100 * (0.1 + extra / usual), abs=0.006)
    assert found.total_kwh is not None
    assert found.before_kwh is not None
    assert found.totals_percent == pytest.approx(100 * (found.total_kwh / found.before_kwh - 1), abs=0.006)
    assert (found.days, found.before_days) == (31.0, 30.0)
    for row in found:
        if row["before_start"] is not None:
            mine, theirs = (datetime.fromisoformat(row[key]) for key in ("start", "before_start"))
            assert mine.weekday() == theirs.weekday()
    assert {row["change_percent"] for row in found} <= {10.0, None, *([14.58] if extra else [])}


def _days(month: int, count: int) -> list[Any]:
    return [datetime(2026, month, day + 1).date() for day in range(count)]


@pytest.mark.parametrize(
    ("period", "against", "before"),
    [
        ("2026-10-06", "previous", ("2026-09-29", "2026-09-30")),
        ("2026-10-06/2026-10-08", "previous", ("2026-09-29", "2026-10-02")),
        ("2026-W41", "previous", ("2026-09-28", "2026-10-05")),
        ("2026-10", "previous", ("2026-09-01", "2026-10-01")),
        ("2026-10", "year", ("2025-10-02", "2025-11-02")),
        ("2026-10-06", "year", ("2025-10-07", "2025-10-08")),
        ("2026", "year", ("2025-01-02", "2026-01-01")),  # the first of January is a day of the year itself
    ],
)
def test_what_is_compared_with_what(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, period: str, against: str, before: tuple[str, str]
) -> None:
    home = home_of(tmp_path / "home", "Europe/Berlin", METERS)
    monkeypatch.setenv(FIXED_NOW, "2026-11-02T06:00:00+01:00")
    found = Workbench.at(home.home).compare("GRID", period, against=against)
    assert (found.before_start[:10], found.before_end[:10]) == before
    assert (found.change_percent, found.totals_percent) == (None, None)


@pytest.mark.parametrize("zone", ZONES)
def test_a_running_day_counts_its_finished_hours_against_the_same_hours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    loads = stretches(ZoneInfo(zone))
    wb = opened(tmp_path, monkeypatch, zone, loads, "2026-10-07T12:40")
    for period in ("today", "2026-10-07", "this month", "2026-10", "2026-10-06/2026-10-09"):
        assert wb.compare("GRID", period).change_percent == pytest.approx(10.0, abs=0.01), period
    for period in ("last 7 days", "this week"):
        # Thursday to Tuesday, and Wednesday up to noon, of which five days are later than 30 September.
        found = wb.compare("GRID", period)
        assert found.change_percent is not None
        assert 0 < found.change_percent < 11
    assert wb.compare("GRID", "2027-01").change_percent is None
    assert wb.compare("GRID", "2027-01").totals_percent is None


def test_a_day_that_has_just_begun_has_no_hour_to_compare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = opened(tmp_path, monkeypatch, "Asia/Kolkata", stretches(ZoneInfo("Asia/Kolkata")), "2026-10-07T00:40")
    assert wb.compare("GRID", "today").change_percent is None


def test_a_month_known_for_little_of_its_time_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    loads = stretches(zone, silent=lambda day: day.month == 9 and 2 <= day.day < 30)
    wb = opened(tmp_path, monkeypatch, zone.key, loads, "2026-11-02T06:00")
    found = wb.compare("GRID", "2026-10")
    assert found.change_percent is None
    # The registers went on, so that the totals are known, and how they differ.
    assert found.totals_percent == pytest.approx(100 * (found.total_kwh / found.before_kwh - 1), abs=0.006)  # type: ignore[operator]
    assert found.before_completeness < 0.1


def test_a_total_that_the_registers_do_not_span_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    late = stretches(zone)[-2 * 24 * 33 :]
    home = home_of(tmp_path / "home", zone.key, METERS)
    count(home, local_midnight(LAST, zone) - timedelta(days=33), {"GRID": late})
    monkeypatch.setenv(FIXED_NOW, "2026-11-02T06:00:00+05:30")
    found = Workbench.at(home.home).compare("GRID", "2026-10")
    assert found.before_kwh is not None
    assert (found.change_percent, found.totals_percent) == (None, None)


def test_a_weekday_that_is_lacking_before_leaves_no_figure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    loads = stretches(zone, silent=lambda day: day.month == 9 and day.weekday() == 1)
    wb = opened(tmp_path, monkeypatch, zone.key, loads, "2026-11-02T06:00")
    assert wb.compare("GRID", "2026-10").change_percent is None


def test_days_that_were_not_measured_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    loads = stretches(zone, silent=lambda day: day.day in (6, 7, 14))
    wb = opened(tmp_path, monkeypatch, zone.key, loads, "2026-11-02T06:00")
    assert wb.compare("GRID", "2026-10").change_percent == pytest.approx(10.0, abs=0.01)


@pytest.mark.parametrize("every", ["1h", "1d", "1w", "1mo"])
def test_the_resolution_changes_nothing_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, every: str
) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    wb = opened(tmp_path, monkeypatch, zone.key, stretches(zone), "2026-11-02T06:00")
    found = wb.compare("GRID", "2026-10", every=every)
    assert found.change_percent == pytest.approx(10.0, abs=0.01)
    assert {row["change_percent"] for row in found} <= {10.0, None}
    assert 10.0 in {row["change_percent"] for row in found}


def test_what_was_nothing_has_no_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Asia/Kolkata")
    idle = stretches(zone, of=lambda day, hour: 0.0 if day.month == 9 else 5.0)
    wb = opened(tmp_path, monkeypatch, zone.key, idle, "2026-11-02T06:00")
    assert wb.compare("GRID", "2026-10").change_percent is None
    assert wb.compare("GRID", "2026-10").totals_percent is None


def test_a_producer_is_compared_by_what_it_produces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = ZoneInfo("Europe/Berlin")
    home = home_of(tmp_path / "home", zone.key, METERS)
    count(home, local_midnight(FIRST, zone), {"SOLAR": stretches(zone)}, side="export")
    monkeypatch.setenv(FIXED_NOW, "2026-10-09T12:00:00+02:00")
    assert Workbench.at(home.home).compare("SOLAR", "2026-10").change_percent == pytest.approx(10.0, abs=0.01)


def test_every_face_tells_the_same_change(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from energy_workbench.reports.report_context import ReportContext
    from energy_workbench.reports.sections import days as days_section
    from energy_workbench.reports.sections import front
    from energy_workbench.widgets.choices import Choices
    from energy_workbench.widgets.patterns.model import Model

    zone = ZoneInfo("Asia/Kolkata")
    wb = opened(tmp_path, monkeypatch, zone.key, stretches(zone), "2026-11-02T06:00")
    told = wb.compare("GRID", "2026-10")
    assert told.change_percent == 10.0
    assert told.totals_percent != 10.0
    model = Model(wb, Choices(meter="GRID", period="2026-10", compare="previous"))
    model.refresh()
    shown = {card.label: (card.value, card.note) for card in model.cards}
    assert shown["Change"] == ("+10.0 %", "by like days")
    assert shown["Energy before"][1] == f"totals {told.totals_percent:+.1f} %, 31 and 30 days"
    subject = ReportContext(wb, "2026-10", "GRID")
    (figures,) = [part for part in front.summary(subject).parts if hasattr(part, "items")]
    energy = next(card for card in figures.items if card.label == "Energy")
    assert energy.note == f"+10.0 % by like days; totals +{told.totals_percent:.1f} %, 31 and 30 days"
    (days,) = [part for part in days_section(subject).parts if hasattr(part, "rows")]
    assert [column.head for column in days.columns][-2:] == ["4 weeks before", "Change"]
    assert [row[-1] for row in days.rows] == [pytest.approx(0.1)] * 28 + [None] * 3


def test_days_that_tell_nothing_need_not_be_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = opened(tmp_path, monkeypatch, "Europe/Berlin", stretches(ZoneInfo("Europe/Berlin")), "2026-10-07T12:40")
    asked = [
        ("GRID", period, against, every)
        for against in comparisons.AGAINST
        for period, every in (
            ("last 999 days", "1d"),
            ("last 999 days", "1w"),
            ("last 60 months", "1mo"),
            ("last 500 weeks", "90d"),
            ("last 20000 days", "999y"),
            ("2026-09-25/2027-03-01", "1w"),
            ("2026-06-02T14:30/2026-10-07T12:00", "1mo"),
            ("1990-01-01/2026-09-20", "1y"),
            ("last 140 days", "1w"),
            ("last 70 days", "1w"),
            ("last 18 days", "1w"),
            ("last 400 hours", "1w"),
        )
    ]

    def told(wb: Workbench) -> list[dict[str, Any]]:
        return [wb.compare(meter, period, against=how, every=every).to_dict() for meter, period, how, every in asked]

    found = told(quick)
    assert any(each["change_percent"] for each in found)
    assert any(row["change_percent"] is not None for each in found for row in each["items"] if each["every"] == "1w")
    monkeypatch.setattr(Reader, "stored", lambda self, meters, span: span)
    monkeypatch.setattr(like_days, "telling", lambda span, known, zone: span)
    assert found == told(Workbench.at(quick.settings.home))


def test_only_so_many_days_are_cut_as_may_tell_something(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = opened(tmp_path, monkeypatch, "Europe/Berlin", stretches(ZoneInfo("Europe/Berlin")), "2026-11-02T06:00")
    cut: list[int] = []
    honest = comparisons.parts
    monkeypatch.setattr(comparisons, "parts", lambda *given: cut.append(len(given[2])) or honest(*given))

    def days_of(period: str) -> int:
        cut.clear()
        assert wb.compare("GRID", period, every="1y").change_percent is None
        return sum(cut)

    assert 0 < days_of("last 99999 days") == days_of("last 20000 days") < 1000
    assert days_of("1990/2000") == 0


def test_more_rows_than_can_be_compared_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wb = Workbench.at(home_of(tmp_path / "home", "Europe/Berlin", METERS).home)
    monkeypatch.setattr(axis, "edges", pytest.fail)
    for period, every in (("last 99999 days", "1d"), ("2020/2026", "15min"), ("2027/2031", "15min")):
        with pytest.raises(PeriodError, match="longer `every`"):
            wb.compare("GRID", period, every=every)
