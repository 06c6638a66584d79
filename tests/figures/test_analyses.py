"""Charts of losses and of generation: what they must say, whatever the numbers."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from energy_workbench.figures.balance import losses, over_time
from energy_workbench.figures.generation import MOST_DAYS, carbon, sources
from energy_workbench.figures.theme import LIGHT
from tests.figures import analyses


def test_losses_have_whiskers_and_the_threshold_in_both_units() -> None:
    share = losses(analyses.balance())
    assert share["layout"]["shapes"][0]["x0"] == 3.0
    bars = share["data"][0]
    assert bars["y"][-1] == "UNIT-A"
    assert (bars["x"][-1], bars["error_x"]["array"][-1]) == (10.0, 2.0)
    energy = losses(analyses.balance(), by="kwh")
    bars, marks = energy["data"]
    assert (bars["x"][-1], bars["error_x"]["array"][-1], marks["x"][-1]) == (50.0, 10.0, 15.0)
    assert bars["customdata"][-1][0] == "mtr_unit-a"
    assert "UNIT-A" in energy["layout"]["meta"]["summary"]


@pytest.mark.parametrize("by", ["kwh", "percent"])
def test_losses_over_time_shade_what_is_not_known(by: str) -> None:
    figure = over_time(analyses.losses(), by=by)
    assert figure["data"][0]["x"] == ["2026-11-02T00:00", "2026-11-04T00:00"]
    shades = [shape for shape in figure["layout"]["shapes"] if shape["type"] == "rect"]
    assert [(shade["x0"], shade["x1"]) for shade in shades] == [("2026-11-03T00:00", "2026-11-04T00:00")]
    assert figure["layout"]["uirevision"]


def test_a_node_of_which_nothing_is_known_is_said() -> None:
    payload = analyses.losses()
    payload["items"] = [payload["items"][1]]
    assert "No balance of MAIN" in over_time(payload)["layout"]["meta"]["summary"]


def test_sources_stack_to_what_was_generated_and_drawn() -> None:
    figure = sources(analyses.generation())
    found = {trace["name"]: trace["y"] for trace in figure["data"]}
    assert found == {
        "grid": [800.0] * 3, "solar, used on site": [130.0] * 3, "solar, exported": [20.0] * 3, "diesel": [50.0] * 3,
    }  # fmt: skip
    assert figure["layout"]["barmode"] == "stack"


def test_avoided_is_a_line_beside_the_scopes_and_no_part_of_their_stack() -> None:
    figure = carbon(analyses.generation())
    bars = [trace["name"] for trace in figure["data"] if trace["type"] == "bar"]
    lines = [trace["name"] for trace in figure["data"] if trace["type"] == "scatter"]
    assert bars == ["Scope 1", "Scope 2, location-based"]
    assert lines == ["Scope 2, market-based", "avoided by solar (memo)"]


def test_a_site_without_factors_is_told_so() -> None:
    payload = analyses.generation()
    for day in payload["days"]:
        day.update(dict.fromkeys(("scope1_kg", "scope2_location_kg", "scope2_market_kg", "avoided_kg")))
    payload["missing_factors"] = [{"name": "grid_location", "reason": "the site states no country", "advice": "say it"}]
    assert "No emission factor for the grid: the site states no country" in carbon(payload)["layout"]["meta"]["summary"]
    for day in payload["days"]:
        day["scope1_kg"] = 0.0
    assert "No emission factor for the grid" in carbon(payload)["layout"]["meta"]["summary"], "no empty axes"
    payload["days"] = []
    assert "No energy is known" in carbon(payload)["layout"]["meta"]["summary"]
    assert "No energy is known" in sources(payload)["layout"]["meta"]["summary"]


def test_a_long_time_is_drawn_month_by_month_and_keeps_its_sums() -> None:
    payload = analyses.generation()
    day = payload["days"][0]
    first = date(2020, 1, 1)
    payload["days"] = [{**day, "day": str(first + timedelta(days=n))} for n in range(MOST_DAYS + 331)]
    figure = sources(payload, theme=LIGHT)
    grid = figure["data"][0]
    assert len(grid["x"]) == 24
    assert sum(grid["y"]) == pytest.approx(800.0 * (MOST_DAYS + 331), rel=1e-3)
    assert "month" in figure["layout"]["yaxis"]["title"]["text"]


@pytest.mark.parametrize(("days", "labels"), [(1, ["Mon 02 Nov"]), (2, None)])
def test_a_day_that_is_alone_has_its_label(days: int, labels: list[str] | None) -> None:
    payload = {**analyses.generation(), "days": analyses.generation()["days"][:days]}
    for figure in (sources(payload), carbon(payload)):
        assert figure["layout"]["xaxis"].get("ticktext") == labels
