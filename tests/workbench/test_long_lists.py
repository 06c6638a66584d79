"""A list is as long as was asked for, on the files and over the service, in however many pages it came."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.entities import Live
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.status import Communication
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home
from tests.workbench.served import served

LISTS: dict[str, Callable[..., Any]] = {
    "events": lambda wb, **asked: wb.events("UNIT-A", **asked),
    "history": lambda wb, **asked: wb.history(**asked),
    "findings": lambda wb, **asked: wb.findings(**asked),
    "audit": lambda wb, **asked: wb.audit(**asked),
    "runs": lambda wb, **asked: wb.runs(**asked),
    "readings": lambda wb, **asked: wb.readings("GRID", **asked),
    "meters": lambda wb, **asked: wb.meters(**asked),
}


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Settings, str]]:
    """A home with rows in each list, and the address of its service."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(FIXED_NOW, NOW.isoformat())
        home = make_home(tmp_path_factory.mktemp("full") / "home")
        add_history(home)
        wb = Workbench.at(home.home)
        key = wb.registry.meter("UNIT-A").key
        states = [Live(communication=each) for each in (Communication.ONLINE, Communication.OFFLINE)]
        for number in range(23):
            # Two at each instant.
            at = NOW - timedelta(days=1) + timedelta(minutes=number // 2)
            patch.setenv(FIXED_NOW, at.isoformat())
            wb.state.write({key: states[number % 2]}, {key: states[(number + 1) % 2]})
            finding = Finding(name="value.limit", meter=key, start=at, end=at, text="too high", quantity=f"q{number}")
            wb.state.add_findings([finding])
            wb.update_meter("UNIT-A", {"location": f"Hall {number}", "ct_primary": 100 + number % 2}, by="test")
        patch.setenv(FIXED_NOW, NOW.isoformat())
        with served(home) as url:
            yield home, url


@pytest.fixture
def near(full: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch) -> Workbench:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Workbench.at(full[0].home)


@pytest.fixture
def far(full: tuple[Settings, str]) -> Iterator[RemoteWorkbench]:
    remote = RemoteWorkbench(full[1], tokens_of(full[0]).viewer)
    yield remote
    remote.close()


@pytest.mark.parametrize("limit", [1, 4, 5, 8, 11, 12, 1001, 10**6, 10**30])
@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_as_long_as_was_asked_for(
    near: Workbench, far: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch, name: str, limit: int
) -> None:
    if limit < 1000:
        monkeypatch.setattr("energy_workbench.client.workbench.PAGE", 4)
        monkeypatch.setattr("energy_workbench.contract.calls.over_http.PAGE", 4)
    here, there = (LISTS[name](each, limit=limit) for each in (near, far))
    assert there == here
    assert name == "runs" or len(here) > 0


@pytest.mark.parametrize("limit", [0, -1, -(10**30)])
@pytest.mark.parametrize("name", LISTS)
def test_no_rows_are_asked_for_by_nobody(near: Workbench, far: RemoteWorkbench, name: str, limit: int) -> None:
    for each in (near, far):
        with pytest.raises(InputError):
            LISTS[name](each, limit=limit)


def test_a_list_that_grows_while_it_is_read_has_each_row_once(
    near: Workbench, far: RemoteWorkbench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("energy_workbench.contract.calls.over_http.PAGE", 4)
    before, send, pages = near.audit(limit=12), far._service.send, []

    def growing(*call: Any, **asked: Any) -> Any:
        page = send(*call, **asked)
        pages.append(page)
        near.update_meter("GRID", {"location": f"Yard {len(pages)}"}, by="test")
        return page

    monkeypatch.setattr(far._service, "send", growing)
    assert far.audit(limit=10) == before[:10]
    assert len(pages) >= 3
