"""A device is read for one meter, a profile is one that there is: the same by whatever door a meter comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, Problem
from energy_workbench.registry import Registry
from energy_workbench.registry.meter_files.meter_file import ImportPlan, MeterRow, apply_import, plan_import
from energy_workbench.registry.meters import connections
from energy_workbench.services.commands.meter_check import check
from tests.registry.conftest import Add

PROFILES = ["eastron_sdm630", "schneider_pm5xxx"]
AT: dict[str, Any] = {"gateway": "tcp://moxa:502", "unit_id": 7, "profile": "eastron_sdm630"}
NEW: dict[str, Any] = {"number": "NEW", "name": "New", "type": "machine"}


def plan(registry: Registry, *rows: dict[str, Any]) -> ImportPlan:
    return plan_import(registry, [MeterRow(line, row) for line, row in enumerate(rows, 2)], PROFILES)


def said(problems: list[Problem]) -> list[tuple[str, str]]:
    return [(problem.where, problem.field) for problem in problems]


def named(registry: Registry, number: str, **fields: Any) -> dict[str, Any]:
    """A row that changes some fields of a registered meter."""
    meter = registry.meter(number)
    return {"number": number, "name": meter.name, "type": str(meter.type)} | fields


WRONG = [
    pytest.param({**AT}, "unit_id", True, id="twice"),
    pytest.param({**AT, "profile": "schneider_pm5xxx"}, "unit_id", True, id="twice, by another profile"),
    pytest.param({**AT, "profile": None}, "unit_id", True, id="twice, without a profile"),
    pytest.param({**AT, "gateway": "TCP://Moxa"}, "unit_id", True, id="twice, spelled otherwise"),
    pytest.param({**AT, "gateway": "rtutcp://moxa:502"}, "unit_id", True, id="twice, spoken to otherwise"),
    pytest.param({**AT, "unit_id": 8, "profile": "eastron_sdm63"}, "profile", True, id="unknown profile"),
    pytest.param({"profile": "nothing_like_it"}, "profile", True, id="unknown profile without a gateway"),
    pytest.param({**AT, "unit_id": 8, "profile": None}, "profile", False, id="no profile"),
    pytest.param({"profile": "eastron_sdm630"}, "gateway", False, id="no gateway"),
    pytest.param({"ct_primary": 5, "ct_secondary": 1000}, "ct_secondary", False, id="ratio"),
    pytest.param({**AT, "gateway": "rtu:///dev/ttyS0", "unit_id": 250}, "unit_id", False, id="unit id"),
]


@pytest.mark.parametrize(("fields", "field", "refused"), WRONG)
def test_every_door_says_the_same(
    registry: Registry, add: Add, fields: dict[str, Any], field: str, refused: bool
) -> None:
    add("OLD", **AT)
    meters, given = registry.meters(), NEW | fields
    form = check(given, None, meters, PROFILES)
    told = {(each["field"], each["reason"]) for each in form["problems" if refused else "warnings"]}
    assert field in {name for name, _ in told}
    planned = plan(registry, {name: "" if value is None else str(value) for name, value in given.items()})
    by_file = planned.problems if refused else planned.warnings
    assert {(problem.field, problem.reason) for problem in by_file} == told
    assert {problem.where for problem in by_file} == {"line 2"}
    assert bool(planned.problems) == bool(form["problems"]) == refused
    if not refused:
        registry.create_meter(given, by="test", profiles=PROFILES)
        return
    with pytest.raises(InputError) as caught:
        registry.create_meter(given, by="test", profiles=PROFILES)
    assert {(problem.field, problem.reason) for problem in caught.value.problems} == told
    add("OTHER")
    with pytest.raises(InputError) as caught:
        registry.update_meter("OTHER", fields, by="test", profiles=PROFILES)
    assert {(problem.field, problem.reason) for problem in caught.value.problems} == told
    changed = plan(registry, named(registry, "OTHER", **fields))
    assert {(problem.field, problem.reason) for problem in changed.problems} == told


def test_who_says_that_it_shares_a_device_may(registry: Registry, add: Add) -> None:
    add("LINE-1", **AT)
    add("LINE-2", **AT, shares_device=True)
    assert registry.meter("LINE-2").shares_device
    planned = plan(registry, NEW | AT | {"shares_device": "yes"})
    assert (planned.problems, planned.warnings) == ([], [])
    apply_import(registry, planned, by="test")
    # What was said is taken back only where the device is no longer shared.
    with pytest.raises(InputError, match="shares_device"):
        registry.update_meter("NEW", {"shares_device": False}, by="test")
    registry.update_meter("NEW", {"shares_device": False, "unit_id": 9}, by="test")


def test_a_file_is_judged_by_what_it_leads_to(registry: Registry, add: Add) -> None:
    add("A", **AT)
    add("B", **AT | {"unit_id": 8})
    # They change places; a new one comes where nobody is any more.
    swapped = plan(registry, named(registry, "A", unit_id="8"), named(registry, "B", unit_id="7"))
    assert swapped.problems == []
    moved = plan(registry, NEW | AT, named(registry, "A", unit_id="9"))
    assert moved.problems == []
    apply_import(registry, moved, by="test")
    twice = plan(
        registry, *({"number": number, "name": number, "type": "unit"} | AT | {"unit_id": "30"} for number in "XYZ")
    )
    assert said(twice.problems) == [("line 3", "unit_id"), ("line 4", "unit_id"), ("line 4", "unit_id")]
    both = plan(registry, NEW | {"number": "LATE"} | AT, named(registry, "NEW", location="Hall 2"))
    assert said(both.problems) == [("line 2", "unit_id")]


def test_an_inactive_meter_is_not_read_until_it_is_active_again(registry: Registry, add: Add) -> None:
    add("OLD", **AT)
    registry.set_status("OLD", "inactive", "replaced", by="test")
    add("NEXT", **AT)
    with pytest.raises(InputError, match="NEXT"):
        registry.set_status("OLD", "active", "", by="test")
    with pytest.raises(InputError, match="NEXT"):
        registry.update_meter("OLD", {"status": "active"}, by="test")
    assert said(plan(registry, named(registry, "OLD", status="active")).problems) == [("line 2", "unit_id")]


def test_what_is_brought_back_finds_its_device_free(registry: Registry, add: Add) -> None:
    add("OLD", **AT)
    registry.delete_meter("OLD", by="asha")
    registry.create_meter(NEW | AT, by="ravi")
    with pytest.raises(ConflictError, match="NEW"):
        registry.restore_meter("mtr_1", by="asha")
    with pytest.raises(ConflictError, match="NEW"):
        registry.undo(by="asha")
    registry.update_meter("NEW", {"unit_id": 8}, by="ravi")
    registry.undo(by="asha")
    assert registry.meter("OLD").unit_id == 7


def test_meters_that_shared_a_device_before_go_on(
    registry: Registry, add: Add, monkeypatch: pytest.MonkeyPatch
) -> None:
    add("A", **AT, location="Hall 1")
    with monkeypatch.context() as earlier:
        earlier.setattr(connections, "findings", lambda *_: [])
        add("B", **AT | {"profile": "of_long_ago"}, location="Hall 1")
    registry.update_meter("B", {"location": "Hall 2"}, by="test", profiles=PROFILES)
    same = plan(registry, *(named(registry, number, **AT, location="Hall 3") for number in "A"))
    assert (same.problems, same.warnings) == ([], [])
    with pytest.raises(InputError):
        registry.create_meter(NEW | AT, by="test")
    registry.delete_meter("B", by="test")
    with pytest.raises(ConflictError):
        registry.restore_meter("B", by="test")


def test_where_two_addresses_lead_to_one_device() -> None:
    """The end of the line counts, not how it is spoken to there."""
    from energy_workbench.registry.checks.addresses import endpoint

    assert endpoint("tcp://moxa:502") == endpoint("rtutcp://moxa:502") != endpoint("tcp://moxa:503")
    assert endpoint("rtu:///dev/ttyS0?baudrate=9600") == endpoint("rtu:///dev/ttyS0") != endpoint("rtu:///dev/ttyS1")
    assert endpoint("rtu://COM3") == endpoint("rtu:///COM3")


def test_a_copy_of_a_meter_has_its_own_device(registry: Registry, add: Add) -> None:
    add("A", **AT)
    template = registry.create_template("Feeder", "A", by="test")
    assert "shares_device" not in template.fields
    with pytest.raises(InputError, match="A "):
        registry.create_meter(NEW | {"unit_id": 7}, by="test", template="Feeder")
    made = registry.create_meter(NEW | {"unit_id": 8}, by="test", template="Feeder")
    assert replace(made, key=0).gateway == AT["gateway"]
