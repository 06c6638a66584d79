"""A home with the demo plant's past, its real service and its real pages: numbers on a page are compared with REST."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.browser.conftest import EDITOR, VIEWER, answers, dashboards
from tests.conftest import free_ports
from tests.waiting import eventually, patience
from tests.widgets.stand_in import Service, StandIn

DAYS = 35
"""Of history: a billing month ends in it, and a week has one before it."""


@dataclass
class Plant:
    """What runs, and a way to ask it.

    Attributes
    ----------
    home : Path
        Of the service and of the pages.
    url : str
        Of the pages.
    rest : httpx.Client
        At `/api/Energy` of the service, with the editor's token.
    """

    home: Path
    url: str
    rest: httpx.Client

    def get(self, path: str, **asked: Any) -> Any:
        """An answer of REST."""
        answer = self.rest.get(path, params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def open(self, page: str) -> str:
        """Address of a page for one who may look."""
        return f"{self.url}/{page}{'&' if '?' in page else '?'}token={VIEWER}"


@contextmanager
def running(home: Path) -> Iterator[Plant]:
    """Prepare the plant's past, then run service and pages on free ports."""
    home.mkdir(parents=True, exist_ok=True)
    port = free_ports(1)[0]
    kept = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")}
    environment = kept | {
        "ENERGY_WORKBENCH_HOME": str(home),
        "ENERGY_WORKBENCH_PORT": str(port),
        "ENERGY_WORKBENCH_TIMEZONE": "Asia/Kolkata",
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
    }
    prepare = [sys.executable, "-c", "from collector.plant.cli import main; main()", "prepare", "--days", str(DAYS)]
    subprocess.run(prepare, env=environment, check=True, capture_output=True)
    serve = [sys.executable, "-c", "from energy_workbench.cli.main import main; main()", "serve"]
    log = home / "service.log"
    with log.open("wb") as file:
        process = subprocess.Popen(serve, env=environment, stdout=file, stderr=file)
    try:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: process.poll() is not None or answers(url), "the service")
        assert process.poll() is None, log.read_text("utf-8")
        # The service is the real one; no stand-in answers here.
        with (
            dashboards(home, Service(url, StandIn())) as site,
            httpx.Client(base_url=f"{url}/api/Energy", headers={"Authorization": f"Bearer {EDITOR}"}) as rest,
        ):
            yield Plant(home, site.url, rest)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(patience(20))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
