"""Figures: what must be true of every drawing, whatever the numbers."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup, escape

from energy_workbench.figures import DARK, LIGHT, distributions, meter_map, pattern, power_flow
from energy_workbench.figures.flows.power_flow import OVERVIEW
from energy_workbench.figures.wording.words import amount, escaped_lines, title
from tests.figures import payloads


def sankey(**options: Any) -> dict[str, Any]:
    overview = payloads.overview()
    meters = {row["id"]: row for row in overview["tree"]}
    return power_flow(overview["flow_now"], meters=meters, **options)["data"][0]


def index_of(trace: dict[str, Any], meter: str) -> int:
    return next(n for n, about in enumerate(trace["node"]["customdata"]) if about[0] == meter)


@pytest.mark.parametrize(("place", "side"), [(0, "left"), (2, "left"), (80, "center"), (-2, "right"), (-1, "right")])
def test_the_note_of_the_peak_stays_within_the_chart(place: int, side: str) -> None:
    payload = payloads.pattern()
    row = payload["points"][place]
    (note,) = pattern({**payload, "peak_at": row["start"], "peak_kw": 99.0})["layout"]["annotations"]
    assert note["xanchor"] == side


def test_generator_and_solar_flow_into_the_busbar() -> None:
    trace = sankey()
    ids = {row["number"]: row["id"] for row in payloads.meters()}
    links = set(zip(trace["link"]["source"], trace["link"]["target"], strict=True))
    main = index_of(trace, ids["MAIN"])
    assert (index_of(trace, ids["DG"]), main) in links
    assert (index_of(trace, ids["SOLAR"]), main) in links
    assert (main, index_of(trace, ids["DG"])) not in links


def test_producers_stand_left_of_what_they_feed() -> None:
    trace = sankey()
    ids = {row["number"]: row["id"] for row in payloads.meters()}
    x = trace["node"]["x"]
    assert x[index_of(trace, ids["SOLAR"])] < x[index_of(trace, ids["MAIN"])] < x[index_of(trace, ids["PMD"])]


def test_every_loss_is_a_flow_of_its_own_and_a_large_one_is_drawn_strongly() -> None:
    trace = sankey()
    hot = [n for n, text in enumerate(trace["node"]["label"]) if "Hotspot" in text]
    losses = [about for about in trace["node"]["customdata"] if about[1].startswith("Loss at")]
    assert len(losses) == 15
    assert [trace["node"]["customdata"][n][1] for n in hot] == ["Loss at UNIT-E"]
    assert LIGHT.hotspot in trace["link"]["color"]


def test_all_meters_are_drawn_unless_the_overview_is_asked_for() -> None:
    meters = {about[0] for about in sankey()["node"]["customdata"]}
    assert len(meters) == 92
    few = {about[0] for about in sankey(levels=3)["node"]["customdata"]}
    assert len(few) == 92 - 60


def test_what_flows_into_a_node_flows_out_of_it() -> None:
    trace = sankey()
    into: dict[int, float] = {}
    out: dict[int, float] = {}
    for source, target, value in zip(*(trace["link"][key] for key in ("source", "target", "value")), strict=True):
        out[source] = out.get(source, 0) + value
        into[target] = into.get(target, 0) + value
    for node in into.keys() & out.keys():
        assert into[node] == pytest.approx(out[node], rel=2e-3)


def test_a_surplus_that_flows_back_to_the_grid_is_drawn_towards_the_grid() -> None:
    nodes = [
        {"id": f"mtr_{n}", "number": number, "name": number, "type": kind, "colour": "green", "value": 1.0}
        for n, (number, kind) in enumerate([("GRID", "grid"), ("MAIN", "main"), ("SOLAR", "solar")])
    ]
    links = [
        {"source": "mtr_1", "target": "mtr_0", "value": 70.0, "kind": "flow"},
        {"source": "mtr_2", "target": "mtr_1", "value": 72.0, "kind": "flow"},
        {"source": "mtr_1", "target": "losses", "value": 2.0, "kind": "loss"},
    ]
    trace = power_flow({"unit": "kWh", "nodes": nodes, "links": links})["data"][0]
    assert (index_of(trace, "mtr_1"), index_of(trace, "mtr_0")) in zip(
        trace["link"]["source"], trace["link"]["target"], strict=True
    )


@pytest.mark.parametrize("height", [None, 630])
def test_nodes_of_a_column_do_not_overlap(height: int | None) -> None:
    figure = power_flow(payloads.overview()["flow_now"], levels=height and OVERVIEW, height=height)
    assert height in (None, figure["layout"]["meta"]["height"])
    node = figure["data"][0]["node"]
    room = figure["layout"]["meta"]["height"] - 28
    columns: dict[float, list[float]] = {}
    for x, y in zip(node["x"], node["y"], strict=True):
        columns.setdefault(x, []).append(y * room)
    for places in columns.values():
        places.sort()
        assert all(after - before >= 11.5 for before, after in itertools.pairwise(places))


def test_a_producer_that_only_draws_for_itself_stands_among_the_loads() -> None:
    flow = payloads.overview()["flow_now"]
    ids = {row["number"]: row["id"] for row in payloads.meters()}
    flow["links"] = [
        link if link["source"] != ids["SOLAR"] else link | {"source": ids["MAIN"], "target": ids["SOLAR"], "value": 0.6}
        for link in flow["links"]
    ]
    trace = power_flow(flow)["data"][0]
    x = trace["node"]["x"]
    assert x[index_of(trace, ids["MAIN"])] < x[index_of(trace, ids["SOLAR"])]


def test_a_flow_without_links_says_so_instead_of_showing_nothing() -> None:
    figure = power_flow({"unit": "kW", "nodes": [], "links": []})
    assert figure["data"] == []
    assert "No flow of power" in figure["layout"]["annotations"][0]["text"]


def test_a_colour_never_stands_alone() -> None:
    figure = meter_map(payloads.overview()["tree"])
    trace = figure["data"][0]
    calm = LIGHT.tile["green"][0]
    for label, colour in zip(trace["labels"], trace["marker"]["colors"], strict=True):
        assert (colour == calm) == (label[0] not in "⚠▲✕")


def test_the_map_holds_every_meter_once_below_its_parent() -> None:
    tree = payloads.overview()["tree"]
    trace = meter_map(tree)["data"][0]
    assert trace["ids"] == [row["id"] for row in tree]
    assert trace["parents"] == [row["parent_id"] or "" for row in tree]


def test_several_roots_get_a_tile_around_them() -> None:
    tree = [dict(row, parent_id=None) for row in payloads.overview()["tree"][:2]]
    trace = meter_map(tree, site="Plant <1>")["data"][0]
    assert trace["parents"] == ["", "site", "site"]
    assert trace["labels"][0] == "Plant &lt;1&gt;"


def test_the_bucket_that_runs_is_no_fall() -> None:
    payload = payloads.pattern()
    steady = dict(payload, points=[dict(point, energy_kwh=50.0) for point in payload["points"]])
    steady["points"][-1]["energy_kwh"] = 1.0
    over, running = (pattern(dict(steady, running=running))["data"][0] for running in (False, True))
    assert over["y"][-2:] == [1.0, 1.0]
    assert set(running["y"]) == {50.0}
    assert running["x"][-1] == over["x"][-2]


def test_a_gap_stays_a_gap_and_is_shaded() -> None:
    figure = pattern(payloads.pattern())
    line = next(trace for trace in figure["data"] if trace["mode"] == "lines" and "customdata" in trace)
    assert line["y"].count(None) == 4
    assert line["connectgaps"] is False
    assert len(figure["layout"]["shapes"]) == 1


def test_estimated_points_are_marked() -> None:
    marks = [trace for trace in pattern(payloads.pattern())["data"] if trace["mode"] == "markers"]
    assert [len(trace["x"]) for trace in marks] == [4]


def test_times_are_the_sites_wall_clock_whatever_the_browser() -> None:
    line = pattern(payloads.pattern())["data"][1]
    assert line["x"][0] == "2026-10-27T15:00"


def test_rings_count_each_state_in_words() -> None:
    figure = distributions(payloads.overview()["summary"])
    assert [sum(trace["values"]) for trace in figure["data"]] == [92, 92, 92]
    text = " ".join(note["text"] for note in figure["layout"]["annotations"])
    assert "Inactive <b>1</b>" in text
    assert "Critical 0" in text


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_names_cannot_bring_markup_into_a_figure(theme: Any) -> None:
    evil = "<img src=x onerror=alert(1)>"
    overview = payloads.overview()
    tree = [dict(row, number=evil + row["id"], name=evil) for row in overview["tree"]]
    flow = dict(
        overview["flow_now"], nodes=[dict(n, number=evil + n["id"], name=evil) for n in overview["flow_now"]["nodes"]]
    )
    figures = [
        power_flow(flow, theme=theme, meters={row["id"]: row for row in tree}),
        meter_map(tree, theme=theme, site=evil),
        pattern(dict(payloads.pattern(), number=evil), theme=theme),
    ]
    shown = json.dumps([[figure["data"], figure["layout"].get("annotations")] for figure in figures])
    assert "<img" not in shown


def test_figures_are_plain_json_and_small() -> None:
    overview = payloads.overview()
    figures = [
        power_flow(overview["flow_now"], levels=3),
        distributions(overview["summary"]),
        pattern(overview["pattern"]),
        meter_map(overview["tree"]),
    ]
    assert sum(len(json.dumps(figure, allow_nan=False)) for figure in figures) < 60_000


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "kW", "–"), (0.0, "kW", "0 kW"), (3.14159, "kW", "3.14 kW"), (42.42, "kW", "42.4 kW"),
        (1240.4, "kW", "1,240 kW"), (12_400.0, "kWh", "12.4 MWh"), (92, "", "92"), (-310.0, "kW", "-310 kW"),
    ],
)  # fmt: skip
def test_amounts_read_well(value: float | None, unit: str, text: str) -> None:
    assert amount(value, unit) == text


@given(st.lists(st.text(st.characters(exclude_characters="\0\n"))))
def test_texts_that_are_escaped_together_are_escaped_as_each_alone(texts: list[str]) -> None:
    assert escaped_lines(texts) == [escape(text) for text in texts]


def test_each_line_of_a_hover_text_stands_on_its_own() -> None:
    assert escaped_lines(["", "\na < b\n<b>", "c"]) == ["", "<br>a &lt; b<br>&lt;b&gt;", "c"]
    assert all(type(text) is Markup for text in escaped_lines(["", "a"]))


def test_a_title_leaves_out_what_its_parent_says() -> None:
    node = {"number": "UNIT-A-MACHINE-01", "name": "", "colour": "red"}
    assert title(node, "UNIT-A") == "✕ MACHINE-01"
    assert title(node, "UNIT") == "✕ A-MACHINE-01"
    assert title({"number": "UNIT-AB", "name": "", "colour": "green"}, "UNIT-A") == "UNIT-AB"


def test_figures_need_no_plotly_and_no_pandas() -> None:
    heavy = {"plotly", "pandas", "numpy", "ipywidgets"}
    code = f"import sys, energy_workbench.figures; print(sorted({heavy!r} & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_every_figure_is_accepted_by_plotly() -> None:
    plotly = pytest.importorskip("plotly.graph_objects")
    overview = payloads.overview()
    for figure in (
        power_flow(overview["flow"]), distributions(overview["summary"]), pattern(overview["pattern"]),
        meter_map(overview["tree"]), power_flow({"unit": "kW", "nodes": [], "links": []}),
    ):  # fmt: skip
        plotly.Figure(figure)
