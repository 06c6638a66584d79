"""Files of a home are their owner's alone, whichever process makes them and whatever its umask was."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from energy_workbench.cli.home.backup import back_up
from energy_workbench.cli.home.init import prepare_home
from energy_workbench.cli.home.restore import restore_home
from energy_workbench.lake import Lake, Spool
from energy_workbench.registry import Registry
from energy_workbench.runtime import settings
from tests.lake.helpers import reading
from tests.waiting import eventually, patience


@pytest.fixture(autouse=True)
def usual_umask() -> Iterator[None]:
    """As most shells have it: all may read."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def open_to_others(home: Path) -> dict[str, str]:
    """Files and folders of a home that others may use, by name; locks hold nothing."""
    paths = [home, *home.rglob("*")]
    return {
        str(path.relative_to(home)): f"{path.stat().st_mode & 0o777:o}"
        for path in paths
        if path.stat().st_mode & 0o077 and path.suffix != ".lock"
    }


def test_a_home_that_init_makes_is_its_owners_alone(tmp_path: Path) -> None:
    found = settings.load(tmp_path / "home")
    prepare_home(found)
    assert (tmp_path / "home" / "registry.db").exists()
    assert open_to_others(tmp_path / "home") == {}
    assert os.umask(0o022) == 0o022, "who called it has its own umask back"


def test_databases_are_private_whoever_makes_them(tmp_path: Path) -> None:
    """A notebook that opens a home, an import from a shell: no process of the workbench set their umask."""
    registry = Registry(f"sqlite:///{tmp_path / 'registry.db'}")
    registry.migrate()
    spool = Spool(tmp_path / "spool.db")
    spool.append([reading(1, 0, 1.0)])
    spool._file.mend("a test wants it")
    spool.append([reading(1, 10, 1.0)])
    for name in ("registry.db", "spool.db", "spool.db-wal"):
        assert (tmp_path / name).stat().st_mode & 0o777 == 0o600, name
    spool.close()
    registry.close()


def test_what_an_earlier_version_left_open_is_closed_by_init(tmp_path: Path) -> None:
    found = settings.load(tmp_path / "home")
    prepare_home(found)
    Spool(found.spool_path).close()
    with sqlite3.connect(tmp_path / "home" / "registry.db") as held:
        held.execute("CREATE TABLE t (x)")
        for path in (tmp_path / "home").glob("*.db*"):
            path.chmod(0o644)
        prepare_home(found)
        assert open_to_others(tmp_path / "home") == {}
    held.close()


def test_a_restored_home_is_private_though_its_backup_says_otherwise(tmp_path: Path) -> None:
    found = settings.load(tmp_path / "home")
    prepare_home(found)
    spool, lake = Spool(found.spool_path), Lake(found.lake_path)
    spool.append([reading(1, 0, 1.0)])
    lake.commit(spool)
    spool.close()
    for path in (tmp_path / "home").rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    back_up(found, tmp_path / "copy.tar")
    restore_home(tmp_path / "copy.tar", tmp_path / "again")
    assert (tmp_path / "again" / "lake").is_dir()
    assert open_to_others(tmp_path / "again") == {}


@pytest.mark.parametrize("command", [["energy-workbench", "schedule"], ["energy-collector"], ["energy-plant", "serve"]])
def test_what_a_process_makes_that_runs_alone_is_private(tmp_path: Path, command: list[str]) -> None:
    home = tmp_path / "home"
    prepare_home(settings.load(home))
    for name in ("state.db", "spool.db"):
        (home / name).unlink(missing_ok=True)
    program = Path(sys.executable).with_name(command[0])
    environment = {**os.environ, "ENERGY_WORKBENCH_HOME": str(home), "ENERGY_WORKBENCH_PLANT_PORT": "15790"}
    environment["ENERGY_WORKBENCH_METRICS_PORT"] = "15799"
    with subprocess.Popen([program, *command[1:]], env=environment, stderr=subprocess.PIPE) as process:
        try:
            eventually(lambda: (home / "state.db").exists() or process.poll() is not None, "live state", patience(60))
            assert process.poll() is None, process.stderr.read() if process.stderr else ""
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=patience(60))
    assert open_to_others(home) == {}
