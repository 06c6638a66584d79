"""Pages of several sites as their readers meet them: real service, real pages, a real Chromium."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.runtime import settings
from tests.browser.conftest import Dashboards, Visit, dashboards
from tests.sites.conftest import add_history, make_installation
from tests.waiting import patience
from tests.widgets.stand_in import Service, StandIn
from tests.workbench.served import served

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Dashboards, str]]:
    """Pages of an installation of two sites, and a token for both."""
    home: Path = tmp_path_factory.mktemp("several") / "home"
    base = make_installation(home)
    add_history(base)
    with served(settings.load_base(home)) as url, dashboards(home, Service(url, StandIn())) as pages:
        yield pages, tokens_of(base).viewer
    shutil.rmtree(home)


def test_a_page_is_about_the_site_in_its_address_and_leads_to_the_others(
    several: tuple[Dashboards, str], visit: Visit
) -> None:
    pages, token = several
    page = visit.page
    page.goto(f"{pages.url}/meter-dashboard?site=kolkata&period=2026-10-11&token={token}")
    line = page.locator(".ew-sites")
    expect(line.locator("b")).to_have_text("Kolkata", timeout=patience(60) * 1000)
    expect(page.locator(".ew-menu b")).to_have_text("Kolkata")
    expect(page.locator(".ew-cards")).to_contain_text("960")
    # Within the page the site stays.
    page.locator(".ew-menu a", has_text="Patterns").click()
    page.wait_for_url("**/patterns?*site=kolkata*")
    # The same page of another site is opened anew.
    page.goto(f"{pages.url}/meter-dashboard?site=kolkata&period=2026-10-11")
    expect(line.locator("b")).to_have_text("Kolkata")
    line.locator("a", has_text="Berlin").click()
    page.wait_for_url("**/meter-dashboard?*site=berlin*")
    expect(page.locator(".ew-menu b")).to_have_text("Berlin")
    # Out of the page too.
    page.locator(".ew-home").click()
    page.wait_for_url(lambda address: address == f"{pages.service.url}/?site=berlin")
    expect(page.locator("header")).to_contain_text("Berlin")
    assert visit.errors == []
