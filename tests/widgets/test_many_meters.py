"""Ten thousand meters on the setup page: the tree stays short, says what it does not show, and every meter is found."""

from __future__ import annotations

import pytest

from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.meter_tree import MeterTree
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.tree.model import AT_START, TreeModel
from energy_workbench.widgets.setup.tree.view import TreeView
from tests.large_meters import large_meters

ROWS = large_meters()


def test_the_tree_makes_what_is_opened_and_finds_a_deep_meter() -> None:
    model = TreeModel()
    view = TreeView(model, SetupParts(lambda handler: handler))
    model.meters = MeterTree(ROWS)
    assert 1 < len(view._nodes) <= 2 * AT_START
    model.search = "MC-09876"
    assert model.meters.id_of("MC-09876") in view._nodes
    assert len(view._nodes) <= 2 * AT_START


@pytest.mark.parametrize("text", ["machine", "MC-0"])
def test_a_search_with_thousands_of_hits_draws_some_and_says_how_many(text: str) -> None:
    model = TreeModel()
    view = TreeView(model, SetupParts(lambda handler: handler))
    model.meters = MeterTree(ROWS)
    model.search = text
    assert len(view._nodes) < 1000
    assert "9,889 of 10,000 meters, the first 400 are shown: type more" in model.note


def test_a_branch_says_how_many_are_below_it_and_the_worst_of_them() -> None:
    broken = [{**row, "status": "faulty"} if row["number"] == "MC-09876" else row for row in ROWS]
    tree = MeterTree(broken)
    grid, board = tree.concerns()["mtr_grid"], tree.concerns()[tree["mtr_9876"]["parent_id"]]
    assert grid == (9_999, marks.FAULTY)
    assert board[1] is marks.FAULTY
    model = TreeModel()
    model.meters = tree
    assert "· 9,999" in model.branches[0].label
    assert "Faulty below" in model.branches[0].label
    assert " below" not in model.branches[0].children[-1].label
