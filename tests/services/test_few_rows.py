"""Of a plant of many meters its service gives few rows where somebody asks for few, and all of them by default."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

import pytest

from energy_workbench.domain.errors import InputError, NotFoundError
from energy_workbench.services.workbench import Workbench
from tests.services.test_asked_of_many import LARGE, Plant

PLACED = 60


@pytest.fixture(scope="module")
def wb(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workbench]:
    plant = Plant(tmp_path_factory.mktemp("many"), LARGE)
    numbers = [f"M-{nth}" for nth in range(10, 10 + PLACED)]
    for nth, number in enumerate(numbers):
        plant.workbench.update_meter(number, {"x": (nth % 10) / 10, "y": (nth // 10) / 10})
    plant.poll()
    yield plant.workbench
    plant.close()


def test_an_overview_has_a_row_a_meter_unless_fewer_are_asked_for(wb: Workbench) -> None:
    whole = wb.overview()
    assert len(whole.tree) == LARGE
    assert whole.part is None
    assert "part" not in whole.to_dict()
    assert wb.overview(most=LARGE) is whole
    few = wb.overview(most=100)
    assert few.part is not None
    assert len(few.tree) <= 100
    assert few.cards == whole.cards
    assert few.summary == whole.summary
    assert few.part["colour"] == whole.summary["colour"]
    assert [row["number"] for row in few.part["attention"]] == [wb.meters(communication="offline")["number"].iloc[0]]


def test_a_part_begins_at_a_meter_and_shows_one_that_has_nothing_below_it(wb: Workbench) -> None:
    part = wb.overview(meter="M-2", most=50)
    assert part.part is not None
    assert part.part["number"] == part.tree[0]["number"] == "M-2"
    assert [row["number"] for row in part.part["above"]] == ["M-0"]
    machine = wb.overview(meter=part.tree[-2]["number"], most=50)
    assert machine.part is not None
    assert machine.part["total"] == 1
    assert machine.tree[0]["number"] == "M-2"
    with pytest.raises(NotFoundError):
        wb.overview(meter="NOWHERE", most=50)


def test_power_of_few_nodes_is_that_of_all(wb: Workbench) -> None:
    whole, few = wb.flow(), wb.flow(each=5)
    assert len(few.nodes) < len(whole.nodes) / 5
    for node in ("M-0", "M-1", "M-4"):
        key = wb.meter(node)["id"]
        sums = [fsum(link["value"] for link in flow.links if link["source"] == key) for flow in (whole, few)]
        assert sums[0] == pytest.approx(sums[1])
    below = wb.flow(meter="M-3", each=5)
    assert {node["number"] for node in below.nodes} >= {"M-3"}
    assert not {node["number"] for node in below.nodes} & {"M-0", "M-1", "M-2", "M-4"}


def test_a_balance_tells_of_few_children_of_each_node(wb: Workbench) -> None:
    whole, few = wb.balance("today"), wb.balance("today", each=5)
    assert [row["meter"] for row in few.rows] == [row["meter"] for row in whole.rows]
    for row, before in zip(few.rows, whole.rows, strict=True):
        assert len(row["children"]) <= 6
        assert sum(child.get("folded", 1) for child in row["children"]) == len(before["children"])


def test_meters_on_the_floor_plan_are_told_one_by_one_or_by_squares(wb: Workbench) -> None:
    each = wb.places()
    assert len(each) == PLACED
    assert {row["power_kw"] for row in each} == {7.0}
    few = wb.places(most=16)
    assert len(few) <= 16
    assert sum(sum(row.get("folded", {}).values()) or 1 for row in few) == PLACED
    area = next(row["id"] for row in few if row["id"].startswith("cell:")).partition(":")[2]
    assert {row["number"] for row in wb.places(area)} < {row["number"] for row in each}
    with pytest.raises(InputError, match="floor plan"):
        wb.places("the left half")
