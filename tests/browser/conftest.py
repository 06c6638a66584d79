"""A dashboards server before a stand-in service, and a Chromium that looks at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests import processes
from tests.chromium import ARGUMENTS
from tests.conftest import free_ports
from tests.waiting import eventually, patience
from tests.widgets.stand_in import Service, served

if TYPE_CHECKING:
    from tests.browser.plant import Plant
    from tests.browser.watched import Watched

EDITOR, VIEWER = "editor-token-of-the-test", "viewer-token-of-the-test"
VIEWPORT: ViewportSize = {"width": 1366, "height": 768}


@dataclass
class Dashboards:
    """A running server of pages."""

    url: str
    process: subprocess.Popen[bytes]
    service: Service
    log: Path

    def kernels(self) -> list[int]:
        """Process ids of its kernels."""
        return list(processes.kernels(self.process.pid))


def answers(url: str) -> bool:
    """Whether anything answers there."""
    try:
        urllib.request.urlopen(url, timeout=patience(5))
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@contextmanager
def dashboards(
    home: Path, service: Service, port: int | None = None, first: str = "", **settings: str
) -> Iterator[Dashboards]:
    """Run `energy-workbench dashboards`, on a free port unless one is given, after some lines of Python."""
    port = port or free_ports(1)[0]
    home.mkdir(parents=True, exist_ok=True)
    log = home / "dashboards.log"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(home),
        "ENERGY_WORKBENCH_PORT": service.url.rsplit(":", 1)[1],
        "ENERGY_WORKBENCH_DASHBOARD_PORT": str(port),
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
        **settings,
    }
    command = [sys.executable, "-c", f"{first}\nfrom energy_workbench.cli.main import main; main()", "dashboards"]
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: process.poll() is not None or answers(url + "/login"), "the dashboards server")
            assert process.poll() is None, log.read_text("utf-8")
            yield Dashboards(url, process, service, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(patience(20))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """One server for all tests that do not change it."""
    with served() as service, dashboards(tmp_path_factory.mktemp("site"), service) as found:
        yield found


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    """For this folder: it holds the thread's event loop, which tests of others need."""
    with sync_playwright() as found:
        # Playwright's own 5 s are for a quiet machine.
        expect.set_options(timeout=patience(20) * 1000)
        yield found


@pytest.fixture(scope="package")
def browser(playwright: Playwright, chromium: str) -> Iterator[Browser]:
    """A Chromium for those who need a reader with another screen."""
    found = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS, timeout=patience(60) * 1000)
    yield found
    found.close()


@pytest.fixture(scope="session")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a browser keeps scripts as it has compiled them, as every reader's does from the second day on.

    Half of a page's opening is compiling without it.
    """
    return tmp_path_factory.mktemp("profile")


@pytest.fixture(scope="package")
def desk(playwright: Playwright, chromium: str, profile: Path) -> Iterator[BrowserContext]:
    """A Chromium that has been here before."""
    found = playwright.chromium.launch_persistent_context(
        profile, executable_path=chromium, args=ARGUMENTS, viewport=VIEWPORT, timeout=patience(60) * 1000
    )
    yield found
    found.close()


LONGEST_TOLD = 3000
"""Characters of a page's words, and of a log, that a failed test tells."""

SHOWN = """() => [
  `ready: ${document.readyState}, shown: ${document.visibilityState}, charts: ${
    [...document.querySelectorAll(".ew-chart")].map((chart) => chart.dataset.failed || chart.className)}`,
  document.body.innerText,
].join("\\n")"""
"""What a page has drawn so far."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that fails tells what its pages show by then, and what their servers have written."""
    report = yield
    if report.when == "call" and report.failed:
        given: dict[str, Any] = getattr(item, "funcargs", {})
        contexts = [*given["browser"].contexts] if "browser" in given else []
        contexts += [given["desk"]] if "desk" in given else []
        pages = [page for context in contexts for page in context.pages]
        report.sections += [(f"page {page.url}", _told(page)[:LONGEST_TOLD]) for page in pages]
        for log in given["tmp_path"].rglob("*.log") if "tmp_path" in given else ():
            report.sections.append((log.name, log.read_text("utf-8")[-LONGEST_TOLD:]))
    return report


def _told(page: Page) -> str:
    try:
        return str(page.evaluate(SHOWN))
    except PlaywrightError as error:
        return f"tells nothing: {error}"


class Visit:
    """A page, with everything it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.addresses: list[str] = []
        self.errors: list[str] = []
        self.received = 0
        page.on("request", lambda request: self.addresses.append(request.url))
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)
        page.on("websocket", lambda socket: socket.on("framereceived", self._count))

    def _count(self, frame: Any) -> None:
        self.received += len(frame)


def leave(context: BrowserContext) -> None:
    """Close every page."""
    for page in context.pages:
        page.goto("about:blank")  # closing alone would not tell the kernel
        page.close()


@contextmanager
def visiting(desk: BrowserContext) -> Iterator[Visit]:
    """A fresh page of a reader who is not known any more."""
    desk.clear_cookies()
    page = desk.new_page()
    page.set_viewport_size(VIEWPORT)
    page.set_default_timeout(patience(60) * 1000)
    try:
        yield Visit(page)
    finally:
        leave(desk)


@pytest.fixture
def visit(desk: BrowserContext) -> Iterator[Visit]:
    """A fresh page of a reader who is not known any more."""
    with visiting(desk) as found:
        yield found


@pytest.fixture
def watched(desk: BrowserContext) -> Iterator[Watched]:
    """The same, of which is known where it leads."""
    from tests.browser.watched import Watched

    desk.clear_cookies()
    yield Watched(desk)
    leave(desk)


@pytest.fixture(scope="module")
def stay(desk: BrowserContext) -> Iterator[Visit]:
    """One page for all tests of a module: each leaves it as it was, and none of them asks for a `visit`."""
    with visiting(desk) as found:
        yield found


@pytest.fixture(scope="session")
def plant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Plant]:
    """One plant with its past for all tests that look at it, or only add to it."""
    from tests.browser.plant import running

    with running(tmp_path_factory.mktemp("plant")) as found:
        yield found
