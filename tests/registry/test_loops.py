"""Nothing is made of itself or below itself at any time, whoever moves what: refused with the way and the time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.registry import Registry
from energy_workbench.registry.bulk.many_meters import edit_meters
from energy_workbench.registry.meter_files.meter_file import plan_import, read_meter_file
from tests.registry.conftest import Add

PAST = datetime(2026, 3, 1, tzinfo=UTC)
LATER = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
def plant(registry: Registry, add: Add) -> Registry:
    """M with Q and, below that, A and K; P, below M, is a panel without a meter, and K is made of what is in P."""
    add("M")
    add("Q", "M")
    add("A", "Q")
    add("P", "M", type="virtual")
    add("K", "Q", type="virtual", formula="0.5 * [P]")
    return registry


def put(plant: Registry, number: str, **fields: object) -> None:
    plant.update_meter(number, fields, by="test")


def moved(plant: Registry) -> None:
    put(plant, "K", parent="P")


def moved_in_the_past(plant: Registry) -> None:
    plant.add_parent("K", "P", PAST, by="test")


def moved_for_a_time(plant: Registry) -> None:
    plant.add_parent("K", "M", LATER, by="test")
    plant.add_parent("K", "P", PAST, by="test")


def moved_from_the_beginning(plant: Registry) -> None:
    plant.add_parent("K", "P", None, by="test")


def a_part_moved(plant: Registry) -> None:
    put(plant, "Q", type="virtual")
    put(plant, "Q", parent="P")


def edited_together(plant: Registry) -> None:
    keys = [plant.meter(number).key for number in ("K", "A")]
    edit_meters(plant, keys, {"parent": "P"}, {}, by="test")


def deleted_from_between(plant: Registry) -> None:
    put(plant, "Q", parent="P")
    plant.delete_meter("Q", children="reparent", by="test")


def made_virtual(plant: Registry) -> None:
    put(plant, "Q", parent="P", type="other")
    put(plant, "Q", type="virtual")


def seen_again(plant: Registry) -> None:
    put(plant, "K", seen_by_parent=False)
    put(plant, "K", parent="P")
    put(plant, "K", seen_by_parent=True)


def restored(plant: Registry) -> None:
    plant.delete_meter("K", by="test")
    put(plant, "Q", parent="P", type="virtual")
    plant.restore_meter("K", by="test")


def undone(plant: Registry) -> None:
    put(plant, "P", formula="[A]")
    change = plant.audit(1)[0].change
    put(plant, "K", parent="P")
    # Without its formula P is the sum of what is below it, of K, that is made of P.
    plant.undo(by="test", change=change)


def taken_away(plant: Registry) -> None:
    put(plant, "P", formula="[A]")
    put(plant, "K", parent="P")
    plant.add_formula("P", None, LATER, by="test")


def first_formula(plant: Registry) -> None:
    # It holds from the beginning of time, when L was still below V.
    plant.create_meter({"number": "V", "name": "V", "type": "virtual"}, by="test")
    plant.create_meter({"number": "L", "name": "L", "type": "virtual", "parent": "V"}, by="test")
    put(plant, "L", parent=None)
    put(plant, "L", formula="[V]")


@pytest.mark.parametrize(
    "change",
    [
        moved, moved_in_the_past, moved_for_a_time, moved_from_the_beginning, a_part_moved, edited_together,
        deleted_from_between, made_virtual, seen_again, restored, undone, taken_away, first_formula,
    ],
)  # fmt: skip
def test_no_change_of_the_tree_makes_a_meter_of_itself(plant: Registry, change: Callable[[Registry], None]) -> None:
    with pytest.raises((ConflictError, InputError), match=r"made of itself: (\S+) → .*\1"):
        change(plant)
    # Nothing half-done: what stands is what the trail says.
    assert plant.audit_differences() == []


def test_what_is_refused_says_when(plant: Registry) -> None:
    with pytest.raises(ConflictError, match=r"K → P → K from 2026-03-01 00:00 to 2026-06-01 00:00 UTC"):
        moved_for_a_time(plant)
    assert [above and above.number for _, above in plant.parents("K")] == ["Q", "M"]
    with pytest.raises(ConflictError, match=r"K → P → K until 2026-06-01 00:00 UTC"):
        moved_from_the_beginning(plant)


def test_a_formula_is_looked_at_for_the_time_in_which_it_holds(plant: Registry, add: Add) -> None:
    add("ONE", type="virtual", formula="[M]")
    add("TWO", type="virtual", formula="[ONE]")
    plant.add_formula("TWO", "[A]", LATER, by="test")
    # TWO is no longer made of ONE from then on, and was before.
    assert plant.add_formula("ONE", "[TWO]", LATER, by="test").formula == "[TWO]"
    with pytest.raises(InputError, match=r"from 2026-03-01 00:00 to 2026-06-01 00:00 UTC") as raised:
        plant.add_formula("ONE", "[TWO] + [M]", PAST, by="test")
    assert [problem.field for problem in raised.value.problems] == ["formula"]
    plant.add_formula("TWO", "[M]", None, by="test")
    plant.add_formula("ONE", "[TWO] + [M]", PAST, by="test")
    assert [text for _, text in plant.formulas("ONE")] == ["[M]", "[TWO] + [M]", "[TWO]"]


def test_a_row_of_a_file_that_moves_a_meter_into_what_it_is_made_of_is_told_by_line(
    plant: Registry, tmp_path: Path
) -> None:
    (tmp_path / "m.csv").write_text("number,name,type,parent\nA,A,machine,Q\nK,K,virtual,P\n")
    problems = plan_import(plant, read_meter_file(tmp_path / "m.csv")).problems
    assert [(each.where, each.field) for each in problems] == [("line 3", "parent")]
    assert "made of itself: K → P → K" in problems[0].reason


def test_many_meters_are_told_which_of_them_would_be_made_of_itself(plant: Registry) -> None:
    keys = [plant.meter(number).key for number in ("K", "A")]
    plan = edit_meters(plant, keys, {"parent": "P"}, {}, by="test", dry_run=True)
    told = {each.meter.number: [problem.reason for problem in each.refused] for each in plan.meters}
    assert told["A"] == []
    assert "made of itself: K → P → K" in told["K"][0]


def test_a_meter_that_its_parent_does_not_see_is_no_part_of_it(plant: Registry) -> None:
    put(plant, "K", seen_by_parent=False)
    put(plant, "K", parent="P")
    put(plant, "K", formula="2 * [P]")
    assert plant.meter("K").formula == "2 * [P]"


def test_a_meter_of_a_former_formula_can_be_deleted_and_is_not_gone_back_to(plant: Registry, add: Add) -> None:
    add("ONE", type="virtual", formula="[A]")
    plant.add_formula("ONE", "[M]", LATER, by="test")
    change = plant.audit(1)[0].change
    plant.delete_meter("A", by="test")
    assert [text for _, text in plant.formulas("ONE")] == ["[A]", "[M]"]
    with pytest.raises(ConflictError, match="the formula of ONE names A, which would be deleted"):
        plant.undo(by="test", change=change)


def test_a_meter_is_not_below_itself_for_a_time_either(plant: Registry) -> None:
    plant.add_parent("A", "M", PAST, by="test")
    plant.add_parent("Q", "A", LATER, by="test")
    with pytest.raises(ConflictError, match=r"below itself: A → Q → A from 2026-06-01 00:00 UTC on"):
        plant.delete_parent("A", PAST, by="test")
    with pytest.raises(ConflictError, match="below itself: A → A"):
        plant.add_parent("A", "A", None, by="test")
