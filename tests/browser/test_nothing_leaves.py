"""No page, report or notebook hands a chart to anybody: no button of a chart's bar leads out, and no page may."""

from __future__ import annotations

import urllib.error
import urllib.request

import pytest

from tests.browser.conftest import VIEWER, Dashboards
from tests.browser.plant import Plant
from tests.browser.test_every_page import READY
from tests.browser.watched import Watched
from tests.waiting import patience

pytestmark = pytest.mark.browser


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
