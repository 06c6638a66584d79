"""The Sankey of a balance: energy goes from left to right, nothing is lost unseen, names stay text."""

from __future__ import annotations

import json
from typing import Any

import pytest

from energy_workbench.figures import DARK, LIGHT
from energy_workbench.figures.flows.balance_flow import balance_flow
from energy_workbench.figures.wording.verdicts import VERDICTS, colour_of
from tests.figures.analyses import balance, child, node


def drawn(roots: list[str] | None = None, payload: dict[str, Any] | None = None, **options: Any) -> dict[str, Any]:
    return dict(balance_flow(payload or balance(), roots or ["mtr_grid"], **options)["data"][0])


def links(trace: dict[str, Any]) -> list[tuple[str, str, float]]:
    labels = [label.split("  ")[0] for label in trace["node"]["label"]]
    parts = (trace["link"][key] for key in ("source", "target", "value"))
    return [(labels[source], labels[target], value) for source, target, value in zip(*parts, strict=True)]


def test_energy_goes_from_left_to_right_and_sources_stand_left_of_what_they_feed() -> None:
    trace = drawn()
    x = trace["node"]["x"]
    assert all(x[s] < x[t] for s, t in zip(trace["link"]["source"], trace["link"]["target"], strict=True))
    found = {(source, target): value for source, target, value in links(trace)}
    assert found["GRID", "MAIN"] == 810
    assert found["DG", "MAIN"] == 50
    assert found["SOLAR", "MAIN"] == 150


def test_every_node_balances_with_its_loss_as_a_flow_of_its_own() -> None:
    trace = drawn()
    into: dict[int, float] = {}
    out: dict[int, float] = {}
    for source, target, value in zip(*(trace["link"][key] for key in ("source", "target", "value")), strict=True):
        out[source] = out.get(source, 0) + value
        into[target] = into.get(target, 0) + value
    for index in into.keys() & out.keys():
        assert into[index] == pytest.approx(out[index], rel=2e-3), trace["node"]["label"][index]
    (lost,) = [label for label in trace["node"]["label"] if "lost" in label and "50 kWh" in label]
    assert lost.startswith("▲")
    assert lost.endswith("10.0 %")


def test_a_surplus_flows_in_from_the_left() -> None:
    trace = drawn()
    (at,) = [n for n, label in enumerate(trace["node"]["label"]) if "measured too much" in label]
    assert at in trace["link"]["source"]
    assert at not in trace["link"]["target"]


def test_what_a_generator_draws_goes_to_the_right_and_only_where_it_matters() -> None:
    assert ("MAIN", "to DG", 1.5) in links(drawn())
    assert not [link for link in links(drawn()) if link[1] == "to SOLAR"]


def test_a_node_in_view_shows_what_comes_from_above_and_what_goes_back() -> None:
    payload = balance()
    payload["items"][1] = node(
        "MAIN", "GRID", 100.0, [child("SOLAR", 0.0, 900.0), child("UNIT-A", 500.0)], "ok", exported=480.0
    )
    found = {(source, target): value for source, target, value in links(drawn(["mtr_main"], payload))}
    assert found["from GRID", "MAIN"] == 100
    assert found["MAIN", "back to GRID"] == 480
    assert not [source for source, _ in found if source == "GRID"]


def test_levels_are_folded_into_their_node() -> None:
    assert len(drawn(levels=1)["node"]["label"]) < len(drawn(levels=2)["node"]["label"]) < len(drawn()["node"]["label"])
    assert not [label for label in drawn(levels=2)["node"]["label"] if "MACHINE" in label]


def test_colours_are_the_verdicts_and_a_sign_stands_beside_them() -> None:
    for theme in (LIGHT, DARK):
        trace = drawn(theme=theme)
        by_meter = dict(zip((about[0] for about in trace["node"]["customdata"]), trace["node"]["color"], strict=True))
        assert by_meter["mtr_unit-b"] == colour_of(theme, "surplus")
        at = next(n for n, label in enumerate(trace["node"]["label"]) if label.startswith("▲ UNIT-A"))
        assert trace["node"]["color"][at] == colour_of(theme, "hotspot")
        # Two that say nothing of a loss are grey; no two have the same sign.
        assert len({colour_of(theme, verdict) for verdict in VERDICTS}) == len(VERDICTS) - 1
        assert len({look.icon for look in VERDICTS.values()}) == len(VERDICTS)


def test_names_stay_text_and_a_click_names_a_meter() -> None:
    trace = drawn()
    assert "<b>name</b>" not in json.dumps(trace)
    assert all(about[0].startswith("mtr_") for about in trace["node"]["customdata"] + trace["link"]["customdata"])


def test_nothing_known_is_said() -> None:
    figure = balance_flow({"items": [], "threshold_percent": 3.0}, ["mtr_grid"])
    assert figure["data"] == []
    assert "No balance is known" in figure["layout"]["meta"]["summary"]


def test_any_depth_is_drawn() -> None:
    rows = [node("N0", None, 100.0, [child("N1", 99.0)], "ok")]
    rows += [node(f"N{n}", f"N{n - 1}", 100.0 - n, [child(f"N{n + 1}", 99.0 - n)], "ok") for n in range(1, 60)]
    trace = drawn(["mtr_n0"], {"items": rows, "threshold_percent": 3.0})
    assert len(set(trace["node"]["x"])) == 61
