"""A page that is opened comes, however late its scripts and whatever becomes of its kernel meanwhile."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import VIEWER, Dashboards, Visit, dashboards
from tests.waiting import eventually, patience
from tests.widgets.stand_in import served

pytestmark = pytest.mark.browser

IDLE = 20.0
"""A kernel without a page ends after this, in these tests [s]: 120 s otherwise."""
WORK = 0.3
"""A kernel that has used less of the processor since is one that waits [s]."""
LATE = 31.0
"""Scripts come this late [s]."""
FIRST = f"""
from dataclasses import replace
from energy_workbench.widgets.site import server
whole = server.run
server.run = lambda options: whole(replace(options, idle_seconds={IDLE}, pool=1))
"""
SEEN = """
window.seen = [];
new MutationObserver(() => {
  const text = document.body?.innerText || "";
  if (/Box\\(|children=|<energy_workbench|Error displaying widget|Loading widget/.test(text)) window.seen.push(text);
}).observe(document, {childList: true, subtree: true, characterData: true});
"""
"""Notes what no reader should see, whenever it stands there."""


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    """Pages whose kernels end soon where nobody comes to them."""
    with served() as service, dashboards(tmp_path_factory.mktemp("hasty"), service, first=FIRST) as found:
        yield found


@pytest.fixture
def page(visit: Visit) -> Page:
    visit.page.add_init_script(SEEN)
    visit.page.set_default_timeout(patience(30) * 1000)
    return visit.page


def warm(site: Dashboards) -> None:
    """A kernel has waited for longer than it may be idle: since it had nothing to do any more, not since it began."""
    calm: dict[int, tuple[float, float]] = {}

    def idle() -> bool:
        now = time.monotonic()
        for pid in site.kernels():
            used = processor_seconds(pid)
            since, before = calm.get(pid, (now, used))
            calm[pid] = (since, before) if used - before < WORK else (now, used)
        return any(now - since > IDLE + 2 for since, _ in calm.values())

    eventually(idle, "a kernel that waited", 120)


def processor_seconds(pid: int) -> float:
    """Time of the processor that a process has used; none where it is over."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")


def until(page: Page, holds: Callable[[], object], what: str) -> None:
    """Wait for a condition that the page's own events bring about."""
    eventually(lambda: (page.wait_for_timeout(50), holds())[1], what)


def opened(page: Page) -> None:
    page.wait_for_selector(".ew-shell .ew-title h1")
    expect(page.locator("#waiting")).to_have_count(0)
    assert page.evaluate("window.seen") == []


def test_scripts_that_come_late_find_the_kernel_that_waited_for_them(hasty: Dashboards, page: Page) -> None:
    warm(hasty)
    asked: list[str] = []
    held: list[Route] = []
    page.on("request", lambda request: asked.append(request.url) if "/alive/" in request.url else None)
    page.route("**/voila.js", lambda route: held.append(route), times=1)
    page.goto(f"{hasty.url}/meter-dashboard?token={VIEWER}", wait_until="commit")
    until(page, lambda: held, "the page to ask for its scripts")
    page.wait_for_timeout(LATE * 1000)  # So late they are, counted from when they were asked for.
    held[0].continue_()
    opened(page)
    assert len({url.rpartition("/")[2] for url in asked}) == 1, "the page was opened anew"


def test_a_page_whose_kernel_ends_before_it_comes_opens_anew(hasty: Dashboards, page: Page) -> None:
    pages: list[str] = []
    page.on("framenavigated", lambda frame: pages.append(frame.url))
    killed: list[int] = []

    def end(route: Route) -> None:
        for pid in hasty.kernels():
            with suppress(ProcessLookupError):  # This server ends those that nobody uses by itself.
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        route.continue_()

    page.route("**/voila.js", end, times=1)
    page.goto(f"{hasty.url}/losses?token={VIEWER}", wait_until="commit")
    opened(page)
    assert killed
    assert len(pages) >= 2
    assert set(pages) == {f"{hasty.url}/losses"}


def test_a_page_whose_scripts_never_come_says_so_and_tries_ever_more_seldom(hasty: Dashboards, page: Page) -> None:
    page.route("**/voila.js", lambda route: route.abort())
    page.goto(f"{hasty.url}/patterns?token={VIEWER}", wait_until="commit")
    words = page.locator("#waiting .slow")
    for wait in (1, 5):
        page.wait_for_function(
            "wait => document.querySelector('#waiting .slow')?.textContent.includes(wait)", arg=f"in {wait} s"
        )
        assert words.is_visible()
    # After the last attempt it waits for a reader.
    page.evaluate("sessionStorage.setItem(`opening ${location.pathname}`, JSON.stringify({tries: 6, at: Date.now()}))")
    page.reload(wait_until="commit")
    button = page.get_by_role("button", name="Open it again")
    button.wait_for()
    page.unroute("**/voila.js")
    button.click()
    opened(page)


def test_no_word_of_python_is_in_a_page(hasty: Dashboards, page: Page) -> None:
    sources: list[str] = []
    page.on(
        "response", lambda answer: sources.append(answer.text()) if answer.request.resource_type == "document" else None
    )
    page.goto(f"{hasty.url}/meter?token={VIEWER}")
    opened(page)
    assert "widget-view+json" in page.content() or any("widget-view+json" in text for text in sources)
    assert "text/plain" not in page.content()
