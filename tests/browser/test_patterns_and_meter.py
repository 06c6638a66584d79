"""Patterns and Meter as their readers meet them: the plant's past, the real service, Voilà and a real Chromium."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import Error, Page, expect

from energy_workbench.figures.wording.words import amount, moment, percent
from tests.browser.conftest import Visit
from tests.browser.edges import each_size, nothing_over
from tests.browser.plant import Plant
from tests.waiting import patience

HISTORY = ".ew-panel:visible:has(h2:text-matches('over time|History')) >> nth=0"
DRAWN = """() => {
  const shown = [...document.querySelectorAll('.ew-plot')].filter(n => n.offsetParent && n.data);
  const plot = shown.find(n => /over time|History/.test(n.closest('.ew-panel').querySelector('h2').textContent));
  if (!plot) return null;
  return {title: plot.layout.yaxis.title.text, range: plot._fullLayout.xaxis.range,
    data: plot.data.map(trace => ({name: trace.name, x: trace.x, y: trace.y}))};
}"""


def drawn(page: Page, title: str) -> dict[str, Any]:
    """The history that the page shows, once its axis is named so."""
    page.wait_for_function(
        f"title => {{ const found = ({DRAWN})(); return found && found.title === title; }}", arg=title
    )
    found: dict[str, Any] = page.evaluate(DRAWN)
    return found


def trace(found: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in found["data"] if each["name"] == name)


def card(page: Page, label: str) -> str:
    return page.locator(f".ew-card:visible:has(span:text-is('{label}')) b").inner_text()


def zoomed_out(page: Page, title: str) -> dict[str, Any]:
    """The history after a double-click: again where a busy machine took two clicks for two, as a reader would."""
    area = page.locator(HISTORY).locator(".nsewdrag").first
    for _ in range(5):
        box = area.bounding_box()
        assert box is not None
        page.mouse.dblclick(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        try:
            page.wait_for_function(f"title => ({DRAWN})()?.title === title", arg=title, timeout=patience(5) * 1000)
            break
        except Error:
            continue
    return drawn(page, title)


def zoom(page: Page, first: float, last: float) -> None:
    """Drag over that part of the history."""
    panel = page.locator(HISTORY)
    panel.scroll_into_view_if_needed()
    box = panel.locator(".nsewdrag").first.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + first * box["width"], y)
    page.mouse.down()
    page.mouse.move(box["x"] + (first + last) / 2 * box["width"], y, steps=3)
    page.mouse.move(box["x"] + last * box["width"], y, steps=3)
    page.mouse.up()


def test_the_numbers_of_patterns_are_those_of_rest(plant: Plant, visit: Visit) -> None:
    page = visit.page
    page.goto(plant.open("patterns?meter=UNIT-A&period=last+week&compare=previous&every=1d"))
    found = drawn(page, "kWh per day")
    told = plant.get("/consumption/pattern", meter="UNIT-A", period="last week", every="1d")
    bars = trace(found, "used")
    assert bars["y"] == pytest.approx([point["energy_kwh"] for point in told["points"]], rel=1e-3)
    assert card(page, "Energy used") == amount(told["total_kwh"], "kWh")
    assert card(page, "Maximum demand") == amount(told["peak_kw"], "kW")
    assert card(page, "Load factor") == percent(told["load_factor"])
    shape = plant.get("/consumption/pattern", meter="UNIT-A", period="last week", by="duration")
    assert card(page, "Base load") == amount(shape["base_kw"], "kW")
    assert card(page, "Mean load") == amount(told["mean_load_kw"], "kW")
    beside = plant.get("/consumption/comparison", meter="UNIT-A", period="last week", every="1d")
    assert card(page, "Change") == f"{beside['change_percent']:+.1f} %"
    assert card(page, "Energy before") == amount(beside["before_kwh"], "kWh")
    (before,) = (each for each in found["data"] if each["name"].startswith("before"))
    assert before["y"] == pytest.approx([row["before_kwh"] for row in beside["items"]], rel=1e-3)
    month = plant.get("/demand", meter="UNIT-A", period=told["points"][0]["start"][:7])["items"][0]
    row = page.locator(".ew-months tbody tr").last.inner_text()
    assert amount(month["maximum"], "kW") in row
    assert moment(month["at"]) in row
    assert month["children"][0]["number"] in row
    assert visit.errors == []
    assert [url for url in visit.addresses if not url.startswith((plant.url, "blob:", "data:"))] == []


def test_a_zoom_shows_more_and_out_again_shows_all(plant: Plant, visit: Visit) -> None:
    page = visit.page
    page.goto(plant.open("patterns?meter=UNIT-A&period=last+week"))
    whole = drawn(page, "kWh per hour")
    zoom(page, 0.4, 0.6)
    quarters = drawn(page, "kWh per 15 minutes")
    first, last = quarters["range"]
    assert whole["range"][0] < first < last < whole["range"][1]
    zoom(page, 0.4, 0.5)
    raw = drawn(page, "kW, each reading")
    assert first < raw["range"][0] < raw["range"][1] < last
    assert all(len(each["x"]) <= 2000 for found in (whole, quarters, raw) for each in found["data"])
    start, end = (edge.replace(" ", "T")[:19] + "+05:30" for edge in raw["range"])
    told = plant.get("/meters/UNIT-A/readings", **{"from": start, "to": end, "scaled": True, "limit": 1000})
    shown = dict(zip(raw["data"][0]["x"], raw["data"][0]["y"], strict=True))
    for reading in told["items"]:
        assert shown[reading["ts"][:19]] == pytest.approx(reading["values"]["active_power_total"], rel=1e-3)
    assert zoomed_out(page, "kWh per hour")["data"] == whole["data"]
    assert visit.errors == []


def test_choices_are_in_the_address_a_link_leads_to_the_meter_and_nothing_runs_over_its_edge(
    plant: Plant, visit: Visit
) -> None:
    page = visit.page
    page.goto(plant.open("patterns?meter=MAIN"))
    drawn(page, "kWh per hour")
    page.get_by_role("button", name="kVA").click()
    page.wait_for_url("**/patterns?meter=MAIN&unit=kva")
    page.wait_for_function("document.querySelector('.ew-months').textContent.includes('kVA')")
    loaded = len([url for url in visit.addresses if "/patterns" in url])
    page.locator(".ew-months a.ew-go", has_text="PMD").first.click()
    page.wait_for_url("**/patterns?meter=PMD*")
    page.wait_for_function("[...document.querySelectorAll('h2')].some(n => n.textContent.startsWith('PMD '))")
    page.locator(".ew-menu a", has_text="Meter").click()
    page.wait_for_url("**/meter?meter=PMD*")
    page.wait_for_function("document.querySelector('.ew-path')?.textContent.includes('PMD')")
    assert len([url for url in visit.addresses if "/patterns" in url]) == loaded  # the same page all along
    drawn(page, "kWh per hour")
    for selector in (".ew-values:visible", ".ew-months:visible"):
        page.wait_for_selector(selector)
        for _ in each_size(page):
            nothing_over(page, ".ew-card b, .ew-card small, .ew-panel, .ew-bar, .ew-values")
        page.locator(".ew-menu a", has_text="Patterns").click()


def test_what_a_meter_measures_is_shown_by_itself_and_a_zoom_stays(plant: Plant, visit: Visit) -> None:
    page, number = visit.page, "UNIT-A-MACHINE-01"
    page.goto(plant.open(f"meter?meter={number}&period=last+week"))
    drawn(page, "kWh per hour")
    page.wait_for_selector(".ew-phases")
    zoom(page, 0.4, 0.6)
    at = drawn(page, "kWh per 15 minutes")["range"]
    before = visit.received
    now = datetime.now(UTC)
    values = {"active_power_total": 1.234, "voltage_l1_n": 233.4, "frequency": 50.02}
    answer = plant.rest.post(f"/meters/{number}/readings", json={"ts": now.isoformat(), "values": values})
    assert answer.status_code == 201, answer.text
    (told,) = plant.get(f"/meters/{number}/readings", limit=1, scaled=True)["items"]
    power = told["values"]["active_power_total"]
    meter = plant.get(f"/meters/{number}")
    assert meter["ratio_applied_by"] == "workbench"
    ratio = meter["ct_primary"] / meter["ct_secondary"] * meter["pt_primary"] / meter["pt_secondary"]
    assert power == pytest.approx(1.234 * ratio)
    shown = f"{power:,.2f}"
    page.wait_for_function("text => document.querySelector('.ew-phases').textContent.includes(text)", arg=shown)
    expect(page.locator(".ew-phases")).to_contain_text("50.02")
    assert visit.received - before < 20_000
    expect(page.locator(".ew-h .ew-age")).to_have_text(re.compile(r"\d s ago$"))  # comes with a word of its own
    age = page.locator(".ew-h .ew-age").inner_text()
    page.wait_for_function("old => document.querySelector('.ew-h .ew-age').textContent !== old", arg=age)
    assert page.evaluate(DRAWN)["range"] == at
    assert visit.errors == []
