"""The dashboard against an empty Voilà page and an empty kernel, on one machine in one run.

Prints the time to the first Sankey ÷ that of an empty notebook on the same kind of server (both
preheated), the bytes over the websocket at opening and per refresh, and the memory of the page's
kernel ÷ that of an empty one.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright

from energy_workbench.core.paths import shipped
from energy_workbench.reports.chromium import find
from tests.browser.conftest import ARGUMENTS, answers, wait_until
from tests.conftest import free_ports
from tests.widgets.stand_in import Service, served

RUNS = 7
EMPTY = "import ipywidgets\nipywidgets.HTML('<b class=\"empty-page\">empty</b>')"
SERVER = """
import sys
from pathlib import Path
from energy_workbench.widgets.site.server import SiteOptions, run
notebook, port, url = sys.argv[1:]
run(SiteOptions(name="bench" + port, notebook=Path(notebook), pages=("meter-dashboard",), token="bench", port=int(port),
    kernel_environment={"ENERGY_WORKBENCH_URL": url, "ENERGY_WORKBENCH_SERVICE_TOKEN": "bench"}))
"""


def main() -> None:
    """Measure and print."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        service = stack.enter_context(served())
        empty = stack.enter_context(_server(_empty_notebook(folder), service))
        ours = stack.enter_context(_server(shipped("notebooks/apps") / "dashboards.ipynb", service))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        times: dict[str, list[float]] = {"empty": [], "ours": []}
        for _ in range(RUNS):
            times["empty"].append(_open(context, empty[0], ".empty-page"))
            times["ours"].append(_open(context, ours[0], ".sankey-node"))
        ratio = statistics.median(times["ours"]) / statistics.median(times["empty"])
        print(f"first Sankey ÷ empty page: {ratio:.2f} ({statistics.median(times['ours']):.2f} s, median of {RUNS})")
        _bytes(context, ours[0], service)
        memory = {name: _kernel_memory(pid) for name, (_, pid) in (("empty", empty), ("ours", ours))}
        print(f"kernel memory ÷ empty kernel: {memory['ours'] / memory['empty']:.2f} ({memory['ours']:.0f} MB)")
        browser.close()


def _open(context: BrowserContext, url: str, selector: str) -> float:
    """Time until the selector is in the page [s]; its kernel waits warm."""
    time.sleep(4)  # the pool fills again, so that each visit meets a preheated kernel
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    page.wait_for_selector(selector, timeout=60_000)
    taken = time.perf_counter() - begin
    page.goto("about:blank")
    page.close()
    return taken


def _bytes(context: BrowserContext, url: str, service: Service) -> None:
    page = context.new_page()
    received = [0]

    def count(frame: str | bytes) -> None:
        received[0] += len(frame)

    page.on("websocket", lambda socket: socket.on("framereceived", count))
    page.goto(url)
    page.wait_for_selector(".treemaplayer .slice", timeout=60_000)
    page.wait_for_timeout(1000)
    opened, refreshes = received[0], 4
    for _ in range(refreshes):
        service.stand_in.step += 1
        shown = page.locator(".ew-asof").text_content()
        page.wait_for_function("old => document.querySelector('.ew-asof').textContent !== old", arg=shown)
    page.wait_for_timeout(500)
    print(
        f"websocket at opening: {opened / 1000:.0f} kB; per refresh: {(received[0] - opened) / refreshes / 1000:.1f} kB"
    )
    page.goto("about:blank")
    page.close()


def _kernel_memory(server: int) -> float:
    """Resident memory of a server's kernels [MB], the median."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text("ascii").split()
    sizes = []
    for pid in children:
        status = Path(f"/proc/{pid}/status").read_text("ascii")
        sizes.append(int(status.split("VmRSS:")[1].split()[0]) / 1000)
    return statistics.median(sizes)


def _empty_notebook(folder: Path) -> Path:
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [], "source": EMPTY}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "empty.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path


@contextmanager
def _server(notebook: Path, service: Service) -> Iterator[tuple[str, int]]:
    """Address and process id of a server of that notebook."""
    port = free_ports(1)[0]
    command = [sys.executable, "-c", SERVER, str(notebook), str(port), service.url]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        wait_until(lambda: answers(url + "/login"), "the server")
        yield f"{url}/?token=bench", process.pid
    finally:
        process.terminate()
        process.wait(20)
