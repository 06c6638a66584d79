"""A home with meters and no reading, at a fixed now."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import NOW, make_home


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home to be copied."""
    return make_home(tmp_path_factory.mktemp("template") / "home").home


@pytest.fixture
def home(tmp_path: Path, template: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the small plant."""
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    return Path(shutil.copytree(template, tmp_path / "home"))


@pytest.fixture
def wb(home: Path) -> Workbench:
    """A workbench on it."""
    return Workbench.at(home)


@pytest.fixture
def file(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file with that text."""

    def write(text: str | bytes, name: str = "readings.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
