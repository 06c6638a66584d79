"""Few rows of many: what is shown and what is one stand for every meter once, and no energy is left out."""

from __future__ import annotations

from collections import Counter
from math import fsum
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.condensing.cells import cells
from energy_workbench.analytics.condensing.flows import (
    flow_inside,
    folded_flow,
    places,
    sizes,
    sources,
)
from energy_workbench.analytics.condensing.folding import Folding, fold, fold_each, group_of
from energy_workbench.analytics.condensing.nodes import folded_balance
from energy_workbench.analytics.condensing.part import overview_part
from energy_workbench.contract.results import PowerFlow
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.site.area import Area
from tests import large_plant
from tests.examples import examples

BRANCHED: dict[str, str | None] = {"G": None} | {f"M{nth}": "G" for nth in range(4)}
BRANCHED |= {f"M{main}-{nth}": f"M{main}" for main in range(4) for nth in range(30)}
SIZES = {key: float(place) for place, key in enumerate(BRANCHED)}


@st.composite
def trees(draw: st.DrawFn) -> tuple[dict[str, str | None], dict[str, float]]:
    """Meters, each below one before it or at the top, and their sizes."""
    count = draw(st.integers(1, 60))
    parents: dict[str, str | None] = {}
    for nth in range(count):
        above = draw(st.integers(-1, nth - 1))
        parents[f"m{nth}"] = None if above < 0 else f"m{above}"
    values = draw(st.lists(st.floats(0, 100), min_size=count, max_size=count))
    return parents, dict(zip(parents, values, strict=True))


def shown(folding: Folding) -> list[str]:
    return [key for key in folding.stands if folding.shown(key)]


@settings(max_examples=examples(50))
@given(trees(), st.integers(2, 30), st.sets(st.integers(0, 59)))
def test_every_meter_stands_for_itself_or_is_part_of_one_that_is_shown(
    plant: tuple[dict[str, str | None], dict[str, float]], most: int, feeding: set[int]
) -> None:
    parents, values = plant
    folding = fold(parents, values, most, sources={f"m{nth}" for nth in feeding})
    assert folding.stands.keys() == parents.keys()
    for key, stands in folding.stands.items():
        if stands == key:
            assert parents[key] is None or folding.shown(parents[key] or "")
        elif stands in folding.groups:
            group = folding.groups[stands]
            assert not group.parent or folding.shown(group.parent)
            assert key in group.members or folding.stands[parents[key] or ""] == stands
        else:
            assert folding.stands[parents[key] or ""] == stands
            assert stands in folding.closed
    members = Counter(member for group in folding.groups.values() for member in group.members)
    assert set(members.values()) <= {1}
    assert len(parents) > most or folding.whole


@settings(max_examples=examples(50))
@given(trees(), st.integers(5, 30))
def test_no_more_rows_are_shown_than_asked_for(
    plant: tuple[dict[str, str | None], dict[str, float]], most: int
) -> None:
    folding = fold(*plant, most)
    assert len(shown(folding)) + len(folding.groups) <= most


def test_what_fits_is_shown_whole() -> None:
    assert fold(BRANCHED, SIZES, len(BRANCHED)).whole
    assert not fold(BRANCHED, SIZES, len(BRANCHED) - 1).whole


def test_a_level_that_fits_is_whole_and_the_next_has_the_largest_below_each_meter() -> None:
    folding = fold(BRANCHED, SIZES, 25)
    assert {"G", "M0", "M1", "M2", "M3"} <= set(shown(folding))
    assert [len(group.members) for group in folding.groups.values()] == [29, 29, 29, 17]
    assert folding.shown("M3-29")
    assert folding.shown("M0-29")
    assert not folding.shown("M0-28")


def test_where_a_level_has_no_room_the_one_above_is_the_last() -> None:
    folding = fold(BRANCHED, SIZES, 8)
    assert shown(folding) == ["G", "M0", "M1", "M2", "M3"]
    assert folding.closed == {"M0", "M1", "M2", "M3"}
    assert folding.stands["M2-7"] == "M2"


def test_who_is_asked_for_is_shown_however_small() -> None:
    folding = fold(BRANCHED, SIZES, 12, root="M1", always={"M1-0"})
    assert folding.shown("M1-0")
    assert "M2" not in folding.stands


def test_behind_the_largest_are_the_next() -> None:
    first = fold(BRANCHED, SIZES, 12, root="M1")
    drawn = [key for key in shown(first) if key != "M1"]
    then = fold(BRANCHED, SIZES, 12, root="M1", skip=len(drawn))
    assert then.groups["larger:M1"].members == tuple(sorted(drawn, key=lambda key: -SIZES[key]))
    assert not set(drawn) & set(shown(then))
    assert fold(BRANCHED, SIZES, 12, root="M1", skip=30).groups.keys() == first.groups.keys()


def test_many_at_the_top_are_turned_to_too() -> None:
    flat = dict.fromkeys(map(str, range(100)))
    sizes_of = {key: float(key) for key in flat}
    first = fold(flat, sizes_of, 20)
    then = fold(flat, sizes_of, 20, skip=19)
    assert shown(first) == [str(key) for key in range(99, 80, -1)]
    assert sorted(shown(then), key=int) == [str(key) for key in range(63, 81)]
    assert len(then.groups["larger:"].members) == 19


def test_what_takes_is_never_one_with_what_feeds() -> None:
    folding = fold(BRANCHED, SIZES, 12, root="M1", sources={"M1-0", "M1-1", "M1-2"})
    assert set(folding.groups["sources:M1"].members) == {"M1-0", "M1-1", "M1-2"}
    assert group_of("sources:M1") == ("sources", "M1")
    assert group_of("mtr_12") is None


def out_of(flow: PowerFlow, key: str) -> tuple[float, float]:
    """What flows out of a node, and into it."""
    out = fsum(link["value"] for link in flow.links if link["source"] == key)
    return out, fsum(link["value"] for link in flow.links if link["target"] == key)


@pytest.mark.parametrize(("most", "root"), [(60, ""), (110, ""), (60, "mtr_4"), (30, "mtr_20")])
def test_a_node_of_a_folded_flow_has_the_balance_that_it_had(most: int, root: str) -> None:
    whole = PowerFlow.from_dict(large_plant.overview().flow)
    above = places(whole.nodes)
    folding = fold(above, sizes(whole.links, above), most, root=root, sources=sources(whole.links, above), beside=1)
    few = folded_flow(whole, folding)
    before = flow_inside(whole, root) if root else whole
    opened = [key for key in shown(folding) if key not in folding.closed]
    assert len(few.links) <= most + 10
    for key in opened:
        assert out_of(few, key) == pytest.approx(out_of(before, key), abs=0.01)
    groups = [node for node in few.nodes if "folded" in node]
    assert groups
    for node in groups:
        assert node["value"] == pytest.approx(
            fsum(each["value"] or 0.0 for each in whole.nodes if each["id"] in folding.groups[node["id"]].members),
            abs=0.01,
        )


def test_a_flow_that_was_folded_once_is_folded_again() -> None:
    whole = PowerFlow.from_dict(large_plant.overview().flow)
    above = places(whole.nodes)
    once = folded_flow(whole, fold(above, sizes(whole.links, above), 120, root="mtr_20"))
    again = places(once.nodes)
    twice = folded_flow(once, fold(again, sizes(once.links, again), 20, root="mtr_20"))
    straight = folded_flow(whole, fold(above, sizes(whole.links, above), 20, root="mtr_20"))
    (group,) = [node for node in twice.nodes if "folded" in node]
    (other,) = [node for node in straight.nodes if "folded" in node]
    assert (group["id"], group["number"], group["folded"]) == (other["id"], other["number"], other["folded"])
    assert group["value"] == pytest.approx(other["value"])


def test_what_is_larger_stands_before_what_is_shown_of_it() -> None:
    whole = large_plant.overview()
    few = overview_part(whole, "mtr_20", 50, skip=48)
    for rows in (few.tree, few.flow["nodes"], few.flow_now["nodes"]):
        assert [row["id"] for row in rows][:2] == ["mtr_20", "larger:mtr_20"]
    assert few.tree[-1]["id"] == "others:mtr_20"


def test_an_overview_in_few_rows_counts_every_meter_once() -> None:
    whole = large_plant.overview()
    for chosen in ("", "mtr_4", "mtr_20", "mtr_118"):
        part = overview_part(whole, chosen, 150)
        assert part.part is not None
        stood_for = sum(sum(row.get("folded", {}).values()) for row in part.tree)
        alone = sum(group_of(row["id"]) is None for row in part.tree)
        assert stood_for + alone == part.part["inside"]
        assert len(part.tree) <= 150
        assert sum(part.part["colour"].values()) == part.part["total"]
        red = sum(row["colour"] == "red" for row in whole.tree)
        assert chosen or part.part["colour"]["red"] == red
        assert {row["id"] for row in part.tree} >= ({chosen} if chosen else set())
        assert len(part.part["attention"]) <= 100


def test_a_group_has_the_worst_colour_of_those_it_stands_for() -> None:
    part = overview_part(large_plant.overview(), "mtr_4", 150)
    groups = [row for row in part.tree if group_of(row["id"])]
    assert {row["colour"] for row in groups} <= {"red", "orange"}
    for row in groups:
        assert next(iter(row["folded"])) == row["colour"]


def test_a_node_of_a_folded_balance_has_the_sums_that_it_had() -> None:
    whole = large_plant.balance()
    flow = PowerFlow.from_dict(large_plant.overview().flow)
    above = places(flow.nodes)
    few = folded_balance(whole, fold_each(above, sizes(flow.links, above), 16, sources(flow.links, above)))
    assert few.meters == ()
    for row, before in zip(few.rows, whole.rows, strict=True):
        assert len(row["children"]) <= 17
        assert sum(child.get("folded", 1) for child in row["children"]) == len(before["children"])
        if row["verdict"] != "insufficient_data":
            taken = fsum(child["taken_kwh"] or 0.0 for child in row["children"])
            assert taken == pytest.approx(row["demand_kwh"], abs=0.01)


def test_points_near_each_other_are_one_and_are_seen_apart_inside() -> None:
    points: list[Any] = [(x / 50, y / 50) for x in range(50) for y in range(50)]
    found = cells(points, Area(), 150)
    assert len(found) <= 150
    assert sorted(member for cell in found for member in cell.members) == list(range(len(points)))
    cell = found[40]
    assert cell.area is not None
    inside = cells(points, cell.area, 150)
    assert {member for each in inside for member in each.members} >= set(cell.members)
    assert all(len(each.members) == 1 for each in inside)


def test_points_at_one_place_stay_one() -> None:
    (cell,) = cells([(0.3, 0.3)] * 200, Area(), 10)
    assert (cell.area, len(cell.members)) == (None, 200)


@pytest.mark.parametrize("text", ["0,0,1", "left", "0.5,0,0.2,1", "0,0,2,1", "nan,0,1,1"])
def test_what_is_no_area_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no part of the floor plan"):
        Area.of(text)
    assert str(Area.of("0.25,0,0.5,0.75")) == "0.25,0,0.5,0.75"
