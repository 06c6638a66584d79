"""The demo plant as a user starts it, for those who look at it or measure it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests import processes
from tests.conftest import free_ports
from tests.waiting import eventually, patience

PORTS = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT")
GATEWAYS = 8
METERS = 92


@dataclass(frozen=True)
class Demo:
    """A running demo plant.

    Attributes
    ----------
    manager, engineer : httpx.URL
        The links that were printed, with their tokens.
    pages : str
        Address of the managers' pages.
    pid : int
        Of the process that keeps all others.
    """

    manager: httpx.URL
    engineer: httpx.URL
    pages: str
    pid: int

    @property
    def service(self) -> str:
        """Address of the service."""
        return str(self.manager.copy_with(path="/", query=None)).rstrip("/")

    @property
    def token(self) -> str:
        """Of those who may look."""
        return self.manager.params["token"]

    def process(self, name: str) -> int:
        """Id of the process of the command of that name."""
        for each in processes.children(self.pid, recursive=True):
            if name in processes.words(each):
                return each.pid
        raise LookupError(name)


@contextmanager
def demo(home: Path) -> Iterator[Demo]:
    """Run the demo plant on free ports, in a home below that folder; it is there once all of its meters are online."""
    ports = free_ports(len(PORTS) + GATEWAYS)
    named = {f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(PORTS, ports, strict=False)}
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(home / "home"),
        "ENERGY_WORKBENCH_PLANT_PORT": str(ports[-GATEWAYS]),
        **named,
    }
    command = [str(Path(sys.executable).parent / "energy-workbench"), "up", "--demo"]
    log = home / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:

            def shown() -> dict[str, httpx.URL] | None:
                assert process.poll() is None, log.read_text("utf-8")
                found = re.findall(r"(Manager|Engineer).*?(http://\S+)", log.read_text("utf-8"))
                links = {who: httpx.URL(url) for who, url in found}
                return links if len(links) == 2 else None

            links = eventually(shown, "the links", 300)
            pages = f"http://127.0.0.1:{named['ENERGY_WORKBENCH_DASHBOARD_PORT']}"
            found_demo = Demo(links["Manager"], links["Engineer"], pages, process.pid)
            _wait_for_meters(found_demo)
            yield found_demo
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(patience(60))


def _wait_for_meters(found: Demo) -> None:
    address = f"{found.service}/api/Energy/meters/status-summary"
    bearer = {"Authorization": f"Bearer {found.token}"}
    online = lambda: httpx.get(address, headers=bearer).json()["communication"]["online"] >= METERS  # noqa: E731
    eventually(online, "all meters online", 300)
