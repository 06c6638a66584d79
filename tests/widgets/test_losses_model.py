"""The model of the page of losses, and its texts: driven without a widget, a browser or a kernel."""

from __future__ import annotations

from typing import Any

import pytest

from energy_workbench.contract.results import Balance, Losses, PowerFlow
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.losses import markup
from energy_workbench.widgets.losses.model import Model
from tests.figures import analyses


class StandIn:
    """Answers like a façade."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.balances = analyses.balance()

    def balance(self, period: str, *, each: int) -> Balance:
        self.asked.append(("balance", period))
        return Balance.from_dict(self.balances)

    def flow(self, period: str, *, each: int) -> PowerFlow:
        self.asked.append(("flow", period))
        return PowerFlow("kWh", None, None, (), (), 1.0)

    def losses(self, meter: str, period: str, *, every: str) -> Losses:
        self.asked.append(("losses", meter, period, every))
        return Losses.from_dict(analyses.losses(meter, every))


@pytest.fixture
def stand_in() -> StandIn:
    return StandIn()


@pytest.fixture
def model(stand_in: StandIn) -> Model:
    found = Model(stand_in, Choices())
    found.refresh()
    return found


def labels(model: Model) -> list[str]:
    return [label.split("  ")[0] for label in model.flow_figure["data"][0]["node"]["label"]]


def values(model: Model) -> dict[str, str]:
    return {card.label: card.value for card in model.cards}


def test_without_a_choice_the_whole_site_of_the_last_week_is_shown(model: Model, stand_in: StandIn) -> None:
    assert stand_in.asked == [
        ("balance", "last 7 days"),
        ("losses", "GRID", "last 7 days", "1h"),
    ]
    assert model.node["number"] == "GRID"
    assert [row["number"] for row in model.ranking] == ["UNIT-A", "UNIT-B", "GRID", "MAIN"]
    assert values(model)["Supply"] == "820 kWh"
    assert values(model)["Loss"] == "10 kWh"
    assert values(model)["Loss, share of supply"] == "1.2 %"
    assert values(model)["Hotspots"] == "1"
    lost = stand_in.balances["lost"]
    assert values(model)["Losses in view"] == f"{lost['loss_kwh']:.0f} kWh"
    assert next(c.note for c in model.cards if c.label == "Losses in view") == "40 kWh certain, 4 of 4 nodes"
    assert {card.note for card in model.cards} >= {"± 10 kWh", "± 1.2 %, limit 3 %", "UNIT-A"}
    for figure in (model.flow_figure, model.losses_figure, model.time_figure):
        assert figure["data"]


def test_a_click_brings_a_node_and_what_is_below_it_into_view(model: Model, stand_in: StandIn) -> None:
    model.choose("mtr_unit-a")
    assert model.choices.meter == "UNIT-A"
    model.refresh()
    assert stand_in.asked[-1] == ("losses", "UNIT-A", "last 7 days", "1h")
    assert [row["number"] for row in model.path] == ["GRID", "MAIN", "UNIT-A"]
    assert [row["number"] for row in model.ranking] == ["UNIT-A"]
    assert "from MAIN" in labels(model)
    assert "UNIT-B" not in labels(model)


def test_a_meter_with_nothing_below_it_shows_the_balance_it_is_part_of(model: Model) -> None:
    model.choices.meter = "UNIT-A-MACHINE-01"
    model.refresh()
    assert model.node["number"] == "UNIT-A"
    assert "No meter is below UNIT-A-MACHINE-01" in model.note
    assert model.problem == ""


def test_a_meter_without_any_balance_falls_back_to_the_site_and_says_so(model: Model) -> None:
    model.choices.meter = "NOWHERE"
    model.refresh()
    assert model.node["number"] == "GRID"
    assert "“NOWHERE”" in model.note
    assert len(model.ranking) == 4


def test_ranking_and_charts_go_by_energy_or_by_share_without_another_question(model: Model, stand_in: StandIn) -> None:
    stand_in.balances["items"][0] |= {"verdict": "hotspot", "loss_kwh": 60.0, "loss_percent": 7.0}
    model.refresh()
    assert [row["number"] for row in model.ranking[:2]] == ["GRID", "UNIT-A"]
    before = len(stand_in.asked)
    model.by = "percent"
    assert [row["number"] for row in model.ranking[:2]] == ["UNIT-A", "GRID"]
    assert model.losses_figure["layout"]["shapes"][0]["x0"] == 3.0
    assert len(stand_in.asked) == before


def test_depth_folds_what_is_deeper(model: Model) -> None:
    model.depth = "1"
    assert labels(model) == ["GRID", "MAIN", "✓ 10 kWh lost"]
    assert model.address() == {"depth": "1"}
    model.follow({"depth": "nonsense", "by": "percent"})
    assert (model.depth, model.by) == ("3", "percent")


def test_nothing_known_is_said(model: Model, stand_in: StandIn) -> None:
    stand_in.balances["items"] = []
    model.refresh()
    assert model.cards == []
    assert "No meter with others below it" in model.note
    assert "No balance is known" in model.flow_figure["layout"]["meta"]["summary"]


def test_a_node_without_data_has_dashes(model: Model, stand_in: StandIn) -> None:
    row = stand_in.balances["items"][0]
    none = ("supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "uncertainty_kwh")
    row |= dict.fromkeys(none) | {"verdict": "insufficient_data", "completeness": 0.0}
    model.refresh()
    assert [values(model)[name] for name in ("Supply", "Loss", "Loss, share of supply")] == ["–"] * 3
    assert "–" in markup.table(model.ranking, "kwh", {})


def test_several_grids_are_all_in_view(model: Model, stand_in: StandIn) -> None:
    stand_in.balances["items"].append(analyses.node("GRID-2", None, 100.0, [analyses.child("PUMP", 90.0)], "hotspot"))
    model.refresh()
    assert {"GRID", "GRID-2"} <= {label.removeprefix("▲ ") for label in labels(model)}
    assert "GRID-2" in markup.crumbs(model.path, model.roots, "", {})


def test_texts_are_escaped_and_link_to_the_other_pages_with_what_was_chosen(model: Model) -> None:
    found = markup.table(model.ranking, "kwh", {"depth": "1"})
    assert "<i>" not in found
    assert "<b>name" not in found
    assert 'href="losses?meter=UNIT-A&amp;depth=1"' in found
    assert 'href="meter?meter=UNIT-A"' in found
    assert 'href="patterns?meter=UNIT-A"' in found
    for said in ("▲ hotspot", "50 kWh", "± 10 kWh", "10.0 %", "12.5 kW", "UNIT-B-MACHINE-01", "Counted twice"):
        assert said in found
    plain = markup.table([row for row in model.ranking if row["number"] == "GRID"], "kwh", {})
    assert "Counted twice" not in plain


def test_what_is_shown_can_be_taken_along(model: Model) -> None:
    nodes = model.nodes_table()
    assert nodes.rows[0][:6] == ("UNIT-A", "UNIT-A <b>name</b>", 500.0, 450.0, 50.0, 10.0)
    flows: list[tuple[Any, ...]] = list(model.flow_table().rows)
    assert ("GRID", "MAIN", "flow", 810.0) in flows
    assert ("SOLAR", "MAIN", "flow", 150.0) in flows
    assert ("UNIT-A", "loss", "hotspot", 50.0) in flows
    assert [row[3] for row in model.time_table().rows] == [10.0, None, 10.0]
