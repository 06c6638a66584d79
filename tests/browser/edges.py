"""Whether a page keeps within its edges, at each width that people have."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError

from tests.waiting import patience

SIZES = ((800, 1000), (1366, 768), (1920, 1080))
"""Width and height of a tablet, a notebook and a desk's screen [px]."""
WITH_PHONE = ((390, 844), *SIZES)

FOUND = """(selector) => {
  const shown = (node) => node.offsetParent && getComputedStyle(node).display !== "inline";
  const said = (node) => `${node.className} ${node.textContent.slice(0, 40)}`;
  const over = [...document.querySelectorAll(selector)]
    .filter((node) => shown(node) && node.scrollWidth > node.clientWidth + 1).map(said);
  const charts = [...document.querySelectorAll(".ew-plot .main-svg")]
    .filter((node) => node.checkVisibility() && node.closest(".ew-across").getBoundingClientRect().right > innerWidth)
    .map((node) => said(node.closest(".ew-plot")));
  const page = document.documentElement.scrollWidth <= innerWidth ? [] : ["the page itself"];
  return [...page, ...over, ...charts];
}"""
"""What runs over its edge; a chart may be moved sideways within its own."""


def each_size(page: Page, sizes: tuple[tuple[int, int], ...] = SIZES) -> Iterator[tuple[int, int]]:
    """Give an open page each size in turn."""
    for width, height in sizes:
        page.set_viewport_size({"width": width, "height": height})
        yield width, height


def nothing_over(page: Page, selector: str) -> None:
    """Wait until neither the page, nor a chart, nor what is selected runs over its edge: a resize takes a moment."""
    try:
        page.wait_for_function(f"(selector) => !({FOUND})(selector).length", arg=selector, timeout=patience(5) * 1000)
    except PlaywrightTimeoutError:
        found = page.evaluate(FOUND, selector)
        raise AssertionError(f"at {json.dumps(page.viewport_size)}: {found}") from None
