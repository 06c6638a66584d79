"""The overview as its readers meet it: Voilà, a real kernel, a real Chromium, and one page that all tests look at."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from energy_workbench.domain.errors import ServiceError
from tests.browser.conftest import EDITOR, VIEWER, VIEWPORT, Dashboards, Visit
from tests.browser.edges import WITH_PHONE, each_size, nothing_over
from tests.processes import kernels

pytestmark = pytest.mark.browser
SANKEY = ".sankey-node"


@pytest.fixture(scope="module")
def overview(site: Dashboards, stay: Visit) -> Visit:
    """The overview of today, drawn."""
    stay.page.goto(f"{site.url}/meter-dashboard?token={VIEWER}&period=today")
    stay.page.wait_for_selector(SANKEY)
    stay.page.wait_for_selector(".treemaplayer .slice")
    return stay


def test_the_dashboard_shows_itself_from_its_own_address_only(site: Dashboards, overview: Visit) -> None:
    page = overview.page
    expect(page.locator(".ew-card")).to_have_count(8)
    expect(page.locator(".pielayer .trace")).to_have_count(3)
    expect(page.locator(".ew-list")).to_contain_text("UNIT-C")
    page.wait_for_url(lambda url: "token" not in url)
    expect(page.locator("#waiting")).to_have_count(0)
    outside = [url for url in overview.addresses if not url.startswith((site.url, "blob:", "data:"))]
    assert outside == []
    assert overview.errors == []


def test_nothing_runs_over_its_edge(overview: Visit) -> None:
    page = overview.page
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, ".ew-card b, .ew-card small, .ew-panel, .ew-bar, .ew-list")
    page.set_viewport_size(VIEWPORT)


def test_a_click_in_the_map_shows_that_meters_pattern(overview: Visit) -> None:
    page = overview.page
    page.locator(".treemaplayer .slice", has_text="ADMIN").last.click()
    page.wait_for_function("document.querySelectorAll('.ew-app .ew-h')[1].textContent.includes('ADMIN')")
    page.wait_for_url("**/meter-dashboard?meter=ADMIN&period=today")
    # As Back does from another address.
    page.evaluate(
        """history.replaceState(null, "", "/meter-dashboard?period=today");
        dispatchEvent(new PopStateEvent("popstate"));"""
    )
    page.wait_for_function("!document.querySelectorAll('.ew-app .ew-h')[1].textContent.includes('ADMIN')")


def test_a_service_that_goes_away_is_told_and_comes_back(site: Dashboards, overview: Visit) -> None:
    page = overview.page
    site.service.stand_in.broken = ServiceError("away")
    try:
        page.wait_for_selector(".ew-problem")
        expect(page.locator(SANKEY).nth(10)).to_be_attached()
    finally:
        site.service.stand_in.broken = None
    page.wait_for_selector(".ew-problem", state="detached")


def test_a_browser_cannot_run_code_and_a_kernel_knows_no_secret(
    site: Dashboards, overview: Visit, tmp_path: Path
) -> None:
    page = overview.page
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
    for environment in kernels(site.process.pid).values():
        assert EDITOR not in environment.values()
        assert "ENERGY_WORKBENCH_HOME" not in environment


def test_a_page_of_the_menu_opens_in_the_same_kernel_and_back_returns(overview: Visit) -> None:
    page = overview.page
    kernel = "JSON.parse(document.getElementById('jupyter-config-data').textContent).kernelId"
    before = page.evaluate(kernel)
    page.get_by_role("link", name="Data quality").click()
    page.wait_for_function("document.querySelector('.ew-title h1').textContent === 'Data quality'")
    page.wait_for_url(lambda url: url.endswith("/data-quality?period=today"))
    page.go_back()
    page.wait_for_function("document.querySelector('.ew-title h1').textContent === 'Overview'")
    expect(page.locator(SANKEY).nth(10)).to_be_attached()
    assert page.evaluate(kernel) == before
    assert overview.errors == []


def test_what_is_shown_can_be_taken_along(overview: Visit) -> None:
    page = overview.page
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
    assert overview.errors == []


def test_only_pages_that_exist_are_served(site: Dashboards, overview: Visit) -> None:
    for path in ("/no-such-page", "/voila/files/dashboards.ipynb", "/api/kernels", "/api/contents"):
        assert overview.page.request.get(site.url + path).status == 404
