"""The page of changes over the demo plant: its rows are REST's, one is narrowed by a menu, and a meter leads here."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from energy_workbench.widgets.audit.model import ROWS
from tests.browser.conftest import Visit
from tests.browser.edges import WITH_PHONE, each_size, nothing_over
from tests.browser.plant import Plant

pytestmark = pytest.mark.browser
LINES = ".ew-stage > :not(.ew-hidden) .ew-changes tbody tr"


def test_changes_are_those_of_rest_and_lead_to_older_ones_and_to_a_meter(plant: Plant, visit: Visit) -> None:
    page = visit.page
    page.goto(plant.open("audit"))
    lines = page.locator(LINES)
    answer = plant.get("/audit", limit=ROWS, period="last 90 days")
    expect(lines).to_have_count(len(answer["items"]))
    for shown, row in zip(lines.all_inner_texts(), answer["items"], strict=True):
        assert row["by"] in shown
        assert (row["number"] or row["subject"]) in shown
    for _ in each_size(page, WITH_PHONE):
        nothing_over(page, f"{LINES} td")
    assert answer["total"] > ROWS
    expect(page.locator(".ew-pager:visible .ew-more")).to_contain_text(f"1 to {ROWS} of {answer['total']:,}")
    page.click(".ew-do-older")
    page.wait_for_url("**/audit?*page=2*")
    older = plant.get("/audit", limit=ROWS, offset=ROWS, period="last 90 days")["items"]
    expect(lines).to_have_count(len(older))
    expect(lines.first).to_contain_text(older[0]["number"] or older[0]["subject"])
    # Another choice begins at its newest change.
    counted = sum(
        count for action, count in plant.get("/audit/summary", period="last 90 days")["actions"].items()
        if action.startswith("meter.")
    )  # fmt: skip
    page.locator(".ew-stage > :not(.ew-hidden) .ew-bar select").nth(1).select_option(label=f"Meters ({counted:,})")
    page.wait_for_url("**/audit?*kind=meter*")
    meters = plant.get("/audit", limit=ROWS, action="meter", period="last 90 days")
    expect(page.locator(".ew-pager:visible .ew-more")).to_contain_text(f"of {meters['total']:,}")
    link = page.locator(f"{LINES} a.ew-go").first
    number = link.inner_text()
    link.click()
    page.wait_for_url(f"**/meter?*meter={number}*")
    assert visit.errors == []
