"""Pages on paper: A4, whole, with what they are about on them; and pictures of charts that say what they show."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from energy_workbench.domain.pages import GENERATION, LOSSES, OVERVIEW, PATTERNS
from tests.browser.conftest import Visit
from tests.browser.plant import Plant
from tests.browser.test_every_page import READY, SHOWN

pytestmark = pytest.mark.browser
A4 = (595, 842)
"""Width and height of a sheet [pt]."""
OVER = """() => [...document.querySelectorAll(
    ".ew-stage > :not(.ew-hidden) :is(.ew-panel, .ew-card, .ew-sheet svg, table)")]
  .filter((node) => node.checkVisibility() && node.getBoundingClientRect().right > innerWidth + 1)
  .map((node) => node.className.baseVal ?? node.className)"""
"""What is cut off at the right edge."""


def test_each_page_prints_on_a4_whole_and_says_what_it_is_about(plant: Plant, visit: Visit) -> None:
    page = visit.page
    page.goto(plant.open(f"{PATTERNS.name}?meter=MAIN&period=last%207%20days"))
    page.wait_for_function(READY)
    site = plant.get("/site")["name"]
    for each in (PATTERNS, OVERVIEW, LOSSES, GENERATION):
        if each is not PATTERNS:
            page.locator(".ew-menu").get_by_role("link", name=each.title, exact=True).click()
        page.wait_for_function("title => document.querySelector('.ew-title h1').textContent === title", arg=each.title)
        page.wait_for_function(READY)
        flows = page.locator(f"{SHOWN}.sankey-link").count()
        printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
        wide = each in (OVERVIEW, LOSSES)
        for sheet in printed.pages:
            size = tuple(round(float(edge)) for edge in (sheet.mediabox.width, sheet.mediabox.height))
            assert size == (A4[::-1] if wide else A4)
        # Long names of months take a second line.
        first = " ".join(printed.pages[0].extract_text().split())
        assert each.title in first
        subject = "whole site" if each is GENERATION else "MAIN"
        assert re.search(rf"{re.escape(site)} · {subject}.* · .*20\d\d · printed \d+ \w+ 20\d\d at \d\d:\d\d", first), (
            first
        )
        every = "".join(sheet.extract_text() for sheet in printed.pages)
        for button in ("Home", "Take", "All meters\n", "Energy of the period\n"):
            assert button not in every
        # As the printer lays it out: nothing is cut, and each chart is there as it is on the screen.
        page.set_viewport_size({"width": 1046 if wide else 718, "height": 700})
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert page.evaluate(OVER) == []
        assert page.locator(f"{SHOWN}.ew-sheet").count() == page.locator(f"{SHOWN}.ew-chart.drawn").count()
        assert page.locator(f"{SHOWN}.ew-sheet .sankey-link").count() == flows
        page.emulate_media(media="null")
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator(".ew-sheet").count() == 0
        page.set_viewport_size({"width": 1366, "height": 768})
    assert visit.errors == []


def test_a_picture_of_a_chart_is_named_by_what_it_shows(plant: Plant, visit: Visit, tmp_path: Path) -> None:
    page = visit.page
    page.goto(plant.open(f"{PATTERNS.name}?meter=UNIT-A&period=2026-11-02/2026-11-08"))
    page.wait_for_function(READY)
    page.evaluate("""() => {
      const draw = window.Plotly.toImage;
      window.Plotly.toImage = (figure, size) => { window.taken = figure.layout.title.text; return draw(figure, size); };
    }""")
    menu = page.locator(f"{SHOWN}.ew-save:visible").nth(1)
    menu.locator("summary").click()
    with page.expect_download() as download:
        menu.get_by_role("button", name="Picture (PNG)").click()
    name = download.value.suggested_filename
    assert re.fullmatch(r"Week-by-hour-UNIT-A.*-2026-11-02-2026-11-08\.png", name), name
    taken = page.evaluate("window.taken")
    assert taken.startswith("<b>Week by hour</b>")
    assert "UNIT-A" in taken
    assert "2 – 8 November 2026" in taken
