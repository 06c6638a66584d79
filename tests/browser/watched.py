"""A browser's window of which is known where it leads: whatever is pressed in it, nobody else is asked."""

from __future__ import annotations

from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import VIEWPORT
from tests.waiting import patience

BUTTONS = ".modebar-btn[data-title]"
LEADS_OUT = ("share", "cloud", "edit", "upload", "studio", "plotly")
"""Words of the buttons that Plotly has for that."""


class Watched:
    """A browser's window of which is known what it asked for, and which other windows came."""

    def __init__(self, context: BrowserContext) -> None:
        self.page: Page = context.new_page()
        self.page.set_viewport_size(VIEWPORT)
        self.page.set_default_timeout(patience(60) * 1000)
        self.asked: list[str] = []
        self.errors: list[str] = []
        self.windows: list[Page] = []
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("page", lambda window: self.windows.append(window))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", lambda line: self.errors.append(line.text) if line.type == "error" else None)

    def outside(self) -> list[str]:
        """Addresses of other origins that were asked for."""
        here = urlsplit(self.page.url)
        found = [urlsplit(address) for address in self.asked]
        return [
            url.geturl()
            for url in found
            if url.scheme not in ("data", "blob") and (url.scheme, url.netloc) != (here.scheme, here.netloc)
        ]

    def click_all(self, within: str) -> int:
        """Click every button of every bar; how many there were."""
        buttons = self.page.locator(f"{within} {BUTTONS}")
        titles = [buttons.nth(at).get_attribute("data-title") or "" for at in range(buttons.count())]
        assert [title for title in titles if any(word in title.lower() for word in LEADS_OUT)] == []
        for at in range(len(titles)):
            buttons.nth(at).dispatch_event("click")
        assert self.page.locator(".plotly-cloud-dialog").count() == 0
        return len(titles)

    def stayed(self) -> None:
        """Nothing was opened, and nobody else was asked."""
        assert [window.url for window in self.windows] == []
        assert self.outside() == []
