"""A home whose settings a newer version refuses is told so before anything of it is touched."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from energy_workbench.domain.errors import SettingsError
from energy_workbench.registry import Registry
from energy_workbench.registry.migrate import steps
from tests.conftest import free_ports
from tests.registry.test_migrate import made_by_the_first_version

REFUSED = 'billing_day = 99\nshifts = "nonsense"\n'
NAMES = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Of the first version, which took these settings."""
    found = tmp_path / "old"
    found.mkdir()
    (found / "workbench.toml").write_text(REFUSED)
    made_by_the_first_version(Registry(f"sqlite:///{found / 'registry.db'}")).close()
    return found


def run(home: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ENERGY_WORKBENCH_")}
    ports = {f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(NAMES, free_ports(len(NAMES)), strict=True)}
    program = str(Path(sys.executable).parent / command[0])
    return subprocess.run(
        [program, *command[1:]], env={**environment, **ports, "ENERGY_WORKBENCH_HOME": str(home)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def contents(home: Path) -> dict[str, str]:
    """Every file, by what is in it."""
    return {
        str(path.relative_to(home)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in home.rglob("*")
        if path.is_file()
    }


def revision(home: Path) -> str:
    registry = Registry(f"sqlite:///{home / 'registry.db'}?mode=ro")
    with registry.database.read() as connection:
        found = str(connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one())
    registry.close()
    return found


@pytest.mark.parametrize(
    "command",
    [
        ("energy-workbench", "init"), ("energy-workbench", "up"), ("energy-workbench", "up", "--demo"),
        ("energy-workbench", "serve"), ("energy-workbench", "schedule"), ("energy-workbench", "dashboards"),
        ("energy-workbench", "editor"), ("energy-workbench", "lab"), ("energy-workbench", "settings"),
        ("energy-collector",), ("energy-plant", "serve"), ("energy-plant", "prepare"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_a_setting_that_is_refused_stops_everything_before_the_home_is_touched(
    home: Path, command: tuple[str, ...]
) -> None:
    before = contents(home)
    done = run(home, *command)
    file = home / "workbench.toml"
    assert done.returncode == SettingsError.exit_code
    assert done.stderr.splitlines() == [
        "error: 2 settings are refused: mend what is named here, and start again",
        f"{file}: billing_day '99': must be 1 to 31",
        f"{file}: shifts 'nonsense': 'nonsense' is no shift: write name and time, as in 'A 06:00, B 14:00, C 22:00'",
    ]
    assert contents(home) == before
    assert revision(home) == "0001"


def test_the_home_is_migrated_once_they_are_mended(home: Path) -> None:
    assert run(home, "energy-workbench", "init").returncode != 0
    (home / "workbench.toml").write_text("billing_day = 9\n")
    done = run(home, "energy-workbench", "init")
    assert done.returncode == 0, done.stderr
    assert revision(home) == steps()[-1]
