"""Gateways and their options."""

from __future__ import annotations

import pytest

from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.registry import Registry
from energy_workbench.registry.gateways import Gateway
from tests.registry.conftest import Add


def test_meters_that_spell_an_address_differently_share_the_gateway(registry: Registry, add: Add) -> None:
    add("A", gateway="tcp://moxa:502", unit_id=1)
    add("B", gateway="TCP://Moxa", unit_id=2)
    assert registry.gateways() == [Gateway(url="tcp://moxa:502")]


def test_options_are_kept_and_audited(registry: Registry, add: Add) -> None:
    add("A", gateway="tcp://moxa:502", unit_id=1)
    registry.set_gateway("tcp://moxa:502", {"pause_ms": 50}, by="asha")
    revision = registry.revision()
    registry.set_gateway("tcp://moxa:502", {"pause_ms": 50}, by="asha")
    assert registry.revision() == revision
    assert registry.gateways() == [Gateway(url="tcp://moxa:502", options={"pause_ms": 50.0})]
    (entry, _) = registry.audit()
    assert (entry.action, entry.before, entry.after) == ("gateway.update", {}, {"pause_ms": 50.0})


def test_wrong_options_are_refused(registry: Registry, add: Add) -> None:
    add("A", gateway="tcp://moxa:502", unit_id=1)
    with pytest.raises(InputError) as caught:
        registry.set_gateway("tcp://moxa:502", {"pause_ms": -1, "timeout_ms": True, "speed": 9}, by="asha")
    assert [problem.field for problem in caught.value.problems] == ["pause_ms", "timeout_ms", "speed"]
    with pytest.raises(NotFoundError):
        registry.set_gateway("tcp://other:502", {}, by="asha")


@pytest.mark.parametrize(
    ("url", "option", "value", "possible"),
    [
        ("tcp://moxa:502", "retries", 1.5, "0 to 5 is possible, as a whole number"),
        ("tcp://moxa:502", "connections", 9, "1 to 8 is possible"),
        ("rtutcp://moxa:502", "connections", 2, "only 1 is possible"),
        ("rtu:///dev/ttyUSB0", "connections", 2, "only 1 is possible"),
        ("tcp://moxa:502", "timeout_ms", float("nan"), "10 to 60000 ms is possible"),
    ],
)
def test_an_option_says_what_is_possible(
    registry: Registry, add: Add, url: str, option: str, value: float, possible: str
) -> None:
    add("A", gateway=url, unit_id=1)
    with pytest.raises(InputError) as caught:
        registry.set_gateway(url, {option: value}, by="asha")
    assert possible in caught.value.problems[0].reason
    assert registry.gateways()[0].options == {}


def test_an_option_that_is_none_takes_its_default_again(registry: Registry, add: Add) -> None:
    add("A", gateway="tcp://moxa:502", unit_id=1)
    registry.set_gateway("TCP://Moxa", {"retries": 2, "connections": 4}, by="asha")
    assert registry.set_gateway("tcp://moxa:502", {"retries": None, "connections": 4}, by="asha").options == {
        "connections": 4.0
    }


def test_options_that_somebody_else_changed_meanwhile_are_not_overwritten(registry: Registry, add: Add) -> None:
    add("A", gateway="tcp://moxa:502", unit_id=1)
    seen = registry.gateways()[0].revision
    changed = registry.set_gateway("tcp://moxa:502", {"retries": 2}, by="asha", revision=seen)
    assert changed.revision != seen
    with pytest.raises(ConflictError) as caught:
        registry.set_gateway("tcp://moxa:502", {"retries": 3}, by="ben", revision=seen)
    assert caught.value.stored["options"] == {"retries": 2.0}
    assert registry.gateways() == [changed]
