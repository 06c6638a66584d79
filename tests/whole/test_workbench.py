"""From a fresh home to a living plant in the browser, on the API and in a report, with the network cut off."""

from __future__ import annotations

import errno
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from energy_workbench.domain.pages import AUDIT, VIEWED
from tests.chromium import ARGUMENTS
from tests.processes import children
from tests.waiting import eventually, patience
from tests.whole.conftest import Running, start

pytestmark = [pytest.mark.slow, pytest.mark.browser, pytest.mark.network_namespace]


@pytest.fixture(scope="module")
def page(workbench: Running, chromium: str) -> Iterator[Page]:
    with sync_playwright() as play:
        expect.set_options(timeout=patience(20) * 1000)
        browser = play.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        context = browser.new_context(viewport={"width": 1366, "height": 768})
        yield context.new_page()
        browser.close()


def test_only_loopback_is_there(network_cut):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # An address for documentation; a datagram socket sends nothing when it connects.
        assert probe.connect_ex(("198.51.100.1", 9)) == errno.ENETUNREACH


def test_history_is_there_when_the_api_first_answers(workbench):
    with workbench.rest("Manager") as rest:
        assert rest.get("/meters").json()["total"] == 92
        pattern = rest.get("/consumption/pattern", params={"meter": "MAIN", "days": 7, "every": "1h"}).json()
        assert len(pattern["points"]) == 168
        assert all(point["energy_kwh"] is not None for point in pattern["points"][:-1])
        assert pattern["total_kwh"] > 0
        assert 0 < pattern["load_factor"] <= 1


def test_meters_come_online_over_the_wire_and_their_values_are_seen_within_seconds(workbench):
    with workbench.rest("Manager") as rest:

        def online() -> bool:
            return rest.get("/meters/status-summary").json()["communication"].get("online", 0) >= 92

        eventually(online, "92 meters online")
        first = rest.get("/meters/MAIN/readings", params={"limit": 1}).json()["items"][-1]["ts"]
        latest = {"limit": 1}
        eventually(
            lambda: rest.get("/meters/MAIN/readings", params=latest).json()["items"][-1]["ts"] != first,
            "a newer value",
            20,
        )


def test_the_dashboard_shows_the_power_flow_and_stays_alive(workbench, page):
    elsewhere: list[str] = []
    page.on("request", lambda request: None if "//127.0.0.1:" in request.url else elsewhere.append(request.url))
    page.goto(workbench.link("Manager"))
    page.wait_for_selector(".sankey-link", timeout=patience(60) * 1000)
    expect(page.locator(".sankey-link").nth(20)).to_be_attached()
    text = page.locator("body").inner_text()
    assert re.search(r"\b92\b", text)
    before = page.locator("body").inner_text()
    eventually(lambda: page.locator("body").inner_text() != before, "a value on the dashboard that changes", 40)
    assert "Traceback" not in page.locator("body").inner_text()
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []


def test_the_managers_link_opens_nothing_that_can_write(workbench):
    link = httpx.URL(workbench.link("Manager"))
    with workbench.rest("Manager") as rest:
        answer = rest.post("/meters", json={"number": "X", "name": "X", "type": "other"})
        assert answer.status_code == 403
        assert answer.headers["content-type"].startswith("application/problem+json")
    lab = f"http://127.0.0.1:{workbench.environment['ENERGY_WORKBENCH_LAB_PORT']}"
    eventually(lambda: _status(f"{lab}/api/status") is not None, "JupyterLab")
    token = link.params["token"]
    assert _status(f"{lab}/api/kernels?token={token}") in (401, 403)
    dashboards = f"http://127.0.0.1:{workbench.environment['ENERGY_WORKBENCH_DASHBOARD_PORT']}"
    # Without a visit every address leads to the form that asks for a token; with one there is no such address.
    assert _status(f"{dashboards}/api/kernels") in (302, 401, 403, 404, 405)


def _status(url: str) -> int | None:
    try:
        return httpx.get(url, timeout=patience(10)).status_code
    except httpx.TransportError:
        return None


def test_every_page_answers(workbench, page):
    link = httpx.URL(workbench.link("Engineer"))
    for path in ("/", "/docs"):
        answer = page.goto(str(link.copy_with(path=path)))
        assert answer is not None
        assert answer.status == 200
        assert "Traceback" not in page.locator("body").inner_text()
    page.goto(str(link.copy_with(path="/meter-setup")))
    page.wait_for_selector(".jstree-node", timeout=patience(60) * 1000)
    expect(page.locator("body")).to_contain_text("GRID")
    page.goto(workbench.link("Manager"))
    page.wait_for_selector(".sankey-link", timeout=patience(60) * 1000)
    for shown in VIEWED[1:]:
        page.get_by_role("link", name=shown.title, exact=True).first.click()
        page.wait_for_function("title => document.querySelector('.ew-title h1').textContent === title", arg=shown.title)
        drawn = ".ew-changes" if shown is AUDIT else ".ew-chart.drawn"
        page.wait_for_function(f"document.querySelector('.ew-stage > :not(.ew-hidden) {drawn}')")
        assert page.locator(".ew-problem:visible").count() == 0
    with workbench.rest("Engineer") as rest:
        spec = rest.get(str(link.copy_with(path="/openapi.json", query=None))).json()
        assert "/api/Energy/meters" in spec["paths"]


def test_a_report_is_written_while_it_runs(workbench, chromium, tmp_path):
    month = time.strftime("%Y-%m", time.gmtime(time.time() - 31 * 86_400))
    command = [str(Path(sys.executable).parent / "energy-workbench"), "report", "monthly", "--period", month]
    done = subprocess.run(
        [*command, "--format", "html,pdf", "--out", str(tmp_path)],
        env=workbench.environment,
        capture_output=True,
        text=True,
        timeout=patience(180),
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / f"monthly-{month}.pdf").read_bytes().startswith(b"%PDF-")
    assert (tmp_path / f"monthly-{month}.html").stat().st_size > 10_000


def test_ctrl_c_ends_every_process_and_a_second_start_goes_on(workbench, home, ports):
    with workbench.rest("Manager") as rest:
        before = rest.get("/meters/MAIN/readings", params={"limit": 1}).json()["items"][-1]
    processes = [each.pid for each in children(workbench.process.pid, recursive=True)]
    assert len(processes) >= 6
    assert workbench.stop() == 0, workbench.output()
    eventually(lambda: not running(processes), lambda: f"the end of {running(processes)}", 10)
    again = start(home, ports)
    try:
        with again.rest("Manager") as rest:

            def newer():
                return rest.get("/meters/MAIN/readings", params={"limit": 1}).json()["items"][-1]

            after = eventually(lambda: (found := newer())["ts"] > before["ts"] and found, "a newer reading")
            counter = "energy_active_import"
            assert after["values"][counter] >= before["values"][counter]
    finally:
        again.stop()


def running(processes: list[int]) -> list[str]:
    """Command lines of those that have not ended."""
    found = []
    for pid in processes:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            command = Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
        except OSError:
            continue
        if state != "Z":
            found.append(command)
    return found
