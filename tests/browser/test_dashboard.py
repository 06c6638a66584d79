"""The dashboard as its readers meet it: Voilà, a real kernel and a real Chromium."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from energy_workbench.widgets.site import compressed, shipped
from tests.browser.conftest import VIEWER, Dashboards, Visit, dashboards
from tests.waiting import eventually, patience
from tests.widgets.stand_in import served

pytestmark = pytest.mark.browser
SANKEY = ".sankey-node"
ROUNDS = 3
"""Questions of one page in which another one asks nothing."""
WARM = 2
"""Kernels that wait for the next readers."""


def test_a_reader_without_a_token_is_asked_for_one(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/meter-dashboard?period=yesterday")
    page.fill("input[type=password]", "wrong")
    page.click("button")
    page.wait_for_selector(".wrong")
    page.fill("input[type=password]", VIEWER)
    page.click("button")
    page.wait_for_selector(SANKEY)
    page.wait_for_url(lambda url: url.endswith("/meter-dashboard?period=yesterday"))
    cookie = next(c for c in page.context.cookies() if c["name"] == "ew_session")
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"


def test_a_visit_that_is_over_says_so_in_its_open_page(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/meter-dashboard?token={VIEWER}&period=yesterday")
    page.wait_for_selector(SANKEY)
    site.service.stand_in.visits.clear()
    page.wait_for_selector("text=Your access has ended.", timeout=patience(120) * 1000)
    expect(page.locator("input[type=password]")).to_have_count(1)
    expect(page.locator(SANKEY)).to_have_count(0)


def test_new_power_is_shown_by_itself_and_costs_little_and_a_page_that_closes_ends_its_kernel(
    site: Dashboards, visit: Visit
) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    page.wait_for_selector(".treemaplayer .slice")
    opened = visit.received
    assert opened < 100_000
    labels = "[...document.querySelectorAll('.sankey-node .node-label')].map(node => node.textContent).join()"
    before, at = page.evaluate(labels), page.locator(".ew-asof").text_content()
    asked = len(site.service.stand_in.asked)
    site.service.stand_in.step += 3
    page.wait_for_function(f"old => {labels} !== old", arg=before)
    page.wait_for_function("old => document.querySelector('.ew-asof').textContent !== old", arg=at)
    # However often a slow page has asked meanwhile.
    assert visit.received - opened < 12_000 * (len(site.service.stand_in.asked) - asked)
    eventually(lambda: len(site.kernels()) > WARM, "the pool to be filled again")
    page.goto("about:blank")
    eventually(lambda: len(site.kernels()) == WARM, "the kernel to end", 30)


def test_choices_are_in_the_address_and_survive_a_reload(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    few = page.locator(SANKEY).count()
    page.get_by_role("button", name="All meters").click()
    page.wait_for_function("few => document.querySelectorAll('.sankey-node').length > few + 50", arg=few)
    page.click(".ew-choose > summary")
    page.get_by_role("button", name="Yesterday").click()
    page.wait_for_url("**/meter-dashboard?period=yesterday&detail=all")
    page.reload()
    page.wait_for_function("few => document.querySelectorAll('.sankey-node').length > few + 50", arg=few)
    expect(page.locator(".ew-choose > summary")).to_contain_text("Yesterday")


def test_what_a_page_loads_is_sent_compressed(site: Dashboards, visit: Visit) -> None:
    eventually(lambda: all(compressed.place(file).exists() for file in shipped.files()), "all is compressed", 120)
    page, sent = visit.page, dict[str, tuple[str, int]]()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.setCacheDisabled", {"cacheDisabled": True})  # as a browser that was never here
    addresses: dict[str, tuple[str, str]] = {}

    def answered(event: dict[str, Any]) -> None:
        answer = event["response"]
        headers = {name.lower(): value for name, value in answer["headers"].items()}
        addresses[event["requestId"]] = (answer["url"], headers.get("content-encoding", ""))

    def finished(event: dict[str, Any]) -> None:
        url, coding = addresses.get(event["requestId"], ("", ""))
        sent[url] = (coding, int(event["encodedDataLength"]))

    network.on("Network.responseReceived", answered)
    network.on("Network.loadingFinished", finished)
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY, timeout=patience(60) * 1000)
    plain = {
        url: size
        for url, (coding, size) in sent.items()
        if size > 2000 and not coding and urlsplit(url).path.endswith((".js", ".css", ".json"))
    }
    assert plain == {}
    # 9.6 MB before; a third of it Plotly.
    assert sum(size for _, size in sent.values()) < 3_500_000


KERNEL = "00000000-0000-0000-0000-000000000000"
ADDRESSES = (
    "/", "/login", "/nowhere", f"/alive/{KERNEL}", f"/api/kernels/{KERNEL}/channels", f"/voila/query/{KERNEL}",
    f"/voila/api/shutdown/{KERNEL}", "/voila/files/x", "/voila/static/x", "/voila/templates/workbench/static/x",
    "/voila/labextensions/x", "/api/kernels", "/api/contents", "/api/events/subscribe", "/terminals/websocket/1",
    "/assets/plotly-1.js", "/static/x", "/%00", "/?token=wrong", "/login?next=//elsewhere.example",
)  # fmt: skip


HEAD = b"GET / HTTP/1.1\r\nHost: a\r\n"
MALFORMED = (
    b"GET\r\n\r\n", b"\0\xff\r\n\r\n", b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /?\xff%zz=%e9 HTTP/1.1\r\nHost: a\r\n\r\n",
    HEAD + b"Content-Length: -1\r\n\r\n", HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
    HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", HEAD + b"no colon\r\n\r\n", HEAD + b"Host: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: \xff:x\r\n\r\n", b"GET /home HTTP/1.1\r\nHost: [evil\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Type: multipart/form-data\r\nContent-Length: 3\r\n\r\nabc",
    b"POST /login HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc",
)  # fmt: skip


def test_whoever_asks_without_a_visit_leaves_no_traceback_in_the_log(site: Dashboards) -> None:
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    odd = {"Cookie": 'ew_session="\\u00e9; =; ;;', "Range": "bytes=9-1", "Origin": "null", "If-None-Match": "*"}
    with httpx.Client(base_url=site.url, timeout=patience(30)) as client:
        for verb in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "MOVE"):
            for address in ADDRESSES:
                for headers in ({}, upgrade, {"Cookie": "ew_session=stranger"}, odd):
                    answer = client.request(verb, address, headers=headers)
                    assert answer.status_code < 500, (verb, address, headers)
                    assert answer.status_code != 101, (verb, address)
    for line in MALFORMED:
        with socket.create_connection(("127.0.0.1", urlsplit(site.url).port or 0), patience(30)) as connection:
            connection.sendall(line)
            connection.shutdown(socket.SHUT_WR)
            assert b" 500 " not in connection.recv(100), line
    # Each line of the server's has its time; what kernels say at their end stands between.
    own = [line for line in site.log.read_text("utf-8").splitlines() if line[:2] == "20"]
    assert [line for line in own if "Traceback" in line] == []


def test_a_full_house_says_so(tmp_path: Path, visit: Visit) -> None:
    with served() as service, dashboards(tmp_path, service, ENERGY_WORKBENCH_KERNELS="1") as site:
        first, second = visit.page, visit.page.context.new_page()
        first.goto(f"{site.url}/?token={VIEWER}")
        first.wait_for_selector(SANKEY, timeout=patience(60) * 1000)
        answer = second.goto(f"{site.url}/")
        assert answer is not None
        assert answer.status == 503
        assert answer.headers["retry-after"] == "10"
        assert "All places are taken" in second.inner_text("h1")
        first.goto("about:blank")
        second.wait_for_selector(SANKEY, timeout=patience(60) * 1000)  # by itself


def test_a_zoom_survives_new_values_and_another_tab_has_its_own_choices(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    page.wait_for_selector(".ew-wide .scatterlayer .trace")
    chart = "document.querySelector('.ew-wide .ew-plot')"
    page.evaluate(f"Plotly.relayout({chart}, {{'xaxis.range': ['2026-10-30', '2026-10-31']}})")
    other = page.context.new_page()
    other.goto(f"{site.url}/?period=yesterday")
    other.wait_for_selector(SANKEY)
    expect(other.locator(".ew-choose > summary")).to_contain_text("Yesterday")
    at = page.locator(".ew-asof").text_content()
    site.service.stand_in.step += 3
    page.wait_for_function("old => document.querySelector('.ew-asof').textContent !== old", arg=at)
    assert page.evaluate(f"{chart}.layout.xaxis.range.map(String)") == ["2026-10-30", "2026-10-31"]
    expect(page.locator(".ew-choose > summary")).to_contain_text("Today")
    other.goto("about:blank")
    other.close()


def test_a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_in_front_again(site: Dashboards, visit: Visit) -> None:
    page, asked = visit.page, site.service.stand_in.asked
    page.add_init_script("""
      window.inFront = true;
      const state = {get: () => (window.inFront ? "visible" : "hidden")};
      Object.defineProperty(document, "visibilityState", state);
    """)
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    turn = "(inFront) => { window.inFront = inFront; document.dispatchEvent(new Event('visibilitychange')); }"
    # Another reader's page is the clock: as often as it asks, the hidden one would.
    clock = page.context.new_page()
    clock.goto(f"{site.url}/?period=yesterday")
    clock.wait_for_selector(SANKEY)
    page.evaluate(turn, False)
    eventually(lambda: asked[-ROUNDS:] == ["yesterday"] * ROUNDS, "rounds in which the hidden page asked nothing")
    before = asked.count("today")
    eventually(lambda: asked[-2 * ROUNDS :] == ["yesterday"] * 2 * ROUNDS, "as many again")
    assert asked.count("today") == before
    clock.close()
    site.service.stand_in.step += 1
    page.evaluate(turn, True)
    eventually(lambda: asked.count("today") > before, "a question")
    assert visit.errors == []
