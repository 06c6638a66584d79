"""The setup page of a plant of very many meters: what is deep in the tree is found, and only few lines are drawn."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import expect

from energy_workbench.client.workbench import RemoteWorkbench
from tests.browser.conftest import EDITOR, VIEWER, Visit, answers
from tests.browser.edges import nothing_over
from tests.browser.test_setup import called, line, process, said
from tests.conftest import free_ports
from tests.waiting import eventually, patience

pytestmark = pytest.mark.browser
METERS, BOARDS = 3000, 30


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of the setup page of a plant with a grid, boards and a hundred machines below each."""
    folder = tmp_path_factory.mktemp("many")
    service, editor = free_ports(2)
    environment = {key: value for key, value in os.environ.items() if not key.startswith("ENERGY_WORKBENCH_")} | {
        "ENERGY_WORKBENCH_HOME": str(folder / "home"),
        "ENERGY_WORKBENCH_PORT": str(service),
        "ENERGY_WORKBENCH_EDITOR_PORT": str(editor),
        "ENERGY_WORKBENCH_TOKEN": EDITOR,
        "ENERGY_WORKBENCH_VIEWER_TOKEN": VIEWER,
    }
    lines = ["number,name,type,parent,gateway,unit_id,profile", "GRID,Supply,grid,,,,"]
    lines += [f"BOARD-{nth:02d},Board {nth},distribution,GRID,,," for nth in range(BOARDS)]
    for nth in range(METERS - BOARDS - 1):
        gateway = f"tcp://10.0.{nth // 250}.{nth % 250}:502"
        lines.append(f"M-{nth:04d},Machine {nth},machine,BOARD-{nth % BOARDS:02d},{gateway},1,eastron_sdm630")
    with ExitStack() as stack:
        for name in ("init", "serve", "editor"):
            log = folder / f"{name}.log"
            running = stack.enter_context(process(called("energy_workbench.cli.main", name), environment, log))
            if name == "init":
                assert running.wait(patience(60)) == 0
        address = f"http://127.0.0.1:{service}"
        eventually(lambda: answers(address + "/api/Energy/health"), "the service")
        eventually(lambda: answers(f"http://127.0.0.1:{editor}/login"), "the setup page")
        workbench = RemoteWorkbench(address, EDITOR)
        workbench.import_meters("\n".join(lines).encode(), "meters.csv", dry_run=False)
        yield f"http://127.0.0.1:{editor}/meter-setup?token={EDITOR}"


@pytest.mark.parametrize("width", [1366, 390])
def test_a_meter_deep_in_the_tree_is_found_chosen_and_moved(url: str, visit: Visit, width: int) -> None:
    page = visit.page
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(url)
    lines = page.locator(".ew-tree .jstree-anchor")
    expect(line(page, "GRID")).to_be_visible(timeout=patience(60) * 1000)
    expect(page.locator(".ew-card").first).to_contain_text("3,000")
    assert lines.count() < 100
    nothing_over(page, ".ew-card b, .ew-panel")
    page.get_by_label("Search").fill("machine 29")
    expect(page.locator(".ew-found")).to_contain_text("of 3,000 meters")
    page.get_by_label("Search").fill("M-2948")
    page.get_by_label("Search").press("Enter")
    expect(page.locator(".ew-meter h2")).to_contain_text("M-2948")
    page.click(".ew-do-clear")
    # Its way is open, and it is in sight; the other branches are not drawn.
    expect(line(page, "M-2948")).to_be_in_viewport()
    assert lines.count() < 400
    page.click(".ew-do-move")
    picker = page.get_by_label("New parent (empty: top of the tree)")
    picker.fill("board-1")
    eventually(lambda: page.locator("datalist option[value='BOARD-17']").count() == 1)
    assert page.locator("datalist option").count() < 200
    picker.fill("BOARD-07")
    page.click(".ew-do-confirm")
    said(page, "moved below BOARD-07")
    expect(page.locator(".ew-trail")).to_contain_text("BOARD-07 ›")
    page.click(".ew-do-undo")
    said(page, "Undone")
    page.click(".ew-do-gateways")
    expect(page.locator(".ew-gateways")).to_contain_text("The first 200 of 2,969 are listed")
    page.locator(".ew-gateways").get_by_label("Find").fill("10.0.11.")
    expect(page.locator(".ew-gateways tbody tr")).to_have_count(200)
    page.locator(".ew-gateways").get_by_label("Find").fill("10.0.11.218:")
    expect(page.locator(".ew-gateways tbody tr")).to_have_count(1)
    nothing_over(page, ".ew-card b, .ew-panel")
    assert visit.errors == []
