"""Dated formulas are told among what was stated of a meter, with who said it, and in the audit."""

from __future__ import annotations

from datetime import UTC, datetime

from energy_workbench.registry import Registry
from tests.registry.conftest import Add

MARCH = datetime(2026, 3, 1, tzinfo=UTC)
MAY = datetime(2026, 5, 1, tzinfo=UTC)


def told(registry: Registry) -> list[tuple[object, ...]]:
    return [(each.of, each.at, each.text, each.by) for each in registry.stated() if each.of == "formula"]


def test_a_dated_formula_is_stated_as_ratios_and_places_are(registry: Registry, add: Add) -> None:
    add("A")
    add("B")
    add("K", type="virtual", formula="[A]")
    assert told(registry) == []  # The first holds from the beginning of time, as a first ratio does.
    registry.add_formula("K", "[A] - [B]", MARCH, by="asha")
    registry.add_formula("K", None, MAY, by="ravi")
    registry.update_meter("B", {"number": "HALL 7"}, by="asha")
    assert told(registry) == [
        ("formula", MARCH, "[A] → [A] - [HALL 7]", "asha"),
        ("formula", MAY, "[A] - [HALL 7] → the sum of what is below it", "ravi"),
    ]
    assert [each.text for each in registry.stated(MAY, key=registry.meter("K").key)] == [told(registry)[1][2]]
    assert registry.stated(key=registry.meter("A").key) == []
    entries = [entry for entry in registry.audit() if entry.action == "formula.add"]
    assert [entry.after for entry in entries] == [
        {"formula": None, "valid_from": MAY.isoformat()},
        {"formula": "[A] - [B]", "valid_from": MARCH.isoformat()},
    ]
    # What was taken back was never stated.
    registry.undo(by="ravi")
    assert len(told(registry)) == 1


def test_a_formula_that_was_first_stated_for_a_date_replaces_the_sum(registry: Registry, add: Add) -> None:
    add("A")
    add("K", type="virtual")
    registry.add_formula("K", "2 * [A]", MARCH, by="asha")
    assert told(registry) == [("formula", MARCH, "the sum of what is below it → 2 * [A]", "asha")]
    registry.add_formula("K", "3 * [A]", MARCH, by="ravi")
    assert told(registry) == [("formula", MARCH, "the sum of what is below it → 3 * [A]", "ravi")]
    assert registry.audit(1)[0].action == "formula.correct"
