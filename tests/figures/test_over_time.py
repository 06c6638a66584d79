"""Charts over time: energy, gaps, what runs, the time compared with, readings; and maxima with their parts."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.figures import DARK, LIGHT
from energy_workbench.figures.over_time import over_time
from energy_workbench.figures.peak_demand import peak_demand
from energy_workbench.figures.raw_power import Point, displayed, downsampled, of_readings, raw_power

ZONE = ZoneInfo("Asia/Kolkata")
FIRST = datetime(2026, 10, 5, tzinfo=ZONE)
EVIL = "<script>alert(1)</script>"


def pattern(energies: list[float | None], every: str = "1h", **more: Any) -> dict[str, Any]:
    length = {"15min": timedelta(minutes=15), "1h": timedelta(hours=1), "1d": timedelta(days=1)}[every]
    points = [
        {
            "start": (FIRST + n * length).isoformat(),
            "energy_kwh": energy,
            "demand_kw": energy,
            "quality": "missing" if energy is None else "actual",
            "completeness": float(energy is not None),
        }
        for n, energy in enumerate(energies)
    ]
    return {
        "number": "UNIT-A", "every": every, "from": FIRST.isoformat(),
        "to": (FIRST + len(energies) * length).isoformat(),
        "points": points, "total_kwh": 1.0, "peak_kw": 1.0, "peak_at": None, **more,
    }  # fmt: skip


def named(figure: dict[str, Any], name: str) -> dict[str, Any]:
    return next(trace for trace in figure["data"] if trace.get("name") == name)


def test_a_step_before_a_gap_lasts_until_its_end() -> None:
    line = named(over_time(pattern([1.0, 2.0, None, 4.0])), "used")
    assert line["x"] == [f"2026-10-05T0{h}:00" for h in (0, 1, 2, 2, 3, 4)]
    assert line["y"] == [1.0, 2.0, 2.0, None, 4.0, 4.0]


def test_a_gap_is_shaded_and_not_zero() -> None:
    (shade,) = over_time(pattern([1.0, None, None, 4.0]))["layout"]["shapes"]
    assert (shade["x0"], shade["x1"]) == ("2026-10-05T01:00", "2026-10-05T03:00")


def test_what_has_not_been_is_no_gap_and_what_runs_is_no_fall() -> None:
    until = (FIRST + timedelta(hours=1, minutes=30)).isoformat()
    figure = over_time(pattern([5.0, 1.0, None, None]), until=until)
    assert figure["layout"]["shapes"] == []
    assert named(figure, "used")["y"] == [5.0, 5.0, None]


def test_days_are_bars_and_the_one_that_runs_is_faint_and_says_so() -> None:
    figure = over_time(pattern([5.0, 6.0, 1.0], "1d"), until=(FIRST + timedelta(days=2, hours=3)).isoformat())
    bars = named(figure, "used")
    assert bars["type"] == "bar"
    assert bars["marker"]["opacity"] == [1, 1, 0.45]
    assert bars["customdata"][2].endswith("so far")


def test_an_estimate_is_marked() -> None:
    payload = pattern([1.0, 2.0])
    payload["points"][1]["quality"] = "estimated"
    assert named(over_time(payload), "estimated or edited")["y"] == [2.0]


def test_the_time_compared_with_goes_on_where_this_one_has_not_been() -> None:
    payload = pattern([1.0, 2.0])
    payload["starts"] = [(FIRST + timedelta(hours=h)).isoformat() for h in range(5)]
    figure = over_time(payload, before=[7.0, 8.0, 9.0, 10.0], before_name="before")
    assert named(figure, "before")["y"] == [7.0, 8.0, 9.0, 10.0, 10.0]


def test_energy_that_goes_the_other_way_is_below_zero() -> None:
    payload = pattern([1.0, 2.0], "1d", other_name="exported", word="imported")
    payload["points"][1]["other_kwh"] = 3.0
    assert named(over_time(payload), "exported")["y"] == [None, -3.0]


def test_much_energy_is_told_in_megawatt_hours() -> None:
    figure = over_time(pattern([25_000.0], "1d"))
    assert named(figure, "used")["y"] == [25.0]
    assert figure["layout"]["yaxis"]["title"]["text"] == "MWh per day"


@pytest.mark.parametrize("measure", ["energy", "demand"])
def test_nothing_known_is_said_in_words(measure: str) -> None:
    figure = over_time(pattern([None, None]), measure=measure)
    assert figure["data"] == []
    assert measure in figure["layout"]["annotations"][0]["text"]


def readings(count: int, pause: float = 10.0) -> list[Point]:
    start = datetime(2026, 10, 5)
    return [(start + timedelta(seconds=n * pause), float(n % 97)) for n in range(count)]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.integers(4, 50))
def test_thinning_keeps_the_lowest_and_the_highest(values: list[float], most: int) -> None:
    start = datetime(2026, 10, 5)
    points = [(start + timedelta(seconds=n), value) for n, value in enumerate(values)]
    kept = downsampled(points, most)
    assert len(kept) <= most or len(kept) == len(points)
    assert {min(values), max(values)} <= {value for _, value in kept}
    assert [at for at, _ in kept] == sorted(at for at, _ in kept)


@pytest.mark.parametrize("count", [1, 100, 1980, 40_000])
def test_readings_are_never_more_points_than_a_screen_shows(count: int) -> None:
    kept = displayed(readings(count), 40.0, 2000)
    assert len(kept) <= 2000
    assert not any(value is None for _, value in kept)


def test_a_silence_is_a_gap_between_readings() -> None:
    points = readings(5) + [(at + timedelta(hours=1), value) for at, value in readings(5)]
    figure = raw_power(points, span=("2026-10-05T00:00", "2026-10-06T00:00"), pause=40.0)
    assert figure["data"][0]["y"].count(None) == 1


def test_the_power_of_a_reading_is_its_total_or_the_sum_of_its_phases() -> None:
    rows = [
        {"ts": "2026-10-05T00:00:00+05:30", "values": {"active_power_total": 7.0, "active_power_l1": 1.0}},
        {"ts": "2026-10-05T00:00:10+05:30", "values": {f"active_power_l{n}": float(n) for n in (1, 2, 3)}},
        {"ts": "2026-10-05T00:00:20+05:30", "values": {"active_power_l1": 1.0}},
    ]
    assert [value for _, value in of_readings({"items": rows})] == [7.0, 6.0]


def demand(unit: str = "kW") -> dict[str, Any]:
    children = [{"number": f"UNIT-A-{n:02d}", "kw": 20.0 - n, "share": 0.1} for n in range(12)]
    children.append({"number": "SOLAR", "kw": -30.0, "share": -0.2})
    row = {
        "start": "2026-10-01T00:00:00+05:30", "end": "2026-11-01T00:00:00+05:30", "maximum": 150.0,
        "at": "2026-10-12T14:00:00+05:30", "children": children,
    }  # fmt: skip
    return {"items": [row], "unit": unit, "number": "UNIT-A"}


def test_the_parts_of_a_maximum_are_all_that_was_drawn_and_fed_in() -> None:
    bars = [trace for trace in peak_demand(demand())["data"] if trace["type"] == "bar"]
    assert sum(trace["x"][0] for trace in bars) == pytest.approx(sum(20.0 - n for n in range(12)) - 30.0)
    assert [trace["text"][0] for trace in bars][:2] == ["00", "01"]
    assert [trace["text"][0] for trace in bars][-2:] == ["others", "SOLAR"]
    assert bars[0]["customdata"][0][0] == "UNIT-A-00"  # what a click names


def test_apparent_power_has_no_parts() -> None:
    bars = [trace for trace in peak_demand(demand("kVA"))["data"] if trace["type"] == "bar"]
    assert [trace["x"] for trace in bars] == [[150.0]]


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_names_are_text_wherever_a_meter_is_named(theme: Any) -> None:
    payload = demand()
    payload["items"][0]["children"][0]["number"] = EVIL
    bar = peak_demand(payload, theme=theme)["data"][0]
    assert "<script" not in bar["text"][0] + bar["customdata"][0][1]
