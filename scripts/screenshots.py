"""Take the pictures of the pages in docs/pages/ anew: the demo plant in a home of its own, every page at three sizes.

Usage: python scripts/screenshots.py
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import httpx
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from energy_workbench.domain.pages import SCHEDULES, SETUP, VIEWED  # noqa: E402
from energy_workbench.typesetting.chromium import find  # noqa: E402
from tests.browser.conftest import ARGUMENTS  # noqa: E402
from tests.demo import demo  # noqa: E402

SIZES = ((1366, 768), (1920, 1080), (800, 1000))
QUALITY = 45
"""Of the JPEGs: text stays readable, and a page has about 100 kB."""

SETTLED_MS = 3000
"""What charts take to be drawn in their last size."""


def main() -> None:
    """Start the plant, look at every page, and end it."""
    folder = ROOT / "docs" / "pages"
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as home, demo(Path(home)) as plant, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(find()), args=ARGUMENTS)
        for width, height in SIZES:
            shoot(browser, plant.manager, [page.name for page in VIEWED], width, height, folder)
            shoot(browser, plant.engineer, [SETUP.name, SCHEDULES.name], width, height, folder)
        browser.close()


def shoot(browser: Browser, link: httpx.URL, names: list[str], width: int, height: int, folder: Path) -> None:
    """Take the pages of one reader at one size."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme="light")
    page = context.new_page()
    page.set_default_timeout(60_000)
    for name in names:
        page.goto(str(link.copy_with(path=f"/{name}")))
        page.locator(".ew-chart.drawn:visible, .ew-changes:visible, .ew-setup:visible").first.wait_for()
        page.wait_for_timeout(SETTLED_MS)
        page.screenshot(path=folder / f"{name}-{width}.jpg", type="jpeg", quality=QUALITY, full_page=True)
        page.goto("about:blank")
        print(f"docs/pages/{name}-{width}.jpg", flush=True)
    context.close()


if __name__ == "__main__":
    main()
