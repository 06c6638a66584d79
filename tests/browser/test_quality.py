"""The page of data quality over the demo plant: its numbers are REST's, and the calendar leads to a meter."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from energy_workbench.figures.completeness import STEPS
from energy_workbench.figures.wording.words import amount, percent
from tests.browser.conftest import Visit
from tests.browser.edges import WITH_PHONE, each_size, nothing_over
from tests.browser.plant import Plant

pytestmark = pytest.mark.browser
SHOWN = ".ew-stage > :not(.ew-hidden) "
WHOLE = STEPS[-1]


def opened(plant: Plant, page: Page, query: str) -> None:
    page.goto(plant.open(f"data-quality?{query}"))
    page.wait_for_selector(f"{SHOWN}.ew-chart.drawn")


def test_numbers_are_those_of_rest_within_their_edges_and_nothing_comes_from_outside(
    plant: Plant, visit: Visit
) -> None:
    page = visit.page
    opened(plant, page, "period=last%2030%20days&meters=all")
    rest = plant.get("/completeness", period="last 30 days")
    items = [item for item in rest["items"] if item["status"] != "inactive"]
    shares = [share for item in items for share in item["complete"]]
    short = sum(any(share < WHOLE for share in item["complete"]) for item in items)
    findings = plant.get("/findings", period="last 30 days", limit=200)["items"]
    cards = page.locator(f"{SHOWN}.ew-card b")
    expect(cards.nth(0)).to_have_text(percent(sum(shares) / len(shares), 2))
    expect(cards.nth(1)).to_have_text(amount(short))
    expect(cards.nth(4)).to_have_text(f"{amount(len(findings))}{'+' if len(findings) >= 200 else ''}")
    expect(cards.nth(5)).to_have_text(amount(len(plant.get("/review")["items"])))
    drawn = page.evaluate("""() => {
      const [trace] = document.querySelector('.ew-stage > :not(.ew-hidden) .ew-plot').data;
      return {meters: trace.z.length, days: trace.x.length};
    }""")
    assert drawn == {"meters": len(items), "days": len(rest["days"])}
    rows = page.locator(f"{SHOWN}.ew-findings tbody tr")
    expect(rows).to_have_count(len(findings) + len(plant.get("/review")["items"]))
    for finding in findings[:3]:
        assert finding["number"] in rows.all_inner_texts()[findings.index(finding)]
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, f"{SHOWN}.ew-card b")
    outside = [url for url in visit.addresses if not url.startswith((plant.url, "blob:", "data:"))]
    assert outside == []
    assert visit.errors == []


def test_another_meter_and_period_stand_in_the_address_and_in_the_calendar(plant: Plant, visit: Visit) -> None:
    page = visit.page
    opened(plant, page, "meters=all")
    page.fill(".ew-finder input", "UNIT-B")
    page.keyboard.press("Enter")
    page.wait_for_url("**/data-quality?meter=UNIT-B&meters=all")
    rows = f"document.querySelector('{SHOWN}.ew-plot').data[0]"
    page.wait_for_function(f"{rows}.z.length === 1 && {rows}.x.length === 30")
    page.locator(".ew-choose > summary").click()
    page.locator(".ew-words").get_by_role("button", name="Last 7 days").click()
    page.wait_for_function(f"{rows}.z.length === 1 && {rows}.x.length === 7")
    page.wait_for_url(lambda url: "period=last+7+days" in url)
    page.reload()
    page.wait_for_function(f"document.querySelector('{SHOWN}.ew-plot')?.data && {rows}.x.length === 7")
    assert visit.errors == []
