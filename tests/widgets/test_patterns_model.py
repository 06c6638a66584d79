"""The model of the page of patterns, on a real home, without a widget, a browser or a kernel."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from energy_workbench.contract.results import Demand, Readings
from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time.resolution import MOST_POINTS
from energy_workbench.services.workbench import Workbench
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.patterns import markup
from energy_workbench.widgets.patterns.model import Model

WEEK = "2026-10-05/2026-10-11"
FIGURES = ("history", "heat", "day", "duration", "shift", "demand")


class Counted:
    """A workbench that remembers what it was asked."""

    def __init__(self, workbench: Workbench) -> None:
        self._workbench = workbench
        self.asked: list[str] = []

    def __getattr__(self, name: str) -> Any:
        self.asked.append(name)
        return getattr(self._workbench, name)


def opened(wb: Any, **chosen: str) -> Model:
    model = Model(wb, Choices(**{"period": WEEK, "meter": "UNIT-A"} | chosen))
    model.refresh()
    return model


def card(model: Model, label: str) -> Any:
    return next(each for each in model.cards if each.label.startswith(label))


def trace(model: Model, name: str) -> dict[str, Any]:
    return next(each for each in model.history_figure["data"] if each.get("name") == name)


def window(first: str, last: str) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(first), datetime.fromisoformat(last)


def test_the_cards_say_what_python_says(wb: Workbench) -> None:
    model = opened(wb)
    told, shape = wb.over_time("UNIT-A", WEEK), wb.load_shape("UNIT-A", WEEK, by="duration")
    assert told.total_kwh == pytest.approx(120 * 24 * 7)
    assert card(model, "Energy").value == "20.2 MWh"
    assert card(model, "Maximum demand").value == f"{told.peak_kw:.0f} kW"
    assert card(model, "Load factor").value == "100 %"
    assert card(model, "Load factor").note == "mean of the known blocks, 100 % of the time"
    assert card(model, "Mean load").note == "mean by registers, 100 % of the time"
    assert card(model, "Base load").value == card(model, "Mean load").value == f"{shape.base_kw:.0f} kW" == "120 kW"
    assert card(model, "Data").value == "100.0 %"


def test_every_figure_is_drawn_and_none_has_more_points_than_a_screen(wb: Workbench) -> None:
    model = opened(wb, compare="previous")
    for name in FIGURES:
        figure = getattr(model, f"{name}_figure")
        assert figure["data"], name
        assert figure["layout"]["meta"]["summary"]
        assert all(len(each["x"]) <= MOST_POINTS for each in figure["data"])


@pytest.mark.parametrize(
    ("period", "every"),
    [("2026-10-05", "15min"), ("last 2 days", "15min"), (WEEK, "1h"), ("2026-10", "1d"), ("2026", "1d"),
     ("2022-01-01/2026-12-31", "1w"), ("2018-01-01/2026-12-31", "1mo")],
)  # fmt: skip
def test_the_span_chooses_the_resolution(wb: Workbench, period: str, every: str) -> None:
    model = opened(wb, period=period)
    assert model.history is not None
    assert model.history.whole.every == every
    assert all(len(each["x"]) <= MOST_POINTS for each in model.history_figure["data"])


def test_days_weeks_and_months_are_one_choice_away_and_in_the_address(wb: Workbench) -> None:
    model = opened(wb)
    for every, count in (("1d", 7), ("1w", 1), ("1mo", 1)):
        model.every_wanted = every
        model.refresh()
        assert len(trace(model, "used")["x"]) == count
        assert model.address()["every"] == every
    assert trace(model, "used")["y"] == [20.16]


def test_what_is_more_than_can_be_seen_is_shown_more_coarsely_and_said(wb: Workbench) -> None:
    model = opened(wb, period="2026")
    model.every_wanted = "1h"
    model.refresh()
    assert "energy per day" in model.history_note
    assert "finer steps are too many to show" in model.history_note


def test_a_zoom_brings_quarters_then_readings_and_out_again(wb: Workbench) -> None:
    counted = Counted(wb)
    model = opened(counted)
    whole = model.history_figure
    model.zoom(window("2026-10-06T10:07", "2026-10-07T09:00"))
    model.refresh()
    quarters = trace(model, "used")
    assert (quarters["x"][0], quarters["x"][-1]) == ("2026-10-06T10:00", "2026-10-07T09:00")
    assert set(quarters["y"]) == {30.0}
    assert model.history_figure["layout"]["xaxis"]["range"] == whole["layout"]["xaxis"]["range"]
    assert model.history_figure["layout"]["uirevision"] == whole["layout"]["uirevision"]
    model.zoom(window("2026-10-06T10:00", "2026-10-06T12:00"))
    model.refresh()
    power = trace(model, "power")
    assert power["x"][0] <= "2026-10-06T10:00:00"
    assert set(power["y"]) == {120.0}  # primary, of secondary readings
    assert "reading" in model.history_note
    assert model.history_figure["layout"]["uirevision"] == whole["layout"]["uirevision"]
    asked = len(counted.asked)
    model.zoom(None)
    assert model.history_figure == whole
    assert len(counted.asked) == asked


class Thinned(Counted):
    """A workbench of whose readings those of the edges of quarters were kept."""

    def readings(self, *asked: Any, **how: Any) -> Readings:
        return replace(self._workbench.readings(*asked, **how), thinned=True)


def test_a_chart_of_readings_that_were_thinned_says_so_and_has_no_gaps_between_them(wb: Workbench) -> None:
    for asked, word in ((wb, "each reading"), (Thinned(wb), "it is thinned")):
        model = opened(asked)
        model.zoom(window("2026-10-06T10:00", "2026-10-06T12:00"))
        model.refresh()
        assert word in model.history_note
    assert None not in trace(model, "power")["y"]


def test_a_zoom_asks_only_for_what_is_zoomed_to(wb: Workbench) -> None:
    counted = Counted(wb)
    model = opened(counted)
    counted.asked.clear()
    model.zoom(window("2026-10-06T00:00", "2026-10-07T00:00"))
    model.refresh()
    assert counted.asked == ["over_time"]


@pytest.mark.parametrize("change", [{"meter": "MAIN"}, {"period": "2026-10-07"}])
def test_another_meter_or_period_is_shown_whole(wb: Workbench, change: dict[str, str]) -> None:
    model = opened(wb)
    model.zoom(window("2026-10-06T10:00", "2026-10-06T12:00"))
    for name, value in change.items():
        model.choices.set_trait(name, value)
    assert model.window is None


def test_who_zooms_to_all_of_it_has_not_zoomed(wb: Workbench) -> None:
    model = opened(wb)
    model.zoom(window("2026-10-05T00:00", "2026-10-12T00:00"))
    assert model.window is None


def test_the_time_before_is_drawn_beside_it_and_its_change_is_told(wb: Workbench) -> None:
    model = opened(wb, period="2026-10-11", compare="previous")
    told = wb.compare("UNIT-A", "2026-10-11", against="previous", every="15min")
    before = next(each for each in model.history_figure["data"] if str(each.get("name")).startswith("before"))
    assert before["name"] == "before: 4 October 2026"
    assert before["y"][-2] == pytest.approx(told.rows[-1]["before_kwh"])
    assert (card(model, "Change").value, card(model, "Change").note) == ("+0.0 %", "by like days")
    assert told.change_percent == 0.0
    assert card(model, "Energy before").value == "2,880 kWh"
    assert card(model, "Energy before").note == "totals +0.0 %, 1 and 1 days"


def test_what_is_zoomed_to_is_beside_the_same_weekday_and_hour(wb: Workbench) -> None:
    model = opened(wb, period="2026-10-10/2026-10-12", compare="previous", every="1h")
    model.zoom(window("2026-10-11T10:00", "2026-10-11T20:00"))
    model.refresh()
    before = next(each for each in model.history_figure["data"] if str(each.get("name")).startswith("before"))
    assert set(before["y"]) == {30.0}
    assert len(before["x"]) == 41


def test_what_runs_is_compared_by_the_hours_that_are_over(wb: Workbench) -> None:
    # Now is 15:07: this quarter has had 7 minutes, that of a week ago all 15.
    told = wb.compare("UNIT-A", "today", against="previous", every="1h")
    assert told.rows[-1]["start"] is None or told.rows[-1]["change_percent"] is None
    assert told.change_percent == pytest.approx(0.0, abs=0.01)


def test_an_unknown_meter_shows_the_site_and_says_so(wb: Workbench) -> None:
    model = opened(wb, meter="NOWHERE")
    assert "NOWHERE" in model.problem
    assert model.history is not None
    assert model.history.meter["number"] == "GRID"


def test_a_period_that_is_none_is_the_callers_to_report(wb: Workbench) -> None:
    with pytest.raises(PeriodError, match="someday"):
        opened(wb, period="someday")


def test_a_producer_produces_and_a_main_line_has_both_ways(wb: Workbench) -> None:
    assert card(opened(wb, meter="SOLAR"), "Energy produced").value == "3,360 kWh"
    model = opened(wb, meter="MAIN")
    assert card(model, "Energy imported").value == "16.5 MWh"
    assert model.history is not None
    assert model.history.whole.other_name == "exported"


def test_a_billing_month_is_shown_whole_however_short_the_period(wb: Workbench) -> None:
    model = opened(wb, period="2026-10-08", meter="MAIN")
    (row,) = model.demand.rows
    assert (row["start"][:10], row["end"][:10]) == ("2026-10-01", "2026-11-01")
    assert row["maximum"] == pytest.approx(wb.demand("MAIN", "2026-10").rows[0]["maximum"])
    html = markup.months(model.demand)
    assert "October 2026" in html
    assert 'class="ew-go" href="patterns?meter=UNIT-A"' in html


def test_demand_is_told_as_it_is_asked_for(wb: Workbench) -> None:
    model = opened(wb, meter="MAIN")
    model.block, model.kind, model.unit = "30min", "sliding", "kw"
    model.refresh()
    assert (model.demand.block_minutes, model.demand.kind) == (30, "sliding")
    assert model.address() == {"block": "30min", "kind": "sliding"}
    model.follow({"block": "7min", "unit": "kva"})
    assert (model.block, model.kind, model.unit) == ("15min", "block", "kva")


def test_demand_over_time_is_the_highest_of_each_bucket(wb: Workbench) -> None:
    model = opened(wb)
    model.measure = "demand"
    assert set(trace(model, "highest 15 min")["y"]) == {120.0}


def test_what_is_taken_along_are_the_numbers_that_are_shown(wb: Workbench) -> None:
    model = opened(wb, compare="previous")
    table = model.history_table()
    assert table.heads[:2] == ("Start (Asia/Kolkata)", "Energy used [kWh]")
    assert len(table.rows) == 168
    assert table.rows[0][1] == pytest.approx(120.0)
    assert {head.rpartition(" ")[2] for head in model.shape_table("hour").heads} >= {"[kW]"}
    assert model.demand_table().rows[0][0] == "October 2026"
    model.zoom(window("2026-10-06T10:00", "2026-10-06T12:00"))
    model.refresh()
    assert model.history_table().heads == ("Time (Asia/Kolkata)", "Active power total [kW]")


def test_a_time_to_come_is_empty_in_words(wb: Workbench) -> None:
    model = opened(wb, period="2027-01", compare="previous")
    for name in FIGURES:
        figure = getattr(model, f"{name}_figure")
        assert figure["data"] == []
        assert figure["layout"]["annotations"][0]["text"]
    assert card(model, "Energy").value == "–"


def test_names_are_text(wb: Workbench) -> None:
    month = {
        "start": "2026-10-01T00:00:00+05:30", "end": "2026-11-01T00:00:00+05:30", "maximum": 1.0, "at": None,
        "load_factor": None, "diversity_factor": None, "diversity_reason": "", "completeness": 1.0,
        "children": [{"number": "<script>x</script>", "kw": 1.0, "share": None, "reason": ""}],
    }  # fmt: skip
    demand = Demand(
        (month,), 1, "mtr_1", "A", "A", "kW", 15, "block", month["start"], month["end"], "Asia/Kolkata"
    )  # fmt: skip
    assert "<script" not in markup.months(demand)
