"""`energy-workbench up`, all of it: what dies comes back, the plant goes on, and nobody is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from energy_workbench.services.doctor import supervised
from tests.conftest import free_ports
from tests.up.test_supervisor import lives
from tests.waiting import eventually, patience

pytestmark = pytest.mark.slow

NAMES = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT")
PROCESSES = {"collector", "service", "schedule", "dashboards", "editor", "lab"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "home"


@pytest.fixture(scope="module")
def environment(home: Path) -> dict[str, str]:
    return {
        **{key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")},
        "ENERGY_WORKBENCH_HOME": str(home),
        **{f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(NAMES, free_ports(len(NAMES)), strict=True)},
    }


@pytest.fixture(scope="module")
def up(environment: dict[str, str], home: Path) -> Iterator[subprocess.Popen[bytes]]:
    home.mkdir()
    with (home / "output").open("wb") as out:
        command = [str(Path(sys.executable).parent / "energy-workbench"), "up"]
        process = subprocess.Popen(
            command, env=environment, stdout=out, stderr=subprocess.STDOUT, start_new_session=True
        )
    yield process
    process.kill()
    process.wait()


def pids(home: Path) -> dict[str, int]:
    """Of all processes, once all run."""

    def found() -> dict[str, int]:
        known = supervised.read(home)
        running = {name: each.pid for name, each in known.items() if each.pid is not None}
        return running if running.keys() >= PROCESSES else {}

    return eventually(found)


def front(environment: dict[str, str], home: Path) -> str:
    """The front page, once the service answers."""

    def page() -> str:
        try:
            token = (home / "viewer.token").read_text().strip()
            address = f"http://127.0.0.1:{environment['ENERGY_WORKBENCH_PORT']}/"
            asked = {"params": {"token": token}, "follow_redirects": True, "trust_env": False}
            return httpx.get(address, timeout=patience(60), **asked).text
        except (OSError, httpx.TransportError):
            return ""

    return eventually(page)


@pytest.mark.parametrize("name", ["service", "dashboards", "editor", "collector", "schedule", "lab"])
def test_what_is_killed_comes_back_and_nothing_else_notices(
    up: subprocess.Popen[bytes], environment: dict[str, str], home: Path, name: str
) -> None:
    before = pids(home)
    front(environment, home)
    os.kill(before[name], signal.SIGKILL)
    eventually(lambda: (known := supervised.read(home)[name]).state == "running" and known.pid != before[name])
    after = pids(home)
    assert {each for each in PROCESSES if after[each] != before[each]} == {name}
    shown = eventually(lambda: (page := front(environment, home)).count("restarted 1 time") and page)
    assert "killed (SIGKILL)" in shown
    assert f"{name} ended after" in (home / "output").read_text()
    assert up.poll() is None


def test_a_site_that_is_added_is_polled_within_seconds(
    up: subprocess.Popen[bytes], environment: dict[str, str], home: Path
) -> None:
    before = pids(home)
    command = [str(Path(sys.executable).parent / "energy-workbench"), "site", "add", "Kolkata", "--timezone"]
    subprocess.run([*command, "Asia/Kolkata"], env=environment, check=True, capture_output=True, timeout=patience(60))
    of_site = {"collector.kolkata", "schedule.kolkata"}
    eventually(lambda: {name for name, each in supervised.read(home).items() if each.pid} >= PROCESSES | of_site)
    after = pids(home)
    # Those of the first site are told now which it is; what is of all goes on.
    assert {name for name in PROCESSES if after[name] != before[name]} == {"collector", "schedule"}
    assert up.poll() is None


def test_killing_up_itself_leaves_nobody(up: subprocess.Popen[bytes], home: Path) -> None:
    pids(home)
    family = psutil.Process(up.pid).children(recursive=True)
    assert len(family) >= len(PROCESSES)
    up.kill()
    up.wait()
    eventually(lambda: not [each for each in family if each.is_running() and lives(each.pid)])
    assert supervised.read(home) == {}
