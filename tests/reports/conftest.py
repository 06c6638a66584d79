"""A real home for the reports: the demo plant with 42 meters and its history of 36 days."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.reports.kernel import Kernel
from energy_workbench.reports.publish import Published, Tools, publish
from energy_workbench.runtime.settings import Settings, load
from energy_workbench.typesetting.printing import Printer

NOW = "2026-11-03T06:30:00+05:30"


@pytest.fixture(scope="session")
def plant_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where that home is; tests only read it."""
    from collector.plant.prepare import prepare

    home = tmp_path_factory.mktemp("reports") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENERGY_WORKBENCH_NOW", NOW)
        prepare(load(home), lambda line: None, meters=42, days=36)
    return home


@pytest.fixture
def plant(plant_home: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Its settings, at an instant shortly after its last reading."""
    monkeypatch.setenv("ENERGY_WORKBENCH_NOW", NOW)
    return load(plant_home)


@pytest.fixture(scope="session")
def tools() -> Iterator[Tools]:
    """A kernel and a browser for all tests that do not look at how these begin and end."""
    with Tools() as found:
        yield found


@pytest.fixture
def printer(tools: Tools, chromium: str) -> Printer:
    """Its browser."""
    return tools.printer


@pytest.fixture(scope="session")
def october(plant_home: Path, chromium: str, tools: Tools, tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The monthly report of October, once for all tests that look into it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENERGY_WORKBENCH_NOW", NOW)
        out = tmp_path_factory.mktemp("out")
        return publish(load(plant_home), "monthly", {"period": "last month"}, out=out, tools=tools)


@pytest.fixture
def unstartable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a kernel nor a browser can be started: who tries fails otherwise than by a refusal."""

    def start(*_: object) -> None:
        raise AssertionError("something was started")

    monkeypatch.setattr(Kernel, "_start", start)
    monkeypatch.setattr(Printer, "_started", start)
