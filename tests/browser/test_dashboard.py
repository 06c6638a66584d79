"""The dashboard as its readers meet it: Voilà, a real kernel and a real Chromium."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import expect

from energy_workbench.domain.errors import ServiceError
from energy_workbench.widgets.site import compressed, shipped
from tests.browser.conftest import EDITOR, VIEWER, Dashboards, Visit, dashboards
from tests.browser.edges import each_size, nothing_over
from tests.conftest import free_ports
from tests.waiting import eventually, patience
from tests.widgets.stand_in import served

pytestmark = pytest.mark.browser
SANKEY = ".sankey-node"
ROUNDS = 3
"""Questions of one page in which another one asks nothing."""
WARM = 2
"""Kernels that wait for the next readers."""


def test_the_dashboard_shows_itself_from_its_own_address_only(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/meter-dashboard?token={VIEWER}&period=today")
    page.wait_for_selector(SANKEY)
    page.wait_for_selector(".treemaplayer .slice")
    expect(page.locator(".ew-card")).to_have_count(8)
    expect(page.locator(".pielayer .trace")).to_have_count(3)
    expect(page.locator(".ew-list")).to_contain_text("UNIT-C")
    page.wait_for_url(lambda url: "token" not in url)
    expect(page.locator("#waiting")).to_have_count(0)
    outside = [url for url in visit.addresses if not url.startswith((site.url, "blob:", "data:"))]
    assert outside == []
    assert visit.errors == []


def test_nothing_runs_over_its_edge(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(".treemaplayer .slice")
    for _ in each_size(page):
        nothing_over(page, ".ew-card b, .ew-card small, .ew-panel, .ew-bar, .ew-list")


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


def test_new_power_is_shown_by_itself_and_costs_little(site: Dashboards, visit: Visit) -> None:
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


def test_a_click_in_the_map_shows_that_meters_pattern(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(".treemaplayer .slice")
    page.locator(".treemaplayer .slice", has_text="ADMIN").last.click()
    page.wait_for_function("document.querySelectorAll('.ew-app .ew-h')[1].textContent.includes('ADMIN')")
    page.wait_for_url("**/meter-dashboard?meter=ADMIN")


def test_a_service_that_goes_away_is_told_and_comes_back(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    site.service.stand_in.broken = ServiceError("away")
    try:
        page.wait_for_selector(".ew-problem")
        expect(page.locator(SANKEY).nth(10)).to_be_attached()
    finally:
        site.service.stand_in.broken = None
    page.wait_for_selector(".ew-problem", state="detached")


def test_a_browser_cannot_run_code_and_a_kernel_knows_no_secret(site: Dashboards, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    mark = tmp_path / "executed"
    types = page.evaluate(
        """async ({code}) => {
          const config = JSON.parse(document.getElementById('jupyter-config-data').textContent);
          const socket = new WebSocket(`ws://${location.host}/api/kernels/${config.kernelId}/channels?session_id=s`);
          const seen = [];
          await new Promise(done => { socket.onopen = done; });
          const say = (type, content) => socket.send(JSON.stringify({channel: 'shell', content, metadata: {},
            parent_header: {}, buffers: [], header: {msg_id: type, msg_type: type, session: 's', username: '',
            version: '5.3', date: new Date().toISOString()}}));
          const replied = new Promise(done => { socket.onmessage = event => {
            const message = JSON.parse(event.data); seen.push(message.msg_type);
            if (message.msg_type === 'kernel_info_reply') done(); }; });
          say('execute_request', {code, silent: false, store_history: false, allow_stdin: false, stop_on_error: true});
          say('kernel_info_request', {});
          await replied;
          socket.close();
          return seen;
        }""",
        {"code": f"open({json.dumps(str(mark))}, 'w')"},
    )
    assert "kernel_info_reply" in types
    assert "execute_reply" not in types
    assert not mark.exists()
    for pid in site.kernels():
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        assert EDITOR.encode() not in environment
        assert b"ENERGY_WORKBENCH_HOME" not in environment


def test_what_a_page_loads_is_sent_compressed(site: Dashboards, visit: Visit) -> None:
    eventually(lambda: all(compressed.place(file).exists() for file in shipped.files()), "all is compressed", 120)
    page, sent = visit.page, dict[str, tuple[str, int]]()
    network = page.context.new_cdp_session(page)
    network.send("Network.enable")
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


def test_whoever_asks_without_a_visit_leaves_no_traceback_in_the_log(site: Dashboards) -> None:
    upgrade = {
        "Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
    }  # fmt: skip
    with httpx.Client(base_url=site.url, timeout=patience(30)) as client:
        for verb in ("GET", "POST", "DELETE"):
            for address in ADDRESSES:
                for headers in ({}, upgrade, {"Cookie": "ew_session=stranger"}):
                    answer = client.request(verb, address, headers=headers)
                    assert answer.status_code < 500, (verb, address, headers)
                    assert answer.status_code != 101, (verb, address)
    assert "Traceback" not in site.log.read_text("utf-8")


def test_a_page_that_closes_ends_its_kernel(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    eventually(lambda: len(site.kernels()) > WARM, "the pool to be filled again")
    page.goto("about:blank")
    eventually(lambda: len(site.kernels()) == WARM, "the kernel to end", 30)


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


def test_a_server_that_restarts_is_told_and_the_page_comes_back_as_it_was(tmp_path: Path, visit: Visit) -> None:
    port, page = free_ports(1)[0], visit.page
    with served() as service:
        with dashboards(tmp_path / "first", service, port) as site:
            page.goto(f"{site.url}/meter-dashboard?token={VIEWER}&period=yesterday&detail=all")
            page.wait_for_selector(SANKEY, timeout=patience(60) * 1000)
            page.evaluate("window.before = true")
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_selector("body.ew-silent")
        expect(page.locator(SANKEY).nth(50)).to_be_attached()
        with dashboards(tmp_path / "second", service, port):
            page.wait_for_function(
                "!window.before && document.querySelector('.sankey-node')", timeout=patience(60) * 1000
            )
            page.wait_for_url(lambda url: url.endswith("/meter-dashboard?period=yesterday&detail=all"))
            page.goto("about:blank")


def test_a_page_of_the_menu_opens_in_the_same_kernel_and_back_returns(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}&period=yesterday")
    page.wait_for_selector(SANKEY)
    kernel = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    before = page.evaluate(kernel)
    page.get_by_role("link", name="Data quality").click()
    page.wait_for_function("document.querySelector('.ew-title h1').textContent === 'Data quality'")
    page.wait_for_url(lambda url: url.endswith("/data-quality?period=yesterday"))
    page.go_back()
    page.wait_for_function("document.querySelector('.ew-title h1').textContent === 'Overview'")
    expect(page.locator(SANKEY).nth(10)).to_be_attached()
    assert page.evaluate(kernel) == before
    assert visit.errors == []


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


def test_what_is_shown_can_be_taken_along(site: Dashboards, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{site.url}/?token={VIEWER}")
    page.wait_for_selector(SANKEY)
    found = {}
    for kind in ("Picture (PNG)", "Table (CSV)", "Table (Excel)"):
        with page.expect_download() as download:
            page.locator(".ew-save > summary").first.click()
            page.get_by_role("button", name=kind).first.click()
        content = Path(download.value.path()).read_bytes()
        found[download.value.suggested_filename.rpartition(".")[2]] = content[:4]
    assert found["png"] == b"\x89PNG"
    assert found["xlsx"] == b"PK\x03\x04"
    assert found["csv"] == b"\xef\xbb\xbfF"
    assert visit.errors == []


def test_only_pages_that_exist_are_served(site: Dashboards, visit: Visit) -> None:
    visit.page.goto(f"{site.url}/?token={VIEWER}")
    answer = visit.page.goto(f"{site.url}/no-such-page")
    assert answer is not None
    assert answer.status == 404
    for path in ("/voila/files/dashboards.ipynb", "/api/kernels", "/api/contents"):
        assert visit.page.request.get(site.url + path).status == 404
