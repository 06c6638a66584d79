"""The tree of meters: which lines are drawn, without a browser."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.meter_tree import MeterTree
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.tree.hand import Hand
from energy_workbench.widgets.setup.tree.model import AT_ONCE, AT_START, EXPANDED, Branch, TreeModel
from energy_workbench.widgets.setup.tree.view import TreeView
from tests.widgets.setup_stand_in import rows


def tree(count: int = 92) -> TreeModel:
    model = TreeModel()
    model.meters = MeterTree(rows(count))
    return model


def drawn(model: TreeModel) -> list[str]:
    """Numbers, and lines that show more, from top to bottom."""

    def lines(branches: tuple[Branch, ...]) -> Iterator[str]:
        for branch in branches:
            yield model.meters.number_of(branch.id) or branch.id
            yield from lines(branch.children)

    return list(lines(model.branches))


@pytest.mark.parametrize("count", [92, 1000, 5000])
def test_the_number_of_lines_at_opening_does_not_grow_with_the_site(count: int) -> None:
    assert 20 < len(drawn(tree(count))) <= AT_START


def test_opening_a_branch_draws_its_children_and_closing_keeps_them() -> None:
    model = tree()
    unit = model.meters.id_of("UNIT-A")
    assert "UNIT-A-MACHINE-01" not in drawn(model)
    model.set_open(unit, True)
    assert "UNIT-A-MACHINE-01" in drawn(model)
    model.set_open(unit, False)
    assert "UNIT-A-MACHINE-01" in drawn(model)


def test_many_children_come_a_hundred_at_a_time() -> None:
    model = tree(5000)
    unit = model.meters.id_of("UNIT-A")
    before = len(drawn(model))
    model.set_open(unit, True)
    assert len(drawn(model)) == before + AT_ONCE + 1
    assert f"{unit}+more" in drawn(model)
    model.more(unit)
    assert len(drawn(model)) == before + 2 * AT_ONCE + 1


def test_a_search_shows_what_it_finds_with_the_meters_above_it() -> None:
    model = tree()
    model.search = "unit-b machine-03"
    assert drawn(model) == ["GRID", "MAIN", "PMD", "UNIT-B", "UNIT-B-MACHINE-03"]
    assert model.note == "1 of 92 meters"
    model.search = ""
    assert model.note == ""
    assert "UNIT-J" in drawn(model)


def test_enter_goes_to_the_first_hit_and_then_from_one_to_the_next() -> None:
    model = tree()
    chosen = []
    for _ in range(4):
        model.enter("unit-b machine-0")
        chosen.append(model.meters.number_of(model.selected))
    assert chosen == [f"UNIT-B-MACHINE-0{nth}" for nth in (1, 2, 3, 4)]
    hits = [key for key in model.meters.rows if "UNIT-B-MACHINE-0" in model.meters.number_of(key)]
    model.selected = hits[-1]
    model.enter("unit-b machine-0")
    assert model.selected == hits[0], "after the last comes the first"
    assert model.search == "unit-b machine-0", "what was found stays in view"


def test_enter_goes_to_the_number_that_was_typed_whole() -> None:
    model = tree()
    model.enter("unit-b")
    assert model.meters.number_of(model.selected) == "UNIT-B"


@pytest.mark.parametrize("text", ["", "  ", "nothing is like that"])
def test_enter_without_a_hit_chooses_nothing(text: str) -> None:
    model = tree()
    before = model.selected
    model.enter(text)
    assert model.selected == before


def test_filters_by_status_and_type_are_combined() -> None:
    model = tree()
    model.status = "attention"
    model.kind = "machine"
    assert {name for name in drawn(model) if "MACHINE" in name} == {
        "UNIT-B-MACHINE-03", "UNIT-D-MACHINE-02", "UNIT-G-MACHINE-01", "UNIT-H-MACHINE-04",
    }  # fmt: skip
    model.status = "silent"
    assert model.note == "1 of 92 meters"


def test_open_branches_survive_a_search_and_new_states() -> None:
    model = tree()
    model.set_open(model.meters.id_of("UNIT-C"), True)
    model.search = "SOLAR"
    model.search = ""
    changed = rows()
    changed[3]["status"] = "faulty"
    model.meters = MeterTree(changed)
    assert "UNIT-C-MACHINE-02" in drawn(model)


def test_expand_all_stops_where_a_browser_would_suffer() -> None:
    model = tree(5000)
    model.expand()
    assert 100 < len(drawn(model)) <= EXPANDED + 20
    small = tree()
    small.expand()
    assert len(drawn(small)) == 92
    small.collapse()
    assert not any(child.opened for child in small.branches[0].children)


def test_a_meter_is_revealed_wherever_it_is() -> None:
    model = tree(5000)
    model.search = "SOLAR"
    last = list(model.meters.rows)[-1]
    model.reveal(last)
    assert model.search == ""
    assert model.meters.number_of(last) in drawn(model)
    assert model.selected == last


def test_states_differ_in_shape_and_word_not_only_in_colour() -> None:
    assert len({mark.name for mark in marks.LEGEND}) == len(marks.LEGEND) == len({mark.word for mark in marks.LEGEND})
    row = rows()[0]
    assert marks.of(row | {"status": "inactive", "colour": "red"}) is marks.INACTIVE
    assert marks.of(row | {"communication": "offline", "colour": "red"}) is marks.OFFLINE
    assert marks.of(row | {"communication": "not_connected", "colour": "grey"}) is marks.NOT_CONNECTED
    assert marks.of(row | {"communication": "not_connected", "status": "faulty", "colour": "orange"}) is marks.FAULTY
    assert marks.of(row | {"health": "unknown", "colour": "grey"}) is marks.UNREAD
    assert marks.of(row | {"status": "maintenance", "health": "critical", "colour": "orange"}) is marks.CRITICAL


@given(st.text())
def test_a_name_is_escaped_and_stays_on_its_line(name: str) -> None:
    label = marks.label({**rows(1)[0], "number": "<b>1", "name": name})
    inside = label.replace("<span", "").replace("</span>", "")
    assert "<b" not in inside
    assert "\n" not in label
    assert not set(label) & set("\u202e\u2066\u2028")


def guard(handler: object) -> object:
    return handler


def test_nodes_are_kept_and_only_changes_are_written() -> None:
    model = tree()
    view = TreeView(model, SetupParts(guard))
    before = dict(view._nodes)
    sent: list[str] = []
    for node in before.values():
        node.observe(lambda change: sent.append(change["name"]))
    changed = rows()
    changed[0]["status"] = "faulty"
    model.meters = MeterTree(changed)
    assert view._nodes == before
    assert sorted(sent) == ["icon", "name"]


def test_a_click_in_the_browser_chooses_and_opens() -> None:
    model = tree()
    view = TreeView(model, SetupParts(guard))
    unit = model.meters.id_of("UNIT-A")
    view._nodes[unit].opened = True
    machine = model.meters.id_of("UNIT-A-MACHINE-02")
    view.tree.set_trait("selected_nodes", (view._nodes[machine],))
    assert model.selected == machine
    assert f'li[id="{view._nodes[machine]._id}"] >' in view.mark.value
    view.tree.set_trait("selected_nodes", ())
    assert model.selected == machine


def test_lines_that_are_not_drawn_any_more_are_closed() -> None:
    model = tree()
    view = TreeView(model, SetupParts(guard))
    model.set_open(model.meters.id_of("UNIT-A"), True)
    many = dict(view._nodes)
    model.search = "SOLAR"
    assert len(view._nodes) < len(many)
    assert set(view._keys.values()) == set(view._nodes)
    # A browser that takes in an earlier change yet would ask for what it names: the lines are closed with the next.
    gone = [node for node in many.values() if node not in view._nodes.values()]
    assert all(node.comm is not None for node in gone)
    model.search = ""
    model.search = "UNIT-B"
    assert all(node.comm is None for node in gone)


@given(st.lists(st.tuples(st.sampled_from("ABCDE"), st.sampled_from(["", "A", "B", "C", "D", "E"])), max_size=6))
def test_any_rows_make_a_finite_tree(pairs: list[tuple[str, str]]) -> None:
    plain = rows(1)[0]
    given_rows = [plain | {"id": f"mtr_{a}", "number": a, "parent_id": f"mtr_{b}" if b else None} for a, b in pairs]
    model = TreeModel()
    model.meters = MeterTree(given_rows)
    model.expand()
    assert len(drawn(model)) <= len(model.meters)
    for key in model.meters.rows:
        assert len(model.meters.above(key)) <= len(model.meters)


def test_a_meter_that_hangs_elsewhere_is_drawn_anew_with_all_below_it() -> None:
    model = tree()
    view = TreeView(model, SetupParts(guard))
    unit, machine = model.meters.id_of("UNIT-A"), model.meters.id_of("UNIT-A-MACHINE-01")
    model.set_open(unit, True)
    before = dict(view._nodes)
    moved = rows()
    next(row for row in moved if row["id"] == unit)["parent_id"] = model.meters.id_of("SOLAR")
    model.meters = MeterTree(moved)
    model.reveal(unit)
    # The browser knows a node by its id: the same one at two places, one of them on its way out, emptied the tree.
    assert view._nodes[unit]._id != before[unit]._id
    assert view._nodes[machine]._id != before[machine]._id
    assert before[unit] not in view._nodes.values()
    other = model.meters.id_of("UNIT-B")
    assert view._nodes[other] is before[other]
    assert set(view._keys.values()) == set(view._nodes)


def test_an_empty_tree_says_why() -> None:
    model = TreeModel()
    model.search = "x"
    model.search = ""
    assert model.empty == ""  # nothing is known yet
    model.meters = MeterTree()
    assert "no meter yet" in model.empty
    model = tree()
    assert model.empty == ""
    model.search, model.kind = "no such meter", "solar"
    assert "Clear the filters" in model.empty
    model.clear()
    assert (model.empty, model.note, model.search, model.kind) == ("", "", "", "")


@pytest.mark.parametrize(
    "content",
    [None, "drop", {"kind": "drop"}, {"kind": "drop", "line": 1, "onto": ""}, {"kind": "o", "line": "a", "onto": "b"},
     {"kind": "drop", "line": "x" * 101, "onto": ""}],
)  # fmt: skip
def test_a_message_of_another_shape_is_no_drag(content: object) -> None:
    dropped: list[tuple[str, str]] = []
    hand = Hand()
    hand.on_drop(lambda line, onto: dropped.append((line, onto)))
    hand._on_message(None, content, [])
    assert dropped == []
    hand._on_message(None, {"kind": "drop", "line": "a", "onto": ""}, [])
    assert dropped == [("a", "")]


def test_a_line_of_the_browser_is_a_meter_or_nothing() -> None:
    model = tree()
    view = TreeView(model, SetupParts(guard))
    unit = model.meters.id_of("UNIT-A")
    assert view.meter(view._nodes[unit]._id) == unit
    assert view.meter(view._nodes[f"{unit}+waiting"]._id) == ""
    assert view.meter("no-such-line") == ""
    model.reveal(unit)
    assert view.hand.chosen == view._nodes[unit]._id
