"""The service on a home of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.workbench.plant import make_home

API = "/api/Energy"


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the small plant's meters and no reading, to be copied."""
    return make_home(tmp_path_factory.mktemp("template") / "home").home


@pytest.fixture
def home(tmp_path: Path, template: Path) -> Settings:
    """A home with the small plant's meters and no reading."""
    return settings.load(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def nobody(home: Settings) -> Iterator[TestClient]:
    """A caller without a token."""
    with TestClient(create_app(home), base_url="http://127.0.0.1:3000", follow_redirects=False) as client:
        yield client


@pytest.fixture
def editor(home: Settings, nobody: TestClient) -> TestClient:
    """A caller who may change things."""
    return _with(nobody, tokens_of(home).editor)


@pytest.fixture
def viewer(home: Settings, nobody: TestClient) -> TestClient:
    """A caller who may look."""
    return _with(nobody, tokens_of(home).viewer)


def _with(client: TestClient, token: str) -> TestClient:
    found = TestClient(client.app, base_url="http://127.0.0.1:3000", follow_redirects=False)
    found.headers["Authorization"] = f"Bearer {token}"
    return found
