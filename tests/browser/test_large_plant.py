"""The overview and the losses of 10,000 meters as their readers meet them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from energy_workbench.widgets.dashboard.model import ROWS
from tests.browser.conftest import VIEWER, VIEWPORT, Dashboards, Visit, dashboards
from tests.browser.edges import WITH_PHONE, each_size, nothing_over
from tests.large_plant import LargePlant
from tests.waiting import patience
from tests.widgets.stand_in import served

pytestmark = pytest.mark.browser
NODE, LINK, TILE = ".sankey-node", ".sankey-link", ".treemaplayer .slice"
FOLDED = ".ew-fold:visible"
MOST_LINKS = 70
"""That a reader has before him where the main lines are drawn, losses among them."""


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboards]:
    with served(LargePlant()) as service, dashboards(tmp_path_factory.mktemp("large"), service) as found:
        yield found


def drawn(page: Page, words: str) -> None:
    """Wait until the line below the flow has these words."""
    expect(page.locator(FOLDED)).to_contain_text(words)


def few_links(page: Page) -> None:
    """Wait until the flow has as many links as can be read: those of the picture before leave it slowly."""
    page.wait_for_function(
        f"(most) => document.querySelectorAll('{LINK}').length <= most", arg=MOST_LINKS, timeout=patience(60) * 1000
    )


def folded(page: Page) -> str:
    """The label of the first node that stands for several."""
    return str(
        page.locator(f"{NODE} .node-label")
        .evaluate_all("nodes => nodes.map((node) => node.textContent).find((text) => text.includes('others'))")
    )  # fmt: skip


def test_ten_thousand_meters_are_a_picture_that_can_be_read_and_opened(large: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{large.url}/meter-dashboard?token={VIEWER}&period=today")
    page.wait_for_selector(NODE)
    page.wait_for_selector(TILE)
    drawn(page, "of 10,000 meters are drawn")
    few_links(page)
    assert page.locator(TILE).count() <= ROWS
    expect(page.locator(".ew-attention tbody tr")).to_have_count(7)
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, ".ew-card b, .ew-card small, .ew-panel, .ew-bar, .ew-list, .ew-pager, .ew-fold")
    page.set_viewport_size(VIEWPORT)

    # What is one opens by a click on it.
    label = folded(page)
    node = page.locator(NODE).filter(has_text=label).first
    box = node.locator(".node-rect").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**/meter-dashboard?meter=MAIN-*")
    drawn(page, "others of BOARD-")
    few_links(page)

    # And from the keyboard: a link stands for it.
    link = page.locator(f"{FOLDED} a").first
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/meter-dashboard?meter=BOARD-*")
    drawn(page, "meters are drawn")
    expect(page.locator(".ew-path").first).to_contain_text("BOARD-")
    page.locator(f"{FOLDED} a").first.click()
    page.wait_for_url("**skip=*")
    drawn(page, "larger of BOARD-")

    page.locator(".ew-search input").fill("M-00117")
    expect(page.locator(".ew-panel").last).to_contain_text("1 found")
    page.keyboard.press("Enter")
    page.wait_for_url("**meter=M-00117*")
    assert visit.errors == []


def test_losses_of_ten_thousand_meters_open_too(large: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{large.url}/losses?token={VIEWER}")
    page.wait_for_selector(NODE)
    drawn(page, "others of MAIN-01")
    few_links(page)
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, ".ew-card b, .ew-card small, .ew-panel, .ew-bar, .ew-pager, .ew-fold")
    page.set_viewport_size(VIEWPORT)
    page.locator(".ew-do-after:visible").click()
    expect(page.locator(".ew-pager:visible")).to_contain_text("21 to 40 of 111")
    page.locator(f"{FOLDED} a").first.click()
    page.wait_for_url("**/losses?meter=MAIN-01*")
    drawn(page, "of BOARD-")
    assert visit.errors == []
