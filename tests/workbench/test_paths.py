"""Whoever names a home or a file may do so by any path, as text or as an object."""

from __future__ import annotations

from pathlib import Path

import pytest

import energy_workbench as ew
from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.runtime import settings
from energy_workbench.services.workbench import Workbench
from tests.workbench.plant import make_home
from tests.workbench.served import served


class Place:
    """A path of no known class: all that it has is the protocol."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __fspath__(self) -> str:
        return str(self._path)


@pytest.mark.parametrize("kind", [str, Path, Place])
def test_a_home_and_files_may_be_named_by_any_path(tmp_path: Path, kind: type) -> None:
    home = make_home(tmp_path / "home").home
    wb = ew.open(kind(home))
    assert isinstance(wb, Workbench)
    assert wb.settings.home == settings.load(kind(home)).home == home
    file = tmp_path / "in.csv"
    file.write_text("meter,ts,quantity,value\nGRID,2026-10-05T09:30:00Z,frequency,50.1\n", "utf-8")
    assert wb.import_readings(kind(file))["new"] == 1
    assert wb.export("readings", kind(tmp_path / "out.csv"), "2026-10-05") == 1
    with served(wb.settings) as url:
        remote = ew.open(url, token=tokens_of(wb.settings).editor)
        assert isinstance(remote, RemoteWorkbench)
        assert remote.import_readings(kind(file))["known"] == 1
        remote.close()
