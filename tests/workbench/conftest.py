"""One plant for all questions; nothing here changes it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, add_history, make_home
from tests.workbench.served import served


@pytest.fixture(scope="session")
def plant_home(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A home with a week of history."""
    found = make_home(tmp_path_factory.mktemp("plant") / "home")
    add_history(found)
    return found


@pytest.fixture
def wb(plant_home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workbench]:
    """A workbench on that home, at its fixed now."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Workbench.at(plant_home.home)


@pytest.fixture(scope="module")
def url(plant_home: Settings) -> Iterator[str]:
    """Address of a running service on the plant."""
    with served(plant_home) as address:
        yield address


@pytest.fixture
def far(url: str, plant_home: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[RemoteWorkbench]:
    """The same plant over its service, with a viewer's token."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    remote = ew.open(url, token=tokens_of(plant_home).viewer)
    assert isinstance(remote, RemoteWorkbench)
    yield remote
    remote.close()
