"""The dashboard's model: driven without a widget, a browser or a kernel."""

from __future__ import annotations

import pytest

from energy_workbench.domain.errors import ServiceError
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.model import Model
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
