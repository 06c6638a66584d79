"""Take the pictures of the pages in docs/pages/ anew: the demo plant in a home of its own, every page at three sizes.

Usage: python scripts/screenshots.py
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from energy_workbench.core.pages import SCHEDULES, SETUP, VIEWED  # noqa: E402
from energy_workbench.reports.chromium import find  # noqa: E402
from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.conftest import free_ports  # noqa: E402

SIZES = ((1366, 768), (1920, 1080), (800, 1000))
QUALITY = 45
"""Of the JPEGs: text stays readable, and a page has about 100 kB."""

PORTS = ("PORT", "DASHBOARD_PORT", "EDITOR_PORT", "LAB_PORT", "METRICS_PORT")
GATEWAYS = 8
SETTLED_MS = 3000
"""What charts take to be drawn in their last size."""


def main() -> None:
    """Start the plant, look at every page, and end it."""
    folder = ROOT / "docs" / "pages"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, demo(Path(home)) as links, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        for width, height in SIZES:
            shoot(browser, links["Manager"], [page.name for page in VIEWED], width, height, folder)
            shoot(browser, links["Engineer"], [SETUP.name, SCHEDULES.name], width, height, folder)
        browser.close()


def shoot(browser: Browser, link: httpx.URL, names: list[str], width: int, height: int, folder: Path) -> None:
    """Take the pages of one reader at one size."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    for name in names:
        page.goto(str(link.copy_with(path=f"/{name}")))
        page.locator(".ew-chart.drawn:visible, .ew-setup:visible").first.wait_for()
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=folder / f"{name}-{width}.jpg", type="jpeg", quality=QUALITY, full_page=True)
        page.goto("about:blank")
        print(f"docs/pages/{name}-{width}.jpg", flush=True)
    context.close()


@contextmanager
def demo(home: Path) -> Iterator[dict[str, httpx.URL]]:
    """Links of the demo plant, once all of its meters are online."""
    ports = free_ports(len(PORTS) + GATEWAYS)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(home / "home"),
        "ENERGY_WORKBENCH_PLANT_PORT": str(ports[-GATEWAYS]),
        **{f"ENERGY_WORKBENCH_{name}": str(port) for name, port in zip(PORTS, ports, strict=False)},
    }
    command = [str(Path(sys.executable).parent / "energy-workbench"), "up", "--demo"]
    log = home / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, env=environment, stdout=file, stderr=file)
        try:
            links: dict[str, httpx.URL] = {}
            while len(links) < 2:
                time.sleep(0.5)
                assert process.poll() is None, log.read_text("utf-8")
                found = re.findall(r"(Manager|Engineer).*?(http://\S+)", log.read_text("utf-8"))
                links = {who: httpx.URL(url) for who, url in found}
            service = links["Manager"].copy_with(path="/api/Energy/meters/status-summary", query=None)
            bearer = {"Authorization": f"Bearer {links['Manager'].params['token']}"}
            while httpx.get(service, headers=bearer).json()["communication"]["online"] < 92:
                time.sleep(1)
            time.sleep(20)  # some live readings, so that the hour's curve is one
            yield links
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


if __name__ == "__main__":
    main()
