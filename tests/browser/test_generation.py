"""The page of generation and carbon over the demo plant: its numbers are REST's, and memo figures stay apart."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from energy_workbench.figures.wording.words import amount, percent
from tests.browser.conftest import Visit
from tests.browser.edges import each_size, nothing_over
from tests.browser.plant import Plant

pytestmark = pytest.mark.browser


def shown(selector: str) -> str:
    return f".ew-stage > :not(.ew-hidden) {selector}"


def week(plant: Plant) -> str:
    """The seven days before today, which no longer change."""
    days = [row["start"][:10] for row in plant.get("/balance/over-time", period="last 8 days")["items"]]
    return f"{days[0]}/{days[-2]}"


def opened(plant: Plant, page: Page, query: str) -> None:
    page.goto(plant.open(f"generation?{query}"))
    page.wait_for_function(
        "() => document.querySelectorAll('.ew-stage > :not(.ew-hidden) .ew-chart.drawn .barlayer').length === 2"
    )


def test_numbers_are_those_of_rest_days_are_taken_along_and_nothing_comes_from_outside(
    plant: Plant, visit: Visit, tmp_path: Path
) -> None:
    page, period = visit.page, week(plant)
    opened(plant, page, f"period={period}")
    found = plant.get("/generation", period=period)
    cards = dict(
        zip(
            page.locator(shown(".ew-card span")).all_inner_texts(),
            page.locator(shown(".ew-card b")).all_inner_texts(),
            strict=True,
        )
    )
    assert cards["Grid import"] == amount(found["grid_import_kwh"], "kWh")
    assert cards["Grid export"] == amount(found["grid_export_kwh"], "kWh")
    assert cards["Diesel energy"] == amount(found["dg_kwh"], "kWh")
    assert cards["Run hours"] == amount(found["dg_run_hours"], "h")
    assert cards["Diesel burnt, estimated"] == amount(found["diesel_litres"], "L")
    assert cards["Solar energy"] == amount(found["solar_kwh"], "kWh")
    assert cards["Solar used on site"] == percent(found["solar_self_used_share"], 1)
    assert cards["Solar share"] == percent(found["solar_share"], 1)
    assert cards["Data"] == percent(found["completeness"], 1)
    scopes = page.locator(shown(".ew-emissions"))
    for key in ("scope1_kg", "scope2_location_kg", "scope2_market_kg"):
        expect(scopes.locator("table").first).to_contain_text(amount(found[key], "kg CO₂"))
    memo = scopes.locator(".ew-memo")
    expect(memo).to_contain_text(amount(found["avoided_kg"], "kg CO₂"))
    expect(memo.locator("tr").last).to_contain_text(amount(found["net_kg"], "kg CO₂"))
    expect(memo.locator("th")).to_have_count(2)
    expect(page.locator(shown(".ew-tall tbody tr"))).to_contain_text(amount(found["generators"][0]["litres"], "L"))
    expect(page.locator(shown(".ew-factors tbody tr"))).to_have_count(len(plant.get("/factors")["items"]))
    panel = page.locator(shown(".ew-panel"), has=page.get_by_role("heading", name="Carbon, day by day"))
    panel.locator(".ew-save > summary").click()
    with page.expect_download() as download:
        panel.get_by_role("button", name="Table (CSV)").click()
    download.value.save_as(tmp_path / "carbon.csv")
    with (tmp_path / "carbon.csv").open(encoding="utf-8-sig", newline="") as file:
        _, *taken = csv.reader(file)
    assert [(line[0], float(line[1]), float(line[2])) for line in taken] == [
        (day["day"], day["scope1_kg"], day["scope2_location_kg"]) for day in found["days"]
    ]
    outside = [url for url in visit.addresses if not url.startswith((plant.url, "blob:", "data:"))]
    assert outside == []
    assert visit.errors == []


def test_a_comparison_stands_in_the_address_and_beside_each_number_within_its_edges(plant: Plant, visit: Visit) -> None:
    page, period = visit.page, week(plant)
    opened(plant, page, f"period={period}")
    page.get_by_label("Compare with").select_option("previous")
    page.wait_for_url("**/generation?**compare=previous")
    expect(page.locator(shown(".ew-note"))).to_contain_text("Compared with")
    row = plant.get("/generation/comparison", period=period, against="previous")["items"][0]
    assert row["name"] == "grid_import_kwh"
    note = page.locator(shown(".ew-card small")).first
    expect(note).to_contain_text(f"{abs(row['change_percent']):.1f} % like days")
    expect(note).to_contain_text(f"{amount(row['before'], 'kWh')} before, totals {row['totals_percent']:+.1f} %")
    # It is the change that the grid's meter is told to have.
    told = plant.get("/consumption/comparison", meter="GRID", period=period)
    assert (row["change_percent"], row["totals_percent"]) == (told["change_percent"], told["totals_percent"])
    for _ in each_size(page):
        nothing_over(page, shown(".ew-card b"))
    page.get_by_label("Compare with").select_option("year")
    expect(page.locator(shown(".ew-note"))).to_contain_text("There are no data for")
    assert visit.errors == []
