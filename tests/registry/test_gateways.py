"""Gateways and their options."""

from __future__ import annotations

import pytest

from energy_workbench.core.errors import InputError, NotFoundError
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
