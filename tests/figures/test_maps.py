"""The tree drawn four ways, a part of it, and the calendar of completeness."""

from __future__ import annotations

import json
import math
from typing import Any

import plotly.graph_objects
import pytest

from energy_workbench.figures import DARK, LIGHT, meter_map, power_flow
from energy_workbench.figures.completeness import ROWS, calendar
from energy_workbench.figures.flows.network import below
from energy_workbench.figures.maps.meter_plan import floor_plan, meter_plan
from tests.figures import payloads

EVIL = "<img src=x onerror=alert(1)>"


def tree() -> list[dict[str, Any]]:
    rows = payloads.overview()["tree"]
    return [{**row, "x": n / 100, "y": 1 - n / 100} for n, row in enumerate(rows)]


def by_number(number: str) -> str:
    return next(row["id"] for row in tree() if row["number"] == number)


def days(count: int = 3) -> list[dict[str, Any]]:
    rows = [{"meter": row["id"], "number": row["number"], "name": row["name"]} for row in payloads.overview()["tree"]]
    return [
        {**row, "complete": [1.0, 0.5 if n == 3 else 1.0, 0.0], "quality": ["actual", "actual", "missing"]}
        for n, row in enumerate(rows)
    ][:count]


def test_a_part_of_the_tree_shows_the_flows_inside_it_and_nothing_else() -> None:
    overview = payloads.overview()
    meters = {row["id"]: row for row in overview["tree"]}
    root = by_number("UNIT-E")
    trace = power_flow(overview["flow_now"], meters=meters, root=root)["data"][0]
    shown = {about[0] for about in trace["node"]["customdata"]}
    assert shown == below(root, meters)
    assert len(shown) == 7
    whole = power_flow(overview["flow_now"], meters=meters)["data"][0]
    values = {about[1]: value for about, value in zip(whole["link"]["customdata"], whole["link"]["value"], strict=True)}
    for about, value in zip(trace["link"]["customdata"], trace["link"]["value"], strict=True):
        assert values[about[1]] == value


def test_coloured_by_loss_only_nodes_that_lose_much_are_red() -> None:
    overview = payloads.overview()
    meters = {row["id"]: row for row in overview["tree"]}
    trace = power_flow(overview["flow_now"], meters=meters, colour="loss")["data"][0]
    named = trace["node"]["customdata"]
    red = [
        about[1]
        for about, colour in zip(named, trace["node"]["color"], strict=True)
        if colour == LIGHT.state["red"] and not about[1].startswith("Loss")
    ]
    assert red == ["Unit E"]


def test_the_plan_puts_each_level_on_its_ring_and_no_two_meters_on_one_place() -> None:
    rows = tree()
    dots = meter_plan(rows)["data"][1]
    places = dict(zip((about[0] for about in dots["customdata"]), zip(dots["x"], dots["y"], strict=True), strict=True))
    assert len(set(places.values())) == len(rows)
    radius = {key: round(math.hypot(*place), 2) for key, place in places.items()}
    assert radius[by_number("GRID")] == 0
    assert {
        radius[row["id"]] for row in rows if row["number"].startswith("UNIT-") and "MACHINE" not in row["number"]
    } == {0.75}


def test_a_search_makes_the_others_faint_on_every_map() -> None:
    found = {by_number("UNIT-C")}
    for figure in (meter_plan(tree(), matching=found), floor_plan(tree(), matching=found)):
        strong = [opacity for opacity in figure["data"][-1]["marker"]["opacity"] if opacity == 1]
        assert len(strong) == 1
    for kind in ("treemap", "icicle"):
        colours = meter_map(tree(), matching=found, kind=kind)["data"][0]["marker"]["colors"]
        assert sum(colour != LIGHT.tile[""][0] for colour in colours) == 1


def test_a_floor_plan_puts_meters_on_their_pixels_and_leaves_out_those_without() -> None:
    rows = [{**row, "x": None} if row["number"] == "DG" else row for row in tree()]
    figure = floor_plan(rows, image="data:image/png;base64,AA==", size=(800, 600))
    assert figure["layout"]["yaxis"]["range"] == [600, 0]
    assert figure["layout"]["images"][0]["sizex"] == 800
    assert figure["data"][0]["x"][0] == 0
    assert figure["data"][0]["y"][0] == 600
    assert len(figure["data"][0]["x"]) == len(rows) - 1
    nowhere = [{**row, "x": None, "y": None} for row in rows]
    assert "No meter has a place" in json.dumps(floor_plan(nowhere))


def test_on_a_crowded_floor_plan_the_meters_in_trouble_have_their_numbers_and_none_is_over_another() -> None:
    rows = [{**row, "x": 0.5 + n / 2000, "y": 0.5} for n, row in enumerate(payloads.overview()["tree"])]
    trace = floor_plan(rows, size=(1600, 900))["data"][0]
    shown = {row["number"]: label for row, label in zip(rows, trace["text"], strict=True) if label}
    assert set(payloads.STATES) <= set(shown)
    assert all("<b>" in shown[number] for number in payloads.STATES)
    assert len(set(trace["textposition"])) > 1
    apart = [{**row, "x": n % 5 / 5, "y": n // 5 / 20} for n, row in enumerate(rows)]
    assert all(floor_plan(apart, size=(1600, 900))["data"][0]["text"])


def test_tiles_of_a_kind_show_how_they_differ_and_tell_their_whole_number_when_pointed_at() -> None:
    trace = meter_map(tree())["data"][0]
    labels = dict(zip((row["number"] for row in tree()), trace["labels"], strict=True))
    assert labels["UNIT-A-MACHINE-01"] == "01"
    assert labels["UNIT-A"] == "UNIT-A"
    assert labels["ADMIN"] == "ADMIN"
    assert any("<b>UNIT-A-MACHINE-01</b>" in text for text in trace["hovertext"])


@pytest.mark.parametrize("kind", ["treemap", "icicle"])
def test_no_tile_has_letters_that_are_too_small_to_read(kind: str) -> None:
    text = meter_map(tree(), kind=kind)["layout"]["uniformtext"]
    assert text["mode"] == "hide"
    assert text["minsize"] >= 9


def test_the_calendar_tells_classes_apart_and_says_the_share() -> None:
    figure = calendar(days(5), ["2026-10-01", "2026-10-02", "2026-10-03"])
    trace = figure["data"][0]
    assert trace["z"][3] == [4, 1, 0]
    assert "50.0 % complete" in trace["text"][3][1]
    assert "missing" in trace["text"][0][2]


def test_a_calendar_without_gaps_says_so_and_one_of_a_large_site_stays_drawable() -> None:
    assert "complete on every day" in json.dumps(calendar([], ["2026-10-01"]))
    one = days(1)[0]
    many = [{**one, "number": f"M{n}"} for n in range(5000)]
    assert len(calendar(many, ["2026-10-01", "2026-10-02", "2026-10-03"])["data"][0]["z"]) == ROWS


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_every_map_is_accepted_by_plotly_and_shows_names_as_text(theme: Any) -> None:
    rows = [{**row, "number": EVIL + row["id"], "name": EVIL} for row in tree()]
    calendars = [{**row, "number": EVIL + row["meter"], "name": EVIL} for row in days(4)]
    figures = [
        meter_plan(rows, theme=theme),
        floor_plan(rows, theme=theme),
        meter_map(rows, theme=theme, kind="icicle"),
        calendar(calendars, ["2026-10-01", "2026-10-02", "2026-10-03"], theme=theme),
        meter_plan([], theme=theme),
    ]
    for figure in figures:
        plotly.graph_objects.Figure(figure)
        # The summary becomes an attribute, which is text whatever is in it.
        shown = {key: value for key, value in figure["layout"].items() if key != "meta"}
        assert "<img" not in json.dumps([figure["data"], shown], allow_nan=False)
