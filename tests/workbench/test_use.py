"""A workbench that is in use is what `open` gives, and files that are another's stay open."""

from __future__ import annotations

from pathlib import Path

import pytest

import energy_workbench as ew
from energy_workbench.domain.errors import HomeError, ReportError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench


def test_what_is_in_use_is_opened_until_the_block_is_left(
    plant_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(plant_home.home))
    outer, inner = Workbench(plant_home), Workbench(plant_home)
    with ew.use(outer):
        assert ew.open() is outer
        with ew.use(inner):
            assert ew.open() is inner
        assert ew.open() is outer
        assert isinstance(ew.open(plant_home.home), Workbench)
        assert ew.open(plant_home.home) is not outer
        with pytest.raises(ZeroDivisionError), ew.use(inner):
            raise ZeroDivisionError
        assert ew.open() is outer
    assert ew.open() is not outer


def test_where_it_is_alone_nothing_else_is_opened(plant_home: Settings, tmp_path: Path) -> None:
    wb = Workbench(plant_home)
    with ew.use(wb, alone="this report has a workbench of its own"):
        assert ew.open() is wb
        for other in (plant_home.home, "http://127.0.0.1:9"):
            with pytest.raises(ReportError, match="a workbench of its own"):
                ew.open(other)
    with pytest.raises(HomeError):
        ew.open(tmp_path / "none")


def test_what_another_opened_stays_open(plant_home: Settings) -> None:
    first = Workbench(plant_home)
    second = Workbench(plant_home, like=first)
    assert second.registry is first.registry
    assert second.spool is first.spool
    assert second.reader is first.reader
    known = len(second.meters())
    second.close()
    assert len(first.registry.meters()) == known
    first.close()
