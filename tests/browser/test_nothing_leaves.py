"""No page, report or notebook hands a chart to anybody: no button of a chart's bar leads out, and no page may."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page

from energy_workbench.domain.pages import OVERVIEW, VIEWED
from tests.browser.conftest import VIEWER, VIEWPORT, Dashboards, leave
from tests.browser.plant import Plant
from tests.browser.test_every_page import READY, SHOWN
from tests.waiting import patience

pytestmark = pytest.mark.browser
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


@pytest.fixture
def watched(desk: BrowserContext) -> Iterator[Watched]:
    """A reader who is not known any more."""
    desk.clear_cookies()
    yield Watched(desk)
    leave(desk)


def test_no_button_of_a_page_opens_a_window_or_asks_another_origin(plant: Plant, watched: Watched) -> None:
    page, clicked = watched.page, {}
    page.goto(plant.open(f"{OVERVIEW.name}?meter=MAIN&flow=period&period=last%207%20days"))
    for each in VIEWED:
        if each is not OVERVIEW:
            page.locator(".ew-menu").get_by_role("link", name=each.title, exact=True).click()
        page.wait_for_function("title => document.querySelector('.ew-title h1')?.textContent === title", arg=each.title)
        page.wait_for_function(READY)
        clicked[each.name] = watched.click_all(f"{SHOWN}.ew-chart")
        page.wait_for_function(READY)
    assert clicked["losses"] > 0
    watched.stayed()
    # Each of them says what the policy refuses.
    assert watched.errors == []


def test_a_chart_that_is_told_to_upload_itself_has_nowhere_to_go(plant: Plant, watched: Watched) -> None:
    page = watched.page
    page.goto(plant.open("losses?period=yesterday"))
    page.wait_for_function(READY)
    # As somebody's own script would: the page's policy holds whatever a chart is told.
    refused = page.evaluate(
        """async () => {
          const met = [];
          addEventListener("securitypolicyviolation", (event) => met.push(event.effectiveDirective));
          try { await fetch("https://example.com/", {method: "POST", mode: "no-cors"}); } catch { met.push("fetch"); }
          const form = document.createElement("form");
          Object.assign(form, {action: "https://example.com/", method: "post"});
          document.body.append(form);
          form.submit();
          const load = (tag, properties) => new Promise((resolve) => {
            const node = Object.assign(document.createElement(tag), properties);
            node.addEventListener("error", resolve);
            node.addEventListener("load", resolve);
            document.body.append(node);
          });
          await load("img", {src: "https://example.com/a.png"});
          await load("script", {src: "https://example.com/a.js"});
          await load("iframe", {src: "https://example.com/"});
          return met;
        }"""
    )
    assert {"connect-src", "fetch", "form-action", "img-src", "script-src-elem", "frame-src"} <= set(refused)
    opened = page.evaluate("() => { const other = window.open('about:blank#x'); return other !== null; }")
    assert opened  # a link may open another window; of another origin it is a stranger, by the opener policy
    assert page.evaluate("() => window.opener") is None


def answered(url: str, token: str) -> tuple[int, dict[str, str]]:
    """Status and headers of an answer."""
    try:
        with urllib.request.urlopen(f"{url}?token={token}" if token else url, timeout=patience(60)) as answer:
            return answer.status, {name.lower(): value for name, value in answer.headers.items()}
    except urllib.error.HTTPError as error:
        return error.code, {name.lower(): value for name, value in error.headers.items()}


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [
        ("/login", "", 200),
        ("/meter-dashboard", VIEWER, 200),
        ("/meter-dashboard", "nobody-has-this", 200),  # the form
        ("/nothing", VIEWER, 404),
        ("/nothing", "nobody-has-this", 200),
        ("/alive/0-0", VIEWER, 404),
        ("/alive/0-0", "nobody-has-this", 401),
        ("/alive/0-0", "", 403),
        ("/voila/nothing", VIEWER, 404),
        ("/api/kernels/0-0", VIEWER, 404),
    ],
)
def test_every_answer_of_the_pages_says_what_a_page_may_do(
    site: Dashboards, path: str, token: str, status: int
) -> None:
    found, headers = answered(site.url + path, token)
    assert found == status
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    assert policy["default-src"] in ("'self'", "'none'")
    assert not [text for text in policy.values() if "*" in text or "http" in text]
    assert "'unsafe-inline'" not in policy.get("script-src", "")
    assert headers["cross-origin-opener-policy"] == "same-origin"
