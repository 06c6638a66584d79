"""The page of losses over the demo plant: its numbers are REST's, and a click leads down and back up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from energy_workbench.figures.wording import losses
from energy_workbench.figures.wording.words import amount
from tests.browser.conftest import Visit
from tests.browser.edges import WITH_PHONE, each_size, nothing_over
from tests.browser.plant import Plant

pytestmark = pytest.mark.browser
CROSSINGS = """() => {
  // Ends of flows of one node, from top to bottom, must be in the order in which the flows leave it.
  const found = [];
  for (const group of document.querySelectorAll('.ew-stage > :not(.ew-hidden) g.sankey')) {
    for (const node of group.__data__.graph.nodes) {
      const ends = [...node.sourceLinks].sort((a, b) => a.y0 - b.y0).map((link) => link.target.y0);
      if (ends.some((end, at) => at && end < ends[at - 1])) found.push(node.label);
    }
  }
  return found;
}"""


def shown(selector: str) -> str:
    return f".ew-stage > :not(.ew-hidden) {selector}"


def opened(plant: Plant, page: Page, query: str) -> None:
    page.goto(plant.open(f"losses?{query}"))
    page.wait_for_selector(shown(".sankey-node"))
    page.wait_for_selector(shown(".ew-chart.drawn .barlayer .point"))


def test_numbers_are_those_of_rest_ranked_by_energy_or_by_share_taken_along_and_nothing_comes_from_outside(
    plant: Plant, visit: Visit, tmp_path: Path
) -> None:
    page = visit.page
    opened(plant, page, "period=yesterday")
    rows = {row["number"]: row for row in plant.get("/balance", period="yesterday")["items"]}
    cards = page.locator(shown(".ew-card"))
    expect(cards).to_have_count(7)
    for at, key in enumerate(("supply_kwh", "demand_kwh")):
        expect(cards.nth(at).locator("b")).to_have_text(amount(rows["GRID"][key], "kWh"))
    expect(cards.nth(2).locator("b")).to_have_text(losses.loss(rows["GRID"]))
    hot = [number for number, row in rows.items() if row["verdict"] == "hotspot"]
    assert hot
    expect(cards.nth(5).locator("b")).to_have_text(str(len(hot)))
    for number, row in rows.items():
        line = page.locator(shown(".ew-list tbody tr"), has=page.get_by_role("link", name=number, exact=True))
        expect(line).to_contain_text(losses.loss(row))
        expect(line).to_contain_text(losses.share(row))
        expect(line).to_contain_text(row["reason"])
    first = page.locator(shown(".ew-list tbody tr")).first
    assert first.locator("th a").inner_text() == max(hot, key=lambda number: float(rows[number]["loss_kwh"]))
    assert page.evaluate(CROSSINGS) == []
    page.get_by_role("button", name="% of the supply").click()
    page.wait_for_url("**/losses?period=yesterday&by=percent")
    expect(page.locator(shown("td[aria-sort]"))).to_contain_text("% of supply")
    ranked = [
        row["number"]
        for row in sorted(rows.values(), key=lambda row: -row["loss_percent"])
        if row["verdict"] == "hotspot"
    ]
    links = page.locator(shown(".ew-list tbody th a"))
    assert links.all_inner_texts()[: len(ranked)] == ranked
    panel = page.locator(shown(".ew-panel"), has=page.get_by_role("heading", name="Largest losses"))
    panel.locator(".ew-save > summary").click()
    with page.expect_download() as download:
        panel.get_by_role("button", name="Table (CSV)").click()
    download.value.save_as(tmp_path / "losses.csv")
    with (tmp_path / "losses.csv").open(encoding="utf-8-sig", newline="") as file:
        taken = {line[0]: line for line in csv.reader(file)}
    assert "Loss [kWh]" in taken["Node"]
    at = taken["Node"].index("Loss [kWh]")
    assert {row["number"]: float(taken[row["number"]][at]) for row in rows.values()} == {
        row["number"]: row["loss_kwh"] for row in rows.values()
    }
    outside = [url for url in visit.addresses if not url.startswith((plant.url, "blob:", "data:"))]
    assert outside == []
    assert visit.errors == []


def test_a_click_leads_down_and_the_path_back_up(plant: Plant, visit: Visit) -> None:
    page = visit.page
    opened(plant, page, "period=yesterday&depth=2")
    page.locator(shown(".sankey-node"), has_text="UTILITIES").locator(".node-rect").click()
    page.wait_for_url("**/losses?meter=UTILITIES&period=yesterday&depth=2")
    path = page.locator(shown(".ew-path"))
    expect(path.locator("b")).to_have_text("UTILITIES")
    expect(page.locator(shown(".sankey-node"), has_text="from MAIN")).to_be_visible()
    day = plant.get("/balance/over-time", meter="UTILITIES", period="yesterday", every="1d")["items"][0]
    expect(page.locator(shown(".ew-card b")).nth(2)).to_have_text(losses.loss(day))
    path.get_by_role("link", name="MAIN").click()
    page.wait_for_url("**/losses?meter=MAIN&depth=2&period=yesterday")
    expect(path.locator("b")).to_have_text("MAIN")
    page.reload()
    expect(page.locator(shown(".ew-path b"))).to_have_text("MAIN")
    page.go_back()
    expect(page.locator(shown(".ew-path b"))).to_have_text("UTILITIES")
    assert visit.errors == []


def test_nothing_runs_over_its_edge(plant: Plant, visit: Visit) -> None:
    page = visit.page
    opened(plant, page, "period=last%207%20days&meter=MAIN")
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, shown(".ew-card b"))
        assert page.evaluate(CROSSINGS) == []
