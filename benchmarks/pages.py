"""Every page of the running demo plant against an empty Voilà page, in one run.

Prints for each page the time to its first chart and to all of them ÷ the time of an empty notebook on the same kind of
server (both preheated, in turns), the bytes over the websocket at opening and at a refresh, the memory of its kernel ÷
that of the empty one, and the processor's time of the open page when nobody touches it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._site import close, empty_notebook, memory, opened, processor, site
from energy_workbench.domain.pages import VIEWED
from energy_workbench.typesetting.chromium import find
from tests.browser.conftest import ARGUMENTS
from tests.demo import Demo, demo
from tests.processes import children, words

RUNS = 5
WATCHED = 130.0
"""How long open pages are left alone [s]: those that show intervals ask each minute."""

FIRST = ".ew-chart.drawn:visible, .ew-changes:visible"
ALL = ".ew-stage:not(:has(> :not(.ew-hidden) .ew-chart:not(.drawn)))"
"""The place of the pages, once the page in front has no chart that is not drawn."""

COUNT = """() => {
  window.refreshes = 0;
  const at = document.querySelector(".ew-asof");
  const seen = new MutationObserver(() => { window.refreshes += 1; });
  seen.observe(at, {childList: true, characterData: true, subtree: true});
}"""


@dataclass
class Watched:
    """An open page that is left alone."""

    name: str
    page: Page
    kernel: int
    received: list[int] = field(default_factory=list)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--pages", nargs="+", default=[each.name for each in VIEWED])
    given = parser.parse_args() if Path(sys.argv[0]).name == "pages.py" else parser.parse_args([])
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        plant = stack.enter_context(demo(folder))
        empty, empty_server = stack.enter_context(site(empty_notebook(folder), plant.service))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        _times(browser, plant, empty, given.pages)
        _alone(browser, plant, given.pages, statistics.median(memory(each.pid) for each in children(empty_server)))
        browser.close()


def _address(plant: Demo, name: str) -> str:
    return f"{plant.pages}/{name}?token={plant.token}" + ("&meter=UNIT-A" if name == "meter" else "")


def _times(browser: Browser, plant: Demo, empty: str, names: list[str]) -> None:
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    for name in names:
        base: list[float] = []
        ours: list[list[float]] = []
        for turn in range(RUNS + 1):
            page, times = opened(context, empty, ".empty-page")
            close(page)
            base += times if turn else []
            page, times = opened(context, _address(plant, name), FIRST, ALL)
            close(page)
            ours += [times] if turn else []
        bare = statistics.median(base)
        first, every = (statistics.median(column) for column in zip(*ours, strict=True))
        print(
            f"{name}: first chart ÷ empty page {first / bare:.2f} ({first:.2f} s), all charts {every / bare:.2f}",
            flush=True,
        )
    context.close()


def _alone(browser: Browser, plant: Demo, names: list[str], empty_kernel: float) -> None:
    """Open every page once and leave all of them alone."""
    server, service = plant.process("dashboards"), plant.process("serve")
    watched, sizes = [], {}
    for name in names:
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        received: list[int] = []
        context.on("page", lambda page, into=received: _count(page, into))
        page, _ = opened(context, _address(plant, name), FIRST, ALL)
        page.wait_for_timeout(1500)
        kernel = _kernel(page, server)
        sizes[name] = sum(received)
        received.clear()
        page.evaluate(COUNT)
        watched.append(Watched(name, page, kernel, received))
    spent = {each.name: processor(each.kernel) for each in watched}
    shared = processor(server), processor(service)
    end = time.monotonic() + WATCHED
    while time.monotonic() < end:
        watched[0].page.wait_for_timeout(1000)  # keeps the messages of all pages coming
    minutes = WATCHED / 60
    for each in watched:
        refreshes = each.page.evaluate("window.refreshes")
        bytes_each = sum(each.received) / max(1, refreshes)
        spent_each = (processor(each.kernel) - spent[each.name]) / minutes
        print(
            f"{each.name}: websocket at opening {sizes[each.name] / 1000:.0f} kB, "
            f"per refresh {bytes_each / 1000:.1f} kB ({refreshes} of them); "
            f"kernel ÷ empty kernel {memory(each.kernel) / empty_kernel:.2f} ({memory(each.kernel):.0f} MB); "
            f"left alone its kernel takes {spent_each:.2f} s of the processor a minute"
        )
    by_server, by_service = (processor(server) - shared[0]) / minutes, (processor(service) - shared[1]) / minutes
    print(f"beside them for all pages: server of pages {by_server:.2f} s, service {by_service:.2f} s a minute")
    for each in watched:
        each.page.goto("about:blank")
        each.page.context.close()


def _count(page: Page, into: list[int]) -> None:
    page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: into.append(len(frame))))


def _kernel(page: Page, server: int) -> int:
    """Process id of a page's kernel."""
    found = page.evaluate("JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId")
    return next(each.pid for each in children(server) if any(found in word for word in words(each)))


if __name__ == "__main__":
    main()
