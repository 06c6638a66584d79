"""The setup page's tree at 92, 1,000 and 5,000 meters against an empty page on the same server, in one run.

Prints the time to the first drawn meter beyond that of an empty notebook (both preheated, the real service
behind), the time to choose a meter, and the bytes over the websocket at opening.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from benchmarks._site import close, empty_notebook, opened
from energy_workbench.client.workbench import RemoteWorkbench
from energy_workbench.runtime.paths import shipped
from energy_workbench.typesetting.chromium import find
from tests.browser.conftest import ARGUMENTS, answers
from tests.conftest import free_ports
from tests.waiting import eventually

RUNS = 3
SIZES = (92, 1000, 5000)
FAN = 12
"""Children of a meter."""
TOKEN = "editor-token-of-the-benchmark"
SERVER = """
import sys
from dataclasses import replace
from pathlib import Path
from energy_workbench.api.access.home_tokens import machine_secret
from energy_workbench.cli.processes.editor import options
from energy_workbench.runtime.settings import load
from energy_workbench.widgets.site.server import run
notebook, port = sys.argv[1:]
run(replace(options(load(), machine_secret(load())), name="bench" + port, notebook=Path(notebook), port=int(port)))
"""


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        for size in SIZES:
            with _service(folder / str(size), size) as environment:
                _compare(context, folder, environment, size)
        browser.close()


def _compare(context: BrowserContext, folder: Path, environment: dict[str, str], size: int) -> None:
    ours_notebook = shipped("notebooks/apps") / "meter_setup.ipynb"
    with _page(empty_notebook(folder), environment) as empty, _page(ours_notebook, environment) as ours:
        times: dict[str, list[float]] = {"empty": [], "ours": []}
        for _ in range(RUNS):
            for name, url, selector in (("empty", empty, ".empty-page"), ("ours", ours, ".ew-tree .jstree-anchor")):
                page, taken = opened(context, url, selector)
                times[name] += taken
                close(page)
        base, tree = statistics.median(times["empty"]), statistics.median(times["ours"])
        choose, received = _choose(context, ours)
    print(
        f"{size:>5} meters: tree {tree:.2f} s, {tree - base:.2f} s beyond an empty page ({base:.2f} s), "
        f"{tree / base:.2f} times it; a meter is chosen in {choose:.2f} s; websocket {received / 1000:.0f} kB "
        f"(median of {RUNS})"
    )


def _choose(context: BrowserContext, url: str) -> tuple[float, int]:
    """Time to choose a meter in the tree [s], and bytes received at opening."""
    time.sleep(4)
    page = context.new_page()
    received = [0]

    def count(frame: str | bytes) -> None:
        received[0] += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    page.goto(url)
    page.wait_for_selector(".ew-tree .jstree-anchor", timeout=60_000)
    page.wait_for_timeout(1500)
    opened = received[0]
    begin = time.perf_counter()
    page.locator(".ew-tree .jstree-anchor:visible").nth(3).click()
    page.wait_for_function("!document.querySelector('.ew-meter h2').textContent.startsWith('M-0000')")
    taken = time.perf_counter() - begin
    page.goto("about:blank")
    page.close()
    return taken, opened


@contextmanager
def _service(home: Path, size: int) -> Iterator[dict[str, str]]:
    """Environment of a home with so many meters, whose service runs."""
    port = free_ports(1)[0]
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(home),
        "ENERGY_WORKBENCH_PORT": str(port),
        "ENERGY_WORKBENCH_TOKEN": TOKEN,
    }
    subprocess.run([*_cli(), "init"], env=environment, check=True, stdout=subprocess.DEVNULL)
    with _running([*_cli(), "serve"], environment):
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(url + "/api/Energy/health"), "the service")
        lines = [f"M-{n:04d}x,Meter {n},machine,{f'M-{(n - 1) // FAN:04d}x' if n else ''}" for n in range(size)]
        RemoteWorkbench(url, TOKEN).import_meters(
            "\n".join(["number,name,type,parent", *lines]).encode(), "meters.csv", dry_run=False
        )
        yield environment


@contextmanager
def _page(notebook: Path, environment: dict[str, str]) -> Iterator[str]:
    port = free_ports(1)[0]
    with _running([sys.executable, "-c", SERVER, str(notebook), str(port)], environment):
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(url + "/login"), "the server")
        yield f"{url}/?token={TOKEN}"


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[None]:
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def _cli() -> list[str]:
    return [sys.executable, "-c", "from energy_workbench.cli.main import main; main()"]
