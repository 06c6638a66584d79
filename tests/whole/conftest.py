"""The whole workbench, started as a user starts it, with no network but loopback."""

from __future__ import annotations

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.conftest import free_ports
from tests.waiting import eventually, patience

CLONE_NEWNET = 0x40000000


@pytest.fixture(scope="module")
def network_cut() -> Iterator[None]:
    """This thread, and every process it starts, see loopback and nothing else."""
    libc = ctypes.CDLL(None, use_errno=True)
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNET):
        os.close(before)
        reason = f"cannot cut the network off ({os.strerror(ctypes.get_errno())}): needs root on Linux"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    try:
        yield
    finally:
        libc.setns(before, CLONE_NEWNET)
        os.close(before)


@dataclass
class Running:
    """A running workbench: its links, output and process."""

    process: subprocess.Popen[str]
    home: Path
    environment: dict[str, str]
    lines: list[str] = field(default_factory=list)

    def read(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line.rstrip())

    def output(self) -> str:
        return "\n".join(self.lines)

    def link(self, who: str, timeout: float = 180) -> str:
        def shown() -> str:
            match = re.search(rf"{who}.*?(http://\S+)", self.output())
            assert match or self.process.poll() is None, self.output()
            return match[1] if match else ""

        return eventually(shown, lambda: f"a link for the {who}:\n{self.output()}", timeout)

    def rest(self, who: str) -> httpx.Client:
        link = httpx.URL(self.link(who))
        base = str(link.copy_with(path="/api/Energy", query=None))
        bearer = {"Authorization": f"Bearer {link.params['token']}"}
        return httpx.Client(base_url=base, headers=bearer, timeout=patience(30))

    def stop(self, how: signal.Signals = signal.SIGINT) -> int:
        self.process.send_signal(how)
        return self.process.wait(patience(60))


def start(home: Path, ports: list[int]) -> Running:
    """Start `energy-workbench up --demo` on a home and ports."""
    names = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT", "PLANT_PORT")
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")},
        "ENERGY_WORKBENCH_HOME": str(home),
        **{f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(names, ports, strict=False)},
    }
    command = [str(Path(sys.executable).parent / "energy-workbench"), "up", "--demo"]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, start_new_session=True
    )
    running = Running(process, home, environment)
    threading.Thread(target=running.read, daemon=True).start()
    return running


@pytest.fixture(scope="module")
def ports(network_cut: None) -> list[int]:
    return free_ports(16)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("whole") / "home"


@pytest.fixture(scope="module")
def workbench(network_cut: None, home: Path, ports: list[int]) -> Iterator[Running]:
    running = start(home, ports)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.stop()
