"""A file of the lake that is gone: Python, REST and the command line say the same words, which file and what to do."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from energy_workbench.cli.main import main
from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake import Lake
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.api.conftest import API
from tests.workbench.plant import NOW, add_history

DAY = "2026-10-10"

QUESTIONS: dict[str, tuple[str, Callable[[Workbench], Any], str, list[str]]] = {
    "readings": (
        "readings",
        lambda wb: wb.readings("GRID", DAY),
        f"/meters/GRID/readings?period={DAY}",
        ["export", "readings", "out.csv", "--period", DAY],
    ),
    "energies": (
        "intervals",
        lambda wb: wb.energies(DAY),
        f"/energies?period={DAY}",
        ["export", "intervals", "out.csv", "--period", DAY],
    ),
    "losses": ("intervals", lambda wb: wb.losses("MAIN", DAY), f"/balance/over-time?meter=MAIN&period={DAY}", []),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_python_rest_and_the_command_name_the_file_and_what_to_do(
    home: Settings,
    viewer: TestClient,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(FIXED_NOW, NOW.isoformat())
    add_history(home)
    table, ask, path, command = QUESTIONS[name]
    lost = {file.path for file in getattr(Lake(home.lake_path), table).snapshot().files}
    for file in lost:
        Path(file).unlink()
    with pytest.raises(LakeError) as error:
        ask(Workbench.at(home.home))
    text = str(error.value)
    assert any(file in text for file in lost)
    assert "is missing: put it back from a backup" in text
    answer = viewer.get(API + path)
    assert answer.status_code == 500, answer.text
    assert answer.json()["title"] == LakeError.title
    assert answer.json()["detail"].partition("/lake/")[0] == text.partition("/lake/")[0]
    assert answer.json()["detail"].partition(" is missing")[2] == text.partition(" is missing")[2]
    if command:
        monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home.home))
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["energy-workbench", *command])
        with pytest.raises(SystemExit) as ended:
            main()
        assert ended.value.code == LakeError.exit_code
        [line] = capsys.readouterr().err.splitlines()
        assert line.partition(" is missing")[2] == text.partition(" is missing")[2]
