"""What docs/data-in-and-out.md shows is what happens."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.lake.imports.incoming import SHOWN
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.waiting import patience
from tests.workbench.plant import NOW

PAGE = (Path(__file__).parents[2] / "docs" / "data-in-and-out.md").read_text("utf-8")
CLI = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()"]


def blocks(kind: str) -> list[str]:
    """Code blocks of a language, in order."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return [text for language, text in found if language == kind]


def run(home: Path, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """A command of the project, run in a folder."""
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(home), FIXED_NOW: NOW.isoformat()}
    return subprocess.run(
        [*CLI, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=patience(240)
    )


def test_the_files_commands_and_calls_of_the_page_do_what_it_says(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    long, wide = blocks("csv")
    (folder / "readings.csv").write_text(long)
    commands = [
        shlex.split(line)[1:] for block in blocks("") for line in block.splitlines() if line.startswith("energy-")
    ]
    told = [run(home, folder, *command) for command in commands[:2]]
    assert [done.returncode for done in told] == [0, 0], told
    assert "2 readings are new of 1 meters" in told[0].stdout
    assert told[0].stdout.endswith("nothing was written (dry run)\n")
    assert told[1].stdout.endswith("; 0 known already; 1 intervals built\n")
    (folder / "readings.csv").write_text(wide)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("ENERGY_WORKBENCH_HOME", str(home))
    names: dict[str, object] = {}
    first, second = blocks("python")
    exec(first, names)
    assert len(Workbench.at(home).readings("UNIT-A", "2026-10").rows) == 4
    done = run(home, folder, *next(command for command in commands if command[0] == "export"))
    assert (done.returncode, done.stdout) == (0, "4 rows written to readings-again.csv\n"), done
    again = run(home, folder, "readings", "import", "readings-again.csv")
    assert "0 readings are new; 4 known already" in again.stdout
    Workbench.at(home).export("readings", "power.parquet", "2026-10", quantities=["active_power_total", "frequency"])
    Workbench.at(home).export("intervals", "october.xlsx", "2026-10", every="1h")
    exec(second, names)
    assert {path.name for path in folder.iterdir()} == {
        "readings.csv", "readings-again.csv", "power.parquet", "october.xlsx", "october.csv.gz",
    }  # fmt: skip


def test_the_calls_of_the_page_are_taken(home: Path) -> None:
    body, record, ask = re.findall(r"-d '(.*?)'|localhost:3000(\S+?)[\"\n]", PAGE)
    token = {"Authorization": f"Bearer {tokens_of(Settings(home=home)).editor}"}
    with TestClient(create_app(Settings(home=home)), base_url="http://127.0.0.1:3000") as client:
        assert client.post(record[1], content=body[0], headers=token).status_code == 201
        answer = client.post(ask[1], content=blocks("csv")[0], headers=token)
        assert (answer.status_code, answer.json()["new"]) == (200, 2)


def test_the_page_names_what_is_so() -> None:
    from energy_workbench.domain.quantities import QUANTITIES
    from energy_workbench.services.files.exporting import UNITS
    from energy_workbench.tables.arrow_file import ENDINGS, SHEET_ROWS

    flat = " ".join(PAGE.split())
    assert f"(the first {SHOWN}," in flat
    assert f"{SHEET_ROWS:,} rows" in flat
    assert all(f"`{ending}`" in flat for ending in ENDINGS)
    assert f"`meter, start, {', '.join(UNITS)}, quality, completeness`" in flat
    assert set(re.findall(r"`([a-z]+_[a-z0-9_]+)`", PAGE.split("## Post")[0])) <= {*QUANTITIES, "end_time"}


def test_a_command_tells_what_is_wrong_and_where(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("meter,ts,quantity,value\nNONE,2026-10-05T14:30:00,frequency,50\n")
    done = run(home, tmp_path, "readings", "import", "bad.csv")
    assert (done.returncode, done.stdout) == (5, "")
    # A slow machine tells its progress first.
    assert "error: bad.csv: nothing was imported, 1 problem:\nline 2: meter 'NONE': is no meter" in done.stderr
    done = run(home, tmp_path, "readings", "import", "bad.csv", "--dry-run")
    assert (done.returncode, "1 problem" in done.stderr) == (5, True)
    done = run(home, tmp_path, "export", "intervals", "out.txt", "--period", "today")
    assert (done.returncode, "ending with" in done.stderr) == (5, True)
