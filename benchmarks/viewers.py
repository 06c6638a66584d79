"""Many viewers at once on the dashboards of the running demo plant.

For 1, 10 and 30 viewers: all open the overview in the same moment, as browsers that were never here (every script is
fetched), then all choose another meter in the same moment, several times. Prints the 95th percentile of both, up to
where all has arrived at the browser; and what they hold: memory of their kernels (shared pages counted once), and the
processor's time of an idle open page.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from benchmarks._reader import Reader
from benchmarks._site import memory, processor
from energy_workbench.typesetting.chromium import find
from tests.browser.conftest import ARGUMENTS
from tests.demo import Demo, demo
from tests.processes import children

VIEWERS = (1, 10, 30)
ROUNDS = 5
METERS = ("UNIT-A", "UNIT-B", "UNIT-C", "UNIT-D")
IDLE = 60.0
"""How long the open pages are left alone [s]."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--viewers", type=int, nargs="+", default=VIEWERS)
    given = parser.parse_args() if Path(sys.argv[0]).name == "viewers.py" else parser.parse_args([])
    with tempfile.TemporaryDirectory() as home, demo(Path(home)) as plant:
        assets = _assets(plant)
        for count in given.viewers:
            asyncio.run(_measure(plant, assets, count))


async def _measure(plant: Demo, assets: tuple[str, ...], count: int) -> None:
    server = plant.process("dashboards")
    pool = await _settled(server)
    readers = [Reader(plant.pages, plant.token, assets) for _ in range(count)]
    opened = await asyncio.gather(*(reader.open("meter-dashboard") for reader in readers))
    chosen: list[float] = []
    for turn in range(ROUNDS):
        await asyncio.sleep(2)
        meter = METERS[turn % len(METERS)]
        chosen += await asyncio.gather(*(reader.choose(meter) for reader in readers))
    idle, service = await _idle(readers, server, plant.process("serve"))
    kernels = [each.pid for each in children(server)]
    each = sum(memory(kernel, "Pss") for kernel in kernels) / len(kernels)
    middle = sorted(chosen)[len(chosen) // 2]
    print(
        f"{count} viewers at once: open p95 {_p95(opened):.2f} s (fastest {min(opened):.2f}), "
        f"another meter p95 {_p95(chosen) * 1000:.0f} ms (median {middle * 1000:.0f}); {each:.0f} MB a kernel, "
        f"server of pages {memory(server, 'Pss'):.0f} MB, service {memory(plant.process('serve'), 'Pss'):.0f} MB; "
        f"an idle page takes {idle / count:.2f} s of the processor a minute, {service / count:.2f} s of it in the "
        f"service ({len(kernels)} kernels, {pool} of them waited)",
        flush=True,
    )
    await asyncio.gather(*(reader.close() for reader in readers))


async def _idle(readers: list[Reader], server: int, service: int) -> tuple[float, float]:
    """Processor's time of all open pages in a minute, and the part of it in the service [s]."""

    def taken() -> tuple[float, float]:
        kernels = sum(processor(each.pid) for each in children(server))
        return kernels + processor(server) + processor(service), processor(service)

    begin, end = taken(), time.monotonic() + IDLE
    while time.monotonic() < end:
        await asyncio.gather(*(reader.stay() for reader in readers))
        await asyncio.sleep(20)
    return tuple(after - before for before, after in zip(begin, taken(), strict=True))  # type: ignore[return-value]


async def _settled(server: int) -> int:
    """Wait until the pool is full and still; how many kernels wait in it."""
    before, still = -1, 0
    while still < 10:
        now = len(children(server))
        still = still + 1 if now == before else 0
        before = now
        await asyncio.sleep(1)
    return before


def _assets(plant: Demo) -> tuple[str, ...]:
    """What a real browser fetches of the server beside the page, at its first visit."""
    found: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        page = browser.new_page()
        page.on("request", lambda request: found.append(request.url))
        page.goto(f"{plant.pages}/meter-dashboard?token={plant.token}")
        page.locator(".ew-chart.drawn:visible").first.wait_for(timeout=60_000)
        page.goto("about:blank")
        browser.close()
    paths = [url.removeprefix(plant.pages) for url in found if url.startswith(plant.pages)]
    return tuple(path for path in paths if path.startswith(("/voila/", "/assets/")))


def _p95(times: list[float]) -> float:
    return sorted(times)[math.ceil(len(times) * 0.95) - 1]


if __name__ == "__main__":
    main()
