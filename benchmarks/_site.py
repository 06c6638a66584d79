"""Servers of pages to measure, and how a page is opened."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import VIEWER, answers
from tests.conftest import free_ports
from tests.waiting import eventually

EMPTY = "import ipywidgets\nipywidgets.HTML('<b class=\"empty-page\">empty</b>')"
SERVER = """
import sys
from pathlib import Path
from energy_workbench.widgets.site.server import SiteOptions, run
notebook, port, url = sys.argv[1:]
run(SiteOptions(name="bench" + port, notebook=Path(notebook), pages=("meter-dashboard",), service=url, machine="bench",
    port=int(port)))
"""
TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def site(notebook: Path, service: str) -> Iterator[tuple[str, int]]:
    """Address, with its token, and process id of a server of that notebook's page over a service."""
    port = free_ports(1)[0]
    command = [sys.executable, "-c", SERVER, str(notebook), str(port), service]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        url = f"http://127.0.0.1:{port}"
        eventually(lambda: answers(url + "/login"), "the server")
        yield f"{url}/?token={VIEWER}", process.pid
    finally:
        process.terminate()
        process.wait(20)


def empty_notebook(folder: Path) -> Path:
    """A notebook whose page shows one word, the least that a page of widgets can show."""
    cell = {"cell_type": "code", "execution_count": None, "id": "a", "metadata": {}, "outputs": [], "source": EMPTY}
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    path = folder / "empty.ipynb"
    path.write_text(json.dumps(notebook), "utf-8")
    return path


def opened(context: BrowserContext, url: str, *selectors: str) -> tuple[Page, list[float]]:
    """A page opened on a kernel that waits warm, and the times until each selector is in it [s]."""
    time.sleep(4)  # the pool fills again, so that each visit meets a preheated kernel
    page = context.new_page()
    begin = time.perf_counter()
    page.goto(url, wait_until="commit")
    times = []
    for selector in selectors:
        page.wait_for_selector(selector, timeout=60_000)
        times.append(time.perf_counter() - begin)
    return page, times


def close(page: Page) -> None:
    """Close a page; closing alone would not tell its kernel."""
    page.goto("about:blank")
    page.close()


def memory(pid: int, kind: str = "Rss") -> float:
    """Memory of a process [MB]: `Rss`, or `Pss` where shared pages count once among those who share them."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    return int(rollup.split(f"\n{kind}:")[1].split()[0]) / 1000


def processor(pid: int) -> float:
    """Processor's time of a process so far [s]."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
