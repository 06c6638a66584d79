"""The overview built with Streamlit, Panel and Dash on the same service and figures, beside ours.

Prints for each: the time to the first chart and to all charts ÷ those of ours, and the time from choosing a meter to
its chart ÷ that of ours; all in one run, in turns. The peers' packages go to a folder of their own (`.peers`), from a
locked list.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, sync_playwright

from benchmarks._site import site
from energy_workbench.runtime.paths import shipped
from energy_workbench.typesetting.chromium import find
from tests.browser.conftest import ARGUMENTS, answers
from tests.conftest import free_ports
from tests.waiting import eventually
from tests.widgets.stand_in import served

HERE = Path(__file__).parent
PACKAGES = HERE.parent.parent / ".peers"
RUNS = 5
METERS = ("UNIT-A", "UNIT-B", "UNIT-C")

FIRST = ".sankey-node"
ALL = (".sankey-node", ".pielayer .trace", ".scatterlayer .trace", ".treemaplayer .slice")
"""What shows that the four charts are drawn."""

CHOSEN = """
for (const kind of ["keydown", "click"]) {
  addEventListener(kind, (event) => {
    if (kind === "click" || event.key === "Enter") window.chosenAt = performance.now();
  }, true);
}
"""
"""Notes when the reader's key or click arrived: how the browser is driven is not measured."""

DRAWN = """meter => new Promise((resolve) => {
  const plots = (root) => [...root.querySelectorAll("*")].flatMap((node) =>
    [...(node.layout ? [node] : []), ...(node.shadowRoot ? plots(node.shadowRoot) : [])]);
  let known = plots(document);  // looking through the whole page in each frame would slow down what is measured
  let frames = 0;
  const look = () => {
    frames += 1;
    if (frames % 10 === 0 || !known.every((node) => node.isConnected)) known = plots(document);
    const drawn = known.some((node) => (node.layout?.meta?.summary || "").includes(`Energy of ${meter} `));
    if (drawn) resolve(performance.now() - window.chosenAt);
    else requestAnimationFrame(look);
  };
  look();
})"""
"""Time from the choice to the frame in which a chart is drawn whose own summary names the meter [ms]."""


@dataclass(frozen=True)
class Peer:
    """A page to measure.

    Attributes
    ----------
    name : str
    url : str
    choose : callable
        Chooses a meter as a reader would.
    """

    name: str
    url: str
    choose: Callable[[Page, str], None]


def main() -> None:
    """Measure and print."""
    _install()
    with ExitStack() as stack:
        service = stack.enter_context(served())
        ours, _ = stack.enter_context(site(shipped("notebooks/apps") / "dashboards.ipynb", service.url))
        peers = [Peer("ours", ours, _ours)]
        for name, command, choose in (
            ("Dash", [sys.executable, str(HERE / "dash_app.py")], _click),
            ("Panel", [sys.executable, str(HERE / "panel_app.py")], _click),
            ("Streamlit", [sys.executable, str(HERE / "streamlit_app.py"), "serve"], _click),
        ):
            peers.append(Peer(name, stack.enter_context(_peer(command, service.url)), choose))
        playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        found: dict[str, list[tuple[float, float, float]]] = {peer.name: [] for peer in peers}
        for turn in range(RUNS + 1):
            for peer in peers:
                measured = _visit(context, peer)
                if turn:
                    found[peer.name].append(measured)
        browser.close()
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in found.items()}
    mine = medians["ours"]
    print(f"ours: first chart {mine[0]:.2f} s, all charts {mine[1]:.2f} s, another meter {mine[2] * 1000:.0f} ms")
    for name, (first, whole, change) in medians.items():
        if name != "ours":
            print(
                f"{name} ÷ ours: first chart {first / mine[0]:.2f}, all charts {whole / mine[1]:.2f}, "
                f"another meter {change / mine[2]:.2f}"
            )


def _visit(context: BrowserContext, peer: Peer) -> tuple[float, float, float]:
    """Times to the first chart, to all of them, and from a choice to its chart [s]."""
    time.sleep(4)  # our pool fills again, so that each visit meets a preheated kernel
    page = context.new_page()
    page.add_init_script(CHOSEN)
    begin = time.perf_counter()
    page.goto(peer.url, wait_until="commit")
    page.wait_for_selector(FIRST, timeout=60_000)
    first = time.perf_counter() - begin
    for selector in ALL:
        page.wait_for_selector(selector, timeout=60_000)
    whole = time.perf_counter() - begin
    changes = []
    for meter in METERS:
        peer.choose(page, meter)
        changes.append(page.evaluate(DRAWN, meter) / 1000)
    page.goto("about:blank")
    page.close()
    return first, whole, statistics.median(changes)


def _ours(page: Page, meter: str) -> None:
    page.fill(".ew-finder input", meter)
    page.keyboard.press("Enter")


def _click(page: Page, meter: str) -> None:
    page.get_by_role("radio", name=meter, exact=True).check(force=True)


@contextmanager
def _peer(command: list[str], service: str) -> Iterator[str]:
    """Address of a peer's page."""
    port = free_ports(1)[0]
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join([str(PACKAGES), str(HERE.parent.parent)]),
        "PEER_PORT": str(port),
        "PEER_SERVICE": service,
    }
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            eventually(lambda: process.poll() is not None or answers(url), command[1])
            if process.poll() is not None:
                log.seek(0)
                raise RuntimeError(log.read().decode("utf-8", "replace")[-2000:])
            yield url
        finally:
            process.terminate()
            process.wait(20)


def _install() -> None:
    """The peers' packages, from their locked list, once."""
    lock = HERE / "requirements.txt"
    stamp = PACKAGES / "installed"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return
    arguments = ["--quiet", "--disable-pip-version-check", "--require-hashes", "--no-deps", "--upgrade"]
    subprocess.run(
        [sys.executable, "-m", "pip", "install", *arguments, "--target", str(PACKAGES), "-r", str(lock)], check=True
    )
    stamp.write_bytes(lock.read_bytes())
