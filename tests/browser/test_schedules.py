"""The page of scheduled reports as an editor meets it: the real service, a real kernel, a real Chromium."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from energy_workbench.client.workbench import RemoteWorkbench
from tests.browser.conftest import EDITOR, VIEWER, Visit, answers
from tests.browser.test_setup import called, process
from tests.conftest import free_ports
from tests.services.test_catalogue import notebook
from tests.waiting import eventually, patience
from tests.workbench.plant import make_home

pytestmark = pytest.mark.browser

PARAMETERS = """period: str = "last month"  # The period reported
top: int = 10  # How many boilers are shown
each_apart: bool = False  # A page for each boiler"""


@dataclass
class Editors:
    """A running service with its editors' pages."""

    service: str
    workbench: RemoteWorkbench


@pytest.fixture(scope="module")
def editors(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editors]:
    """Service and pages on free ports; no scheduler runs, so that only people change what is shown."""
    folder = tmp_path_factory.mktemp("schedules")
    found = make_home(folder / "home")
    found.notebooks_path.mkdir()
    notebook(found.notebooks_path / "boilers.ipynb", PARAMETERS, "1 + 1")
    service, editor = free_ports(2)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(folder / "home"),
        "ENERGY_WORKBENCH_PORT": str(service),
        "ENERGY_WORKBENCH_EDITOR_PORT": str(editor),
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
    }
    with ExitStack() as stack:
        running: list[subprocess.Popen[bytes]] = []
        for name, command in (("serve", "serve"), ("editor", "editor")):
            started = process(called("energy_workbench.cli.main", command), environment, folder / f"{name}.log")
            running.append(stack.enter_context(started))
        for url in (f"http://127.0.0.1:{service}", f"http://127.0.0.1:{editor}/login"):
            eventually(lambda url=url: answers(url) or any(p.poll() is not None for p in running), url)  # type: ignore[misc]
        workbench = RemoteWorkbench(f"http://127.0.0.1:{service}", token=EDITOR)
        yield Editors(f"http://127.0.0.1:{service}", workbench)
        workbench.close()


@pytest.mark.slow
def test_a_schedule_is_added_run_paused_and_deleted_on_the_page(editors: Editors, visit: Visit):
    page, wb = visit.page, editors.workbench
    page.goto(f"{editors.service}/schedules?token={EDITOR}")
    reports = page.locator(".ew-schedules")
    nothing = reports.get_by_text("Nothing is scheduled yet")
    expect(nothing).to_be_visible(timeout=patience(60) * 1000)
    reports.get_by_role("button", name="+ Add schedule").click()
    expect(reports.get_by_label("Name")).to_be_focused()
    page.keyboard.type("<i>Board</i> & friends")
    reports.get_by_label("Report", exact=True).select_option("boilers")
    reports.get_by_label("Each apart").check()
    expect(reports.get_by_label("Top")).to_have_attribute("placeholder", "10")
    reports.get_by_label("Top").fill("many")
    expect(reports.locator(".ew-wrong")).to_have_text("✕ is no whole number, such as 10")
    reports.get_by_label("Top").fill("5")
    expect(reports.locator(".ew-wrong")).to_have_count(0)
    reports.get_by_label("Mail to", exact=True).fill("anna")
    expect(reports.locator(".ew-field-recipients")).to_contain_text("'anna' is no mail address")
    expect(reports.locator(".ew-preview")).to_contain_text("At 06:00 on the first day of every month")
    reports.get_by_label("Mail to", exact=True).fill("anna@works.example de")
    expect(reports.locator(".ew-field-recipients .ew-wrong")).to_have_count(0)
    reports.get_by_role("button", name="Save schedule").click()
    expect(reports.locator(".ew-about h2")).to_have_text("<i>Board</i> & friends")
    (row,) = wb.schedules()
    assert (row["report"], row["parameters"]) == ("boilers", {"top": 5, "each_apart": True})
    assert row["recipients"] == [{"address": "anna@works.example", "language": "de"}]

    reports.get_by_role("button", name="Send now").first.click()
    expect(reports.get_by_role("button", name="Cancel", exact=True)).to_be_focused()
    reports.locator(".ew-ask:visible").get_by_role("button", name="Send now").click()
    expect(reports.locator(".ew-run")).to_contain_text("waits for its turn")
    reports.get_by_role("button", name="Cancel this run").click()
    expect(reports.locator(".ew-runs")).to_contain_text("cancelled by editor")

    reports.get_by_role("button", name="Pause").click()
    expect(reports.get_by_role("button", name="Resume")).to_be_visible()
    assert wb.schedules()[0]["paused"]
    reports.get_by_role("button", name="Delete").first.click()
    reports.locator(".ew-ask:visible").get_by_role("button", name="Delete").click()
    expect(nothing).to_be_visible()
    assert wb.schedules() == []

    # The other page of editors is the same app: changing it starts no kernel.
    reports.get_by_role("button", name="Meter setup").click()
    expect(page.locator(".ew-tree")).to_be_visible()
    page.wait_for_url(lambda url: "/meter-setup" in url)
    page.go_back()
    expect(reports).to_be_visible()
    assert visit.errors == []
