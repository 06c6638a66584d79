"""Limits of the site and of meters: stored, inherited, checked, audited, undone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.domain.errors import AccessError, ConflictError, InputError, NotFoundError
from energy_workbench.registry import Registry
from tests.migrated import migrated


@pytest.fixture
def registry(tmp_path: Path) -> Iterator[Registry]:
    registry = migrated(Registry(f"sqlite:///{tmp_path}/registry.db"))
    registry.create_meter({"number": "M-1", "name": "Mill", "type": "machine"}, by="test")
    yield registry
    registry.close()


def test_a_meter_has_the_sites_limits_but_for_its_own(registry: Registry) -> None:
    key = registry.meter("M-1").key
    registry.set_limits({"voltage_warning": 8, "power_factor_warning": 0.9}, by="asha")
    registry.set_limits({"voltage_warning": "7.5", "voltage_unbalance_critical": "off"}, "M-1", by="asha")
    own, site = registry.limits_of(key), registry.limits_of(None)
    assert (own.of("voltage").warning, site.of("voltage").warning) == (7.5, 8.0)
    assert (own.of("voltage_unbalance").critical, site.of("voltage_unbalance").critical) == (None, 5.0)
    assert own.of("power_factor").warning == 0.9
    registry.set_limits({"voltage_warning": None, "voltage_unbalance_critical": ""}, "M-1", by="asha")
    assert registry.limits() == {None: {"voltage_warning": 8.0, "power_factor_warning": 0.9}}


def test_everything_that_is_wrong_is_said_and_nothing_is_stored(registry: Registry) -> None:
    revision = registry.revision()
    given = {"voltage_warnig": 5, "voltage_warning": "many", "power_factor_warning": 1.2, "frequency_seconds": "off"}
    with pytest.raises(InputError) as caught:
        registry.set_limits(given, by="asha")
    assert {problem.field for problem in caught.value.problems} == set(given)
    assert all(problem.reason for problem in caught.value.problems)
    with pytest.raises(InputError, match="must not be below the warning's 20 %"):
        registry.set_limits({"voltage_warning": 20}, by="asha")
    with pytest.raises(InputError, match="lowest limit"):
        registry.set_limits({"voltage_hysteresis": 10}, "M-1", by="asha")
    with pytest.raises(NotFoundError):
        registry.set_limits({"voltage_warning": 5}, "M-2", by="asha")
    assert (registry.limits(), registry.revision()) == ({}, revision)


def test_a_change_is_audited_undone_and_replayed(registry: Registry) -> None:
    registry.set_limits({"voltage_warning": 8}, by="asha")
    registry.set_limits({"voltage_warning": "off"}, "M-1", by="asha")
    revision = registry.revision()
    registry.set_limits({"voltage_warning": "off"}, "M-1", by="asha")
    assert registry.revision() == revision, "the same again is no change"
    entry = registry.audit(1)[0]
    assert (entry.action, entry.subject, entry.before, entry.after) == (
        "limits.update", registry.meter("M-1").id, {"voltage_warning": None}, {"voltage_warning": "off"},
    )  # fmt: skip
    assert registry.audit_differences() == []
    registry.undo(by="asha")
    assert registry.limits() == {None: {"voltage_warning": 8.0}}
    registry.undo(by="asha")
    assert registry.limits() == {}
    assert registry.audit_differences() == []


def test_an_older_change_is_not_undone_below_a_newer_one(registry: Registry) -> None:
    registry.set_limits({"voltage_warning": 8}, by="asha")
    change = registry.audit(1)[0].change
    registry.set_limits({"voltage_warning": 9}, by="ravi")
    with pytest.raises(ConflictError):
        registry.undo(by="asha", change=change)


def test_only_an_editor_changes_limits(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from energy_workbench.api.access.home_tokens import tokens_of
    from energy_workbench.api.app import create_app
    from tests.workbench.plant import make_home

    home = make_home(tmp_path / "home")
    client, tokens = TestClient(create_app(home), base_url="http://127.0.0.1:3000"), tokens_of(home)
    viewer, editor = ({"Authorization": f"Bearer {token}"} for token in (tokens.viewer, tokens.editor))
    path = "/api/Energy/meters/UNIT-A/limits"
    assert client.put(path, json={"voltage_warning": 7}, headers=viewer).status_code == AccessError.http_status
    assert client.put(path, json={"voltage_warning": -7}, headers=editor).status_code == InputError.http_status
    answer = client.put(path, json={"voltage_warning": 7}, headers=editor).json()
    assert (answer["own"], answer["limits"]["voltage_warning"], answer["defaults"]["voltage_warning"]) == (
        {"voltage_warning": 7.0}, 7.0, 10.0,
    )  # fmt: skip
    site = client.get("/api/Energy/limits", headers=viewer).json()
    assert (site["own"], site["limits"]["voltage_warning"]) == ({}, 10.0)
    assert client.get("/api/Energy/meters/NONE/limits", headers=viewer).status_code == NotFoundError.http_status
