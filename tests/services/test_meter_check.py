"""A form is told what is wrong with it while it is filled in."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.services.commands.meter_check import check, example

GRID = Meter(key=1, number="GRID", name="Grid", type=MeterType.GRID)
MAIN = Meter(key=2, number="MAIN", name="Main", type=MeterType.MAIN, parent=1, gateway="tcp://h:502", unit_id=3)
METERS = [GRID, MAIN]
GOOD: dict[str, Any] = {"number": "UNIT-A", "name": "Unit A", "type": "unit", "parent_id": "MAIN"}


def fields_of(found: dict[str, Any], kind: str) -> list[str]:
    return [each["field"] for each in found[kind]]


def test_a_good_form_has_no_problem() -> None:
    found = check(GOOD, None, METERS, [])
    assert found == {"problems": [], "warnings": [], "example": "meter says 4.2 A → 4.2 A: no transformer"}


def test_everything_that_is_wrong_is_said_at_once() -> None:
    given = {"number": "main", "name": "", "type": "unix", "unit_id": 300, "parent_id": "NONE", "ct_primary": 5}
    found = check(given, None, METERS, [])
    assert set(fields_of(found, "problems")) >= {"number", "name", "type", "unit_id", "parent_id"}
    assert next(each for each in found["problems"] if each["field"] == "unit_id")["value"] == "300"
    assert found["example"] is None


@pytest.mark.parametrize(("parent", "reason"), [("GRID", "itself"), ("mtr_2", "MAIN, which is below it")])
def test_a_cycle_is_seen_before_it_is_stored(parent: str, reason: str) -> None:
    (problem,) = check({"parent_id": parent}, GRID, METERS, [])["problems"]
    assert reason in problem["reason"]


def test_a_meter_keeps_its_own_number_and_address() -> None:
    found = check({"number": "MAIN", "gateway": "tcp://h:502", "profile": "p"}, MAIN, METERS, ["p"])
    assert (found["problems"], found["warnings"]) == ([], [])


def test_what_is_possible_but_hardly_meant_is_a_warning() -> None:
    given = {**GOOD, "gateway": "tcp://h:502", "unit_id": 4, "ct_primary": 5, "ct_secondary": 7}
    found = check(given, None, METERS, ["eastron_sdm630"])
    assert found["problems"] == []
    assert fields_of(found, "warnings") == ["ct_secondary", "ct_secondary", "profile"]


def test_a_device_that_is_read_already_and_a_profile_that_is_not_there_are_refused() -> None:
    given = {**GOOD, "gateway": "tcp://h:502", "unit_id": 3, "profile": "eastron_sdm63"}
    found = check(given, None, METERS, ["eastron_sdm630"])
    assert fields_of(found, "problems") == ["unit_id", "profile"]
    assert "MAIN (Main)" in found["problems"][0]["reason"]
    assert "did you mean eastron_sdm630?" in found["problems"][1]["reason"]
    found = check(
        {**given, "shares_device": True, "profile": "eastron_sdm630:little"}, None, METERS, ["eastron_sdm630"]
    )
    assert (found["problems"], found["warnings"]) == ([], [])


def test_what_a_form_leaves_as_it_was_is_only_warned_of() -> None:
    twin = replace(MAIN, key=3, number="TWIN", profile="gone")
    found = check({"name": "Other"}, twin, [*METERS, twin], [])
    assert (found["problems"], fields_of(found, "warnings")) == ([], ["unit_id", "profile"])


def test_a_unit_id_that_a_serial_line_has_not_is_a_warning() -> None:
    given = {**GOOD, "gateway": "rtu:///dev/ttyUSB0", "unit_id": 250, "profile": "p"}
    (warning,) = check(given, None, METERS, ["p"])["warnings"]
    assert (warning["field"], "1 to 247" in warning["reason"]) == ("unit_id", True)
    assert check({**given, "gateway": "tcp://other"}, None, METERS, ["p"])["warnings"] == []


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        (Ratio(ct_primary=1000, ct_secondary=5, applied_by=AppliedBy.WORKBENCH), "meter says 4.2 A → 840 A"),
        (Ratio(ct_primary=400, ct_secondary=1, applied_by=AppliedBy.WORKBENCH), "meter says 0.84 A → 336 A"),
        (
            Ratio(ct_primary=1000, ct_secondary=5, pt_primary=11000, pt_secondary=110, applied_by=AppliedBy.WORKBENCH),
            "meter says 4.2 A → 840 A, 110 V → 11000 V, 1 kW → 20000 kW",
        ),
        (
            Ratio(ct_primary=1000, ct_secondary=5, applied_by=AppliedBy.METER),
            "meter says 840 A → 840 A: the meter itself multiplies with 1000/5",
        ),
    ],
)
def test_a_ratio_is_worked_out(ratio: Ratio, text: str) -> None:
    assert example(ratio) == text
