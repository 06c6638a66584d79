"""The dashboard's model: driven without a widget, a browser or a kernel."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from energy_workbench.analytics.condensing.part import inside
from energy_workbench.contract.results import Overview
from energy_workbench.domain.errors import ServiceError
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard import markup
from energy_workbench.widgets.dashboard.branch import Counts, Part
from energy_workbench.widgets.dashboard.model import Model
from tests.figures import payloads
from tests.widgets.stand_in import StandIn


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def model(stand_in: StandIn) -> Model:
    model = Model(stand_in, Choices())
    model.refresh()
    return model


def test_nothing_is_asked_before_somebody_looks(stand_in: StandIn) -> None:
    model = Model(stand_in, Choices())
    assert stand_in.asked == []
    assert model.flow_figure == {}


def test_a_refresh_fills_every_figure(model: Model) -> None:
    for figure in (model.flow_figure, model.states_figure, model.pattern_figure, model.map_figure):
        assert figure["data"]
    assert [card.value for card in model.cards[:3]] == ["92", "89", "91"]
    assert [row["number"] for row in model.attention][:2] == ["UNIT-C", "UNIT-H-MACHINE-04"]


def test_the_same_answer_again_changes_no_figure(model: Model) -> None:
    seen: list[str] = []
    model.observe(lambda change: seen.append(change["name"]), ["flow_figure", "map_figure", "pattern_figure", "cards"])
    model.refresh()
    assert seen == []


def test_new_power_changes_the_flow_but_not_the_pattern(model: Model, stand_in: StandIn) -> None:
    seen: list[str] = []
    model.observe(lambda change: seen.append(change["name"]))
    stand_in.step = 1
    model.refresh()
    assert "flow_figure" in seen
    assert "pattern_figure" not in seen
    assert "states_figure" not in seen


def test_another_flow_needs_no_question(model: Model, stand_in: StandIn) -> None:
    before = len(stand_in.asked)
    model.flow_view = "period"
    assert model.flow_figure["data"][0]["valuesuffix"] == " kWh"
    assert len(stand_in.asked) == before


def test_all_meters_are_one_choice_away(model: Model) -> None:
    few = len(model.flow_figure["data"][0]["node"]["label"])
    model.detail = "all"
    assert len(model.flow_figure["data"][0]["node"]["label"]) > few + 50


def test_an_answer_to_an_older_question_is_left_aside(model: Model) -> None:
    late = model.question()()
    model.choices.period = "yesterday"
    model.refresh()
    model.take(late)
    assert model.overview.period == "yesterday"


def test_a_chosen_meter_shows_its_own_pattern(model: Model) -> None:
    model.choices.meter = "UNIT-A"
    model.refresh()
    assert model.shown_pattern.number == "UNIT-A"


def test_a_chosen_period_is_that_of_pattern_and_flow_and_without_one_they_are_of_the_week_and_of_now(
    model: Model, stand_in: StandIn
) -> None:
    assert (model.flow_view, model.pattern_period) == ("now", "last 7 days")
    assert stand_in.periods == []
    model.choices.period = "2026-10"
    model.refresh()
    assert stand_in.periods == ["2026-10"]
    assert (model.flow_view, model.pattern_period) == ("period", "2026-10")
    assert "2026-10" in markup.pattern_heading(model.shown_pattern, model.pattern_period)
    assert model.pattern_table().name == "Consumption GRID 2026-10"


def test_where_no_meter_reports_its_power_the_flow_is_of_the_energy(
    stand_in: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = stand_in.overview()
    silent = replace(whole, tree=tuple({**row, "power_kw": None} for row in whole.tree))
    monkeypatch.setattr(stand_in, "overview", lambda *_, **__: silent)
    model = Model(stand_in, Choices())
    model.refresh()
    assert model.flow_view == "period"
    assert "flow" not in model.address()
    model.flow_view = "now"
    model.refresh()
    assert (model.flow_view, model.address()["flow"]) == ("now", "now"), "who asks for it sees that there is none"
    asked = Model(stand_in, Choices())
    asked.follow({"flow": "now"})
    asked.refresh()
    assert asked.flow_view == "now"


def test_what_flows_is_in_the_address_where_it_is_not_what_the_period_implies(stand_in: StandIn) -> None:
    model = Model(stand_in, Choices())
    for query, view in (
        ({}, "now"),
        ({"flow": "period"}, "period"),
        ({"period": "2026-10"}, "period"),
        ({"period": "2026-10", "flow": "now"}, "now"),
    ):
        model.choices.follow(query)
        model.follow(query)
        assert model.flow_view == view
        assert model.address() == {key: value for key, value in query.items() if key == "flow"}


def test_cards_states_and_attention_are_of_the_chosen_meter_and_those_below(model: Model) -> None:
    model.choices.meter = "UNIT-B"
    model.refresh()
    cards = {card.label: card for card in model.cards}
    assert (cards["Meters"].value, cards["Meters"].note) == ("7", "UNIT-B and below")
    assert cards["Warnings"].value == "1"
    assert cards["Energy used"].note == "UNIT-B, today"
    assert [row["number"] for row in model.attention] == ["UNIT-B-MACHINE-03"]
    assert sum(model.states_figure["data"][0]["values"]) == 7
    model.choices.meter = ""
    model.refresh()
    assert [card.value for card in model.cards[:3]] == ["92", "89", "91"]


def test_a_part_of_the_tree_is_counted_as_the_service_counts_all_of_it() -> None:
    overview = Overview.from_dict(payloads.overview())
    assert Part.of(overview, None).cards == Counts.of_site(overview.cards)
    root = next(row for row in overview.tree if row["parent_id"] is None)
    assert inside(overview.tree, root["id"]) == list(overview.tree)
    told = Part.of(overview, root).counts
    for group in ("status", "health", "communication"):
        for state, count in overview.summary[group].items():
            assert told[group][state] == count


def test_a_meter_in_trouble_is_called_by_the_state_that_colours_it(model: Model) -> None:
    html = markup.attention(model.attention, "")
    pills = dict(re.findall(r">\S+ (\w+)</span></td><th>([\w-]+)", html))
    assert pills == {
        "Inactive": "UNIT-C", "Offline": "UNIT-H-MACHINE-04", "Faulty": "UNIT-G-MACHINE-01",
        "Warning": "UNIT-B-MACHINE-03", "Maintenance": "UNIT-D-MACHINE-02",
    }  # fmt: skip


def test_enter_takes_the_first_hit_of_a_search_and_says_when_there_is_none(model: Model) -> None:
    model.find = "unit-a"
    assert model.matches == 7
    model.enter("unit-a")
    assert model.choices.meter == "UNIT-A"
    model.enter("machine c4")
    assert model.choices.meter == "UNIT-C-MACHINE-04"
    model.enter("turbine")
    assert model.problem == "No meter has “turbine” in its number or name."
    assert model.choices.meter == "UNIT-C-MACHINE-04"


def test_another_meter_needs_no_other_overview_while_it_is_fresh(model: Model, stand_in: StandIn) -> None:
    before = len(stand_in.asked)
    model.choices.meter = "UNIT-B"
    model.refresh()
    assert model.shown_pattern.number == "UNIT-B"
    assert len(stand_in.asked) == before
    model.refresh()
    assert len(stand_in.asked) == before + 1


def test_a_meter_that_is_gone_falls_back_to_the_site(model: Model) -> None:
    model.choices.meter = "NOWHERE"
    model.refresh()
    assert "NOWHERE" in model.problem
    assert model.shown_pattern.number == "GRID"


def test_dark_pages_get_dark_figures(model: Model) -> None:
    light = model.flow_figure["layout"]["font"]["color"]
    model.choices.dark = True
    assert model.flow_figure["layout"]["font"]["color"] != light


def test_a_failing_service_is_the_callers_to_report(model: Model, stand_in: StandIn) -> None:
    stand_in.broken = ServiceError("gone")
    with pytest.raises(ServiceError):
        model.refresh()
    assert model.flow_figure["data"]
