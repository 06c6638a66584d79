"""Pages of a plant of 10,000 meters: they ask for few rows, show few, and lead to all of them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from math import fsum
from typing import Any

import pytest
from traitlets import HasTraits

from energy_workbench.analytics.condensing.folding import group_of
from energy_workbench.analytics.condensing.part import overview_part
from energy_workbench.figures.flows.sankey import drawn_nodes
from energy_workbench.widgets import markup as shared
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard import markup
from energy_workbench.widgets.dashboard.model import ROWS, Model
from energy_workbench.widgets.dashboard.view import View
from energy_workbench.widgets.losses import markup as loss_markup
from energy_workbench.widgets.losses.model import Model as Losses
from energy_workbench.widgets.losses.view import View as LossView
from energy_workbench.widgets.paging.pager import told, turned
from energy_workbench.widgets.parts import Parts
from tests.large_plant import METERS, LargePlant, balance, overview, tree
from tests.widgets.stand_in import StandIn

FIGURES = ("flow_figure", "map_figure", "states_figure", "pattern_figure")
TWICE = 2.0
"""What a page of 10,000 meters sends at most, as a multiple of what one of 92 does."""


@pytest.fixture
def plant() -> LargePlant:
    return LargePlant()


@pytest.fixture
def model(plant: LargePlant) -> Model:
    found = Model(plant, Choices())
    found.refresh()
    return found


@pytest.fixture
def losses(plant: LargePlant) -> Losses:
    found = Losses(plant, Choices())
    found.refresh()
    return found


def links(model: Any) -> int:
    return len(model.flow_figure["data"][0]["link"]["source"])


def sent(model: HasTraits) -> int:
    """Bytes of the figures."""
    return sum(len(json.dumps(getattr(model, name), ensure_ascii=False).encode()) for name in FIGURES)


def into(model: Model, kind: str, value: str) -> Model:
    model.set_trait(kind, value)
    model.refresh()
    return model


@pytest.mark.parametrize("detail", ["overview", "all"])
@pytest.mark.parametrize("kind", ["treemap", "icicle", "plan"])
def test_the_page_sends_at_most_twice_as_much_as_for_92_meters(model: Model, kind: str, detail: str) -> None:
    small = Model(StandIn(), Choices())
    for each in (small, model):
        each.set_trait("detail", detail)
        into(each, "map_kind", kind)
    assert sent(model) <= TWICE * sent(small)


def test_the_page_is_told_of_few_rows(model: Model, plant: LargePlant) -> None:
    assert plant.whole == []
    assert model.overview is not None
    few, whole = (len(json.dumps(each.to_dict())) for each in (model.overview, overview()))
    assert few < whole / 20
    for rows in (model.overview.tree, model.overview.flow["nodes"], model.overview.flow_now["nodes"]):
        assert len(rows) <= ROWS + 1


def test_a_picture_is_as_many_flows_as_can_be_read(model: Model) -> None:
    assert links(model) <= 66
    model.detail = "all"
    assert links(model) <= 126


def test_what_is_drawn_of_a_node_is_what_rest_tells_of_it(model: Model) -> None:
    model.flow_view = "period"
    flow = overview().flow
    trace = model.flow_figure["data"][0]
    keys = [row[0] for row in trace["node"]["customdata"]]
    for main in ("mtr_2", "mtr_6"):
        index = keys.index(main)
        ends = zip(trace["link"]["source"], trace["link"]["value"], strict=True)
        drawn = fsum(value for source, value in ends if source == index)
        assert drawn == pytest.approx(fsum(link["value"] for link in flow["links"] if link["source"] == main), rel=1e-3)


def test_it_says_how_much_is_drawn_and_leads_inside_without_a_pointer(model: Model) -> None:
    assert model.drawn + len(model.folded) < 70
    assert model.meters_in_view == METERS
    html = shared.together(model.folded, f"{model.drawn} of {model.meters_in_view}")
    assert re.search(r'href="\?meter=MAIN-01">\d+ others of MAIN-01</a>', html)
    assert html.count("<a ") == shared.OPENED


def test_what_is_one_opens_by_a_click_down_to_each_machine(model: Model) -> None:
    model.choose("others:mtr_2")
    assert model.choices.meter == "MAIN-01"
    model.refresh()
    assert model.path == ["GRID", "MAIN-01"]
    assert (
        model.meters_in_view
        == sum(1 for row in tree() if row["number"].startswith("M-") and int(row["number"][2:]) % 10 == 0) + 12
    )
    board = next(key for key in drawn_nodes(model.flow_figure) if key.startswith("others:"))
    model.choose(board)
    model.refresh()
    assert model.choices.meter.startswith("BOARD-")
    below = {row["id"] for row in tree() if row["parent_id"] == board.partition(":")[2]}
    seen: set[str] = set()
    for _ in range(5):
        drawn = drawn_nodes(model.flow_figure)
        assert not below & seen & drawn.keys()
        seen |= below & drawn.keys()
        if board not in drawn:
            break
        model.choose(board)
        model.refresh()
    assert seen == below
    assert model.address()["skip"] == str(model.skip)
    model.choose(board.replace("others", "larger"))
    model.refresh()
    assert board in drawn_nodes(model.flow_figure)
    model.choices.meter = ""
    assert model.skip == 0


def test_a_meter_that_is_shown_nowhere_is_chosen_by_its_number(model: Model) -> None:
    model.choices.meter = "M-00117"
    model.refresh()
    assert model.meter is not None
    assert model.path[-1] == "BOARD-017"
    assert [card.value for card in model.cards[:1]] == ["1"]
    model.choices.meter = "NOWHERE"
    model.refresh()
    assert "NOWHERE" in model.problem
    assert model.path == []


def test_power_that_changes_does_not_change_which_meters_are_drawn(model: Model, plant: LargePlant) -> None:
    before = drawn_nodes(model.flow_figure)
    plant.step = 3
    model.refresh()
    after = drawn_nodes(model.flow_figure)
    assert after.keys() == before.keys()
    assert after != before


def test_all_who_need_attention_are_counted_and_can_be_turned_to(model: Model) -> None:
    bad = sum(row["colour"] in ("red", "orange", "yellow") for row in tree())
    assert model.troubled == bad
    first = markup.attention(model.attention, model.calm, model.listed)
    assert first.count("<tr>") == markup.LISTED + 1
    model.turn(1)
    assert markup.attention(model.attention, model.calm, model.listed) != first
    for _ in range(50):
        model.turn(1)
    assert model.listed + markup.LISTED >= len(model.attention)
    last = told(model.listed, markup.LISTED, len(model.attention), model.troubled, "choose a meter")
    assert last.endswith(f" of {bad:,}, and {bad - 100:,} more: choose a meter")
    model.choices.meter = "BOARD-007"
    model.refresh()
    assert (model.listed, model.troubled) == (0, len(model.attention))


def test_pages_of_a_list_end_where_it_ends() -> None:
    assert [turned(0, 7, 20, -1), turned(0, 7, 20, 1), turned(14, 7, 20, 1)] == [0, 7, 14]
    assert told(14, 7, 20, 20) == "15 to 20 of 20"


def test_a_search_finds_what_no_row_shows(model: Model, plant: LargePlant) -> None:
    model.find = "m-0012"
    model.refresh()
    assert model.matches == 10
    faint = sum(colour == model.theme.tile[""][0] for colour in model.map_figure["data"][0]["marker"]["colors"])
    assert 0 < faint < len(model.overview.tree)
    model.enter("m-00117")
    assert model.choices.meter == "M-00117"
    model.enter("turbine")
    assert model.problem == "No meter has “turbine” in its number or name."
    model.find = ""
    model.refresh()
    assert model.matches == -1
    assert plant.whole == []


def test_the_floor_plan_is_told_by_squares_and_opens(model: Model) -> None:
    into(model, "map_kind", "floor")
    dots = model.map_figure["data"][0]
    assert len(dots["x"]) <= ROWS
    assert max(len(text) for _, text in dots["customdata"]) < 200
    placed = sum(row["x"] is not None for row in tree())
    assert f"{placed:,} meters on the floor plan" in model.map_figure["layout"]["meta"]["summary"]
    cell = next(key for key, _ in dots["customdata"] if key.startswith("cell:"))
    model.choose(cell)
    assert f"cell:{model.area}" == cell
    model.refresh()
    seen = model.map_figure["data"][0]
    assert any(group_of(key) is None and key.startswith("mtr_") for key, _ in seen["customdata"])
    left, right = model.map_figure["layout"]["xaxis"]["range"]
    assert right - left < 0.2 * 16
    assert "Whole plan" in markup.floor(model.area, model.address())


def test_who_takes_a_table_along_gets_all_of_it(model: Model, plant: LargePlant) -> None:
    assert len(model.meters_table().rows) == METERS
    assert len(model.flow_table().rows) >= METERS - 1
    assert plant.whole == ["overview", "flow"]


def test_the_view_shows_the_pager_and_the_links(plant: LargePlant) -> None:
    model = Model(plant, Choices())
    view = View(model, Parts())
    model.refresh()
    assert "look inside" in view.folded.value
    assert "ew-hidden" not in view.pager.widget._dom_classes
    assert view.pager.before.disabled
    view.pager.after.click()
    assert "8 to 14 of" in view.pager.line.value
    small = Model(StandIn(), Choices())
    calm = View(small, Parts())
    small.refresh()
    assert calm.folded.value == ""
    assert "ew-hidden" in calm.pager.widget._dom_classes


def test_losses_ask_for_few_children_and_draw_few_flows(losses: Losses, plant: LargePlant) -> None:
    assert plant.whole == []
    assert losses.balance is not None
    few, whole = (len(json.dumps(each.to_dict())) for each in (losses.balance, balance()))
    assert few < whole / 4
    assert links(losses) <= 70
    losses.depth = "all"
    assert links(losses) <= 130
    assert len(losses.losses_figure["data"][0]["y"]) == 15


def test_a_node_of_the_losses_opens_to_each_of_its_meters(losses: Losses) -> None:
    key = next(key for key in drawn_nodes(losses.flow_figure) if key.startswith("others:"))
    losses.choose(key)
    losses.refresh()
    assert losses.node is not None
    assert losses.node["meter"] == key.partition(":")[2]
    losses.choices.meter = "BOARD-007"
    losses.refresh()
    below = {row["id"] for row in tree() if row["parent_id"] == losses.node["meter"]}
    seen: set[str] = set()
    for _ in range(4):
        drawn = drawn_nodes(losses.flow_figure)
        seen |= below & drawn.keys()
        losses.choose(f"others:{losses.node['meter']}")
    assert seen == below


@pytest.mark.parametrize("meter", ["BOARD-009", "M-00209"])
def test_a_node_without_a_verdict_shows_what_its_meters_measured(losses: Losses, meter: str) -> None:
    losses.choices.meter = meter
    losses.depth = "all"
    losses.refresh()
    assert losses.node is not None
    assert losses.node["number"] == "BOARD-009"
    known = next(row for row in losses.known if row["number"] == "BOARD-009")
    flow = overview().flow["links"]
    assert known["demand_kwh"] == pytest.approx(
        fsum(link["value"] for link in flow if link["source"] == known["meter"] and link["kind"] == "flow"), abs=0.01
    )
    assert len(known["children"]) == sum(row["parent_id"] == known["meter"] for row in tree())


def test_the_ranking_is_turned_page_by_page_and_taken_along_whole(plant: LargePlant) -> None:
    model = Losses(plant, Choices())
    view = LossView(model, Parts())
    model.refresh()
    assert view.table.value.count("<tr>") == loss_markup.LISTED + 1
    assert f"1 to {loss_markup.LISTED} of {len(model.ranking)}" in view.pager.line.value
    view.pager.after.click()
    assert model.listed == loss_markup.LISTED
    assert len(model.nodes_table().rows) == len(model.ranking)
    assert len(model.flow_table().rows) >= METERS - 1
    assert plant.whole == ["balance", "flow"]


def test_meters_that_were_never_connected_are_counted_and_the_first_named(
    plant: LargePlant, monkeypatch: pytest.MonkeyPatch
) -> None:
    spares = [f"SPARE-{nth}" for nth in range(824)]
    whole = overview()
    cards = {**whole.cards, "left_out": spares}
    told_of = overview_part(replace(whole, cards=cards), "", ROWS)  # type: ignore[arg-type]
    monkeypatch.setattr(plant, "overview", lambda *_, **__: told_of)
    model = Model(plant, Choices())
    model.refresh()
    (note,) = model.notes
    assert note.startswith("SPARE-0, SPARE-1, ")
    assert "SPARE-11 and 812 more were never connected" in note
    assert len(told_of.cards["left_out"]) == 100


def test_a_plant_without_a_tree_is_turned_page_by_page(plant: LargePlant, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = tuple({**row, "parent_id": None} for row in overview().tree[:400])
    nodes = [{**node, "parent_id": None} for node in overview().flow["nodes"][:400]]
    flat = {"nodes": nodes, "links": []}
    whole = overview()
    whole = replace(
        whole,
        tree=rows,
        flow={**whole.flow, **flat},
        flow_now={**whole.flow_now, **flat},  # type: ignore[arg-type]
    )
    monkeypatch.setattr(
        plant,
        "overview",
        lambda _, *, meter, most, skip: overview_part(whole, plant.meter(meter)["id"] if meter else "", most, skip),
    )
    model = Model(plant, Choices())
    seen: set[str] = set()
    for _ in range(3):
        model.refresh()
        assert len(model.overview.tree) <= ROWS
        seen |= {row["id"] for row in model.overview.tree} & {row["id"] for row in rows}
        model.choose("others:")
    assert seen == {row["id"] for row in rows}
