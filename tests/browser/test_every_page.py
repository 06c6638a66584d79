"""What holds for every page of the viewers' app, over the demo plant."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from energy_workbench.domain.pages import OVERVIEW, VIEWED
from tests.browser.conftest import VIEWER, Visit, dashboards, leave
from tests.browser.plant import Plant
from tests.browser.watched import Watched
from tests.conftest import free_ports
from tests.waiting import eventually, patience
from tests.widgets.stand_in import Service, StandIn

pytestmark = pytest.mark.browser
SHOWN = ".ew-stage > :not(.ew-hidden) "
READY = f"""() => {{
  const charts = [...document.querySelectorAll("{SHOWN}.ew-chart")];
  return charts.length && charts.every((chart) => chart.classList.contains("drawn"));
}}"""
PNG = b"\x89PNG\r\n\x1a\n"
CHARTS = {"meter-dashboard": 3, "patterns": 6, "losses": 3, "generation": 2, "meter": 2, "data-quality": 1}
"""Charts that can be taken along, of the pages that draw some."""


def test_every_chart_is_taken_along_and_printed_and_none_of_its_buttons_leads_out(
    plant: Plant, watched: Watched, tmp_path: Path
) -> None:
    page, clicked = watched.page, {}
    page.goto(plant.open(f"{OVERVIEW.name}?meter=MAIN&flow=period&period=last%207%20days"))
    page.wait_for_function(READY)
    for each in (page for page in VIEWED if page.name in CHARTS):
        if each is not OVERVIEW:  # opened with the flow of a period: nothing is measured now
            page.locator(".ew-menu").get_by_role("link", name=each.title, exact=True).click()
        page.wait_for_function("title => document.querySelector('.ew-title h1').textContent === title", arg=each.title)
        page.wait_for_function(READY)
        menus = page.locator(f"{SHOWN}.ew-save:visible")
        expect(menus).to_have_count(CHARTS[each.name])
        for at in range(menus.count()):
            for kind in ("Picture (PNG)", "Table (Excel)"):
                menus.nth(at).locator("summary").click()
                with page.expect_download() as download:
                    menus.nth(at).get_by_role("button", name=kind).click()
                name = download.value.suggested_filename
                file = tmp_path / f"{each.name}-{at}{Path(name).suffix}"
                download.value.save_as(file)
            assert file.with_suffix(".png").read_bytes().startswith(PNG)
            assert file.with_suffix(".png").stat().st_size > 5_000, name
            sheet = load_workbook(file.with_suffix(".xlsx")).active
            assert sheet is not None
            assert sheet.max_row > 2, name
        page.emulate_media(media="print")
        assert not page.locator(".ew-menu nav").is_visible()
        assert page.locator(f"{SHOWN}.ew-chart").first.is_visible()
        page.emulate_media(media="screen")
        clicked[each.name] = watched.click_all(f"{SHOWN}.ew-chart")
        page.wait_for_function(READY)
    assert clicked["losses"] > 0
    watched.stayed()
    # Each of them says what the policy refuses.
    assert watched.errors == []


COMING_BACK = {"meter-dashboard": "&detail=all", "losses": "", "meter": ""}
"""The overview with a choice of its own, a page of intervals and a live one."""


def test_pages_say_that_their_server_is_away_and_come_back_as_they_were_after_it_restarts(
    plant: Plant, visit: Visit, tmp_path: Path
) -> None:
    port = free_ports(1)[0]
    service = Service(str(plant.rest.base_url.copy_with(path="/")).rstrip("/"), StandIn())
    context, pages = visit.page.context, {}
    for name in ("first", "second"):
        # The service lets in only servers of its own home.
        (tmp_path / name).mkdir()
        shutil.copy2(plant.home / "machine.token", tmp_path / name)
    with dashboards(tmp_path / "first", service, port) as site:
        for name, more in COMING_BACK.items():
            page = pages[name] = context.new_page()
            page.set_default_timeout(patience(60) * 1000)
            page.goto(f"{site.url}/{name}?token={VIEWER}&meter=UNIT-A&period=yesterday{more}")
            page.wait_for_function(READY)
            page.evaluate("window.before = true")
    for page in pages.values():
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_selector("body.ew-silent")
        # What was shown stays.
        assert page.locator(f"{SHOWN}.ew-chart.drawn").count()
    with dashboards(tmp_path / "second", service, port) as site:
        for name, page in pages.items():
            page.wait_for_function("!window.before && document.querySelector('.ew-stage')")
            page.wait_for_function(READY)
            address = f"{site.url}/{name}?meter=UNIT-A&period=yesterday{COMING_BACK[name]}"
            page.wait_for_url(lambda url, address=address: url == address)
            assert page.locator(".ew-finder input").input_value().startswith("UNIT-A")
        leave(context)
        eventually(lambda: len(site.kernels()) <= 2, "the kernels of closed pages to end")
