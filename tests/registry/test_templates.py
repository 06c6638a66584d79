"""Templates: saved meters to create others from."""

from __future__ import annotations

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.registry import Registry
from energy_workbench.registry.templates import INDIVIDUAL
from tests.registry.conftest import Add

PRESS = {
    "type": "machine",
    "ct_primary": 100,
    "ct_secondary": 5,
    "gateway": "tcp://moxa:502",
    "profile": "schneider_pm5xxx",
    "location": "Hall 1",
}


def test_a_meter_is_created_from_another_that_was_saved(registry: Registry, add: Add) -> None:
    add("P1", unit_id=1, serial="S1", status="faulty", x=0.1, y=0.2, **PRESS)
    template = registry.create_template("Press", "P1", by="asha")
    assert not INDIVIDUAL & set(template.fields)
    made = registry.create_meter(
        {"number": "P2", "name": "Press 2", "unit_id": 2, "location": "Hall 2"}, by="asha", template="press"
    )
    first = registry.meter("P1")
    assert (made.ratio, made.gateway, made.profile, made.type) == (
        first.ratio,
        first.gateway,
        first.profile,
        first.type,
    )
    assert (made.unit_id, made.location, made.serial, made.status, made.x) == (2, "Hall 2", "", "active", None)


def test_a_template_from_fields_holds_just_these(registry: Registry) -> None:
    template = registry.create_template("CT 100", {"ct_primary": "100", "ct_secondary": "5"}, by="asha")
    assert template.fields == {"ct_primary": 100.0, "ct_secondary": 5.0}
    assert registry.template("ct 100") == template
    assert registry.templates() == [template]
    made = registry.create_meter({"number": "M", "name": "M", "type": "unit"}, by="asha", template="CT 100")
    assert made.ratio.ct == 20


def test_what_every_meter_has_for_itself_must_be_given(registry: Registry) -> None:
    registry.create_template("press", PRESS, by="asha")
    with pytest.raises(InputError) as caught:
        registry.create_meter({"number": "M", "name": "M"}, by="asha", template="press")
    assert [problem.field for problem in caught.value.problems] == ["unit_id"]


def test_a_name_is_used_once_whatever_its_case(registry: Registry) -> None:
    registry.create_template("Straße", {}, by="asha")
    with pytest.raises(ConflictError, match="delete it first"):
        registry.create_template("STRASSE", {}, by="asha")
    registry.delete_template("strasse", by="asha")
    assert registry.templates() == []
    for ask in (registry.template, lambda name: registry.delete_template(name, by="asha")):
        with pytest.raises(NotFoundError, match="no template"):
            ask("Straße")
    with pytest.raises(NotFoundError, match="no template"):
        registry.create_meter({"number": "M", "name": "M", "type": "unit"}, by="asha", template="Straße")
    assert [entry.action for entry in registry.audit()] == ["template.delete", "template.create"]


@pytest.mark.parametrize(
    ("name", "fields", "field"),
    [
        ("", {}, "name"),
        ("x" * 65, {}, "name"),
        ("a\nb", {}, "name"),
        ("t", {"unit_id": 5}, "unit_id"),
        ("t", {"number": "M"}, "number"),
        ("t", {"ct_primary": 5}, "ct_secondary"),
        ("t", {"colour_of_the_door": "red"}, "colour_of_the_door"),
        ("t", {"gateway": "http://x"}, "gateway"),
    ],
)
def test_an_impossible_template_is_refused(
    registry: Registry, name: str, fields: dict[str, object], field: str
) -> None:
    with pytest.raises(InputError) as caught:
        registry.create_template(name, fields, by="asha")
    assert field in {problem.field for problem in caught.value.problems}
