"""The index of meters: each is found as a search through all of them would find it."""

from __future__ import annotations

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.services.queries.meter_index import MeterIndex

GRID = Meter(key=1, number="GRID", name="Grid", type=MeterType.GRID)
MAIN = Meter(key=2, number="Main-Ä", name="Main", type=MeterType.MAIN, parent=1, location="Hall 7")
LEAF = Meter(key=3, number="U-1", name="Unit", type=MeterType.UNIT, parent=2, gateway="tcp://a:502", profile="p")
SUM = Meter(key=4, number="SUM", name="Sum", type=MeterType.VIRTUAL, parent=1)
PART = Meter(key=5, number="P", name="Part", type=MeterType.UNIT, parent=4)
MADE = Meter(
    key=6, number="V", name="V", type=MeterType.VIRTUAL, formula="[U-1] + [SUM]", formula_by_id="[mtr_3] + [mtr_4]"
)
INDEX = MeterIndex([GRID, MAIN, LEAF, SUM, PART, MADE])


def test_a_meter_is_found_by_id_and_by_its_number_in_any_letter_case() -> None:
    assert INDEX.named("mtr_3") is LEAF
    # An umlaut as two characters is the same letter.
    assert INDEX.named("main-ä") is INDEX.named("MAIN-A\u0308") is MAIN
    assert INDEX.named("mtr_99") is INDEX.named("U-2") is None


def test_a_branch_is_what_is_below_at_any_depth_in_the_order_of_the_tree() -> None:
    assert INDEX.branch(1) == [MAIN, LEAF, SUM, PART]
    assert INDEX.branch(3) == INDEX.branch(99) == []
    # Of some of a tree that of one who is not among them is there too.
    assert MeterIndex([LEAF, PART]).branch(2) == [LEAF]


def test_with_a_virtual_meter_goes_all_that_its_state_follows_from() -> None:
    assert INDEX.with_parts([LEAF]) == [LEAF]
    assert INDEX.with_parts([SUM]) == [SUM, PART]
    assert INDEX.with_parts([MADE]) == [LEAF, SUM, PART, MADE]
    assert INDEX.with_parts([GRID, MADE, LEAF]) == [GRID, LEAF, SUM, PART, MADE]


def test_who_is_fed_who_is_above_others_and_what_is_odd() -> None:
    assert INDEX.fed == [1, 2, 4, 5, 6]
    assert INDEX.parents == {1, 2, 4}
    assert INDEX.odd
    assert not MeterIndex([GRID, MAIN, LEAF]).odd
