"""Pages of the service with several sites: the front page lists them, and one compares them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.registry import Registry, StateStore
from energy_workbench.runtime import settings
from energy_workbench.runtime.settings import Settings
from tests.api.test_pages import opened


@pytest.fixture
def browser(measured: Settings) -> Iterator[TestClient]:
    """A browser without a token."""
    with TestClient(create_app(measured), base_url="http://127.0.0.1:3000", follow_redirects=False) as client:
        yield client


def test_the_front_page_lists_the_sites_and_leads_to_each(measured: Settings, browser: TestClient) -> None:
    front = opened(browser, tokens_of(measured).viewer).text
    for link in ("/?site=berlin", "/?site=kolkata", "/sites"):
        assert f'href="{link}"' in front
    assert "collector.kolkata" in front
    state = StateStore(settings.load(site="kolkata").state_url)
    state.heartbeat("collector", "2 meters")
    state.close()
    kolkata = browser.get("/?site=kolkata").text
    assert 'href="/meter-dashboard?site=kolkata"' in kolkata
    assert 'url=/?site=kolkata"' in kolkata
    assert 'collector.kolkata</td><td class="good">running' in kolkata
    assert "<td>collector</td>" not in kolkata
    assert "<td>service</td>" in kolkata


def test_a_page_that_needs_a_site_asks_which(measured: Settings, browser: TestClient) -> None:
    asked = opened(browser, tokens_of(measured).viewer, "/meter-dashboard?period=today").text
    assert 'href="/meter-dashboard?period=today&amp;site=kolkata"' in asked
    assert 'href="/reports?site=berlin"' in browser.get("/reports").text
    led = browser.get("/meter-dashboard?period=today&site=kolkata")
    assert led.headers["location"] == "http://127.0.0.1:8866/meter-dashboard?period=today&site=kolkata"
    assert "there is no site" in browser.get("/meter-dashboard?site=paris", headers={"Accept": "text/html"}).text


def test_the_id_of_a_meter_leads_to_its_site(measured: Settings, browser: TestClient) -> None:
    """So does the code on a meter, whenever it was printed."""
    opened(browser, tokens_of(measured).viewer)
    for meter, site in (("mtr_1", "berlin"), ("mtr_1000002", "kolkata")):
        led = browser.get(f"/meter?meter={meter}")
        assert led.headers["location"].endswith(f"/meter?meter={meter}&site={site}")
    for meter in ("MAIN", "mtr_2000001", "mtr_99999999999999999999"):
        assert "Which site?" in browser.get(f"/meter?meter={meter}").text


def test_who_may_see_one_site_is_led_to_it(measured: Settings, browser: TestClient) -> None:
    registry = Registry(measured.registry_url)
    token = registry.create_token("asha", "viewer", sites=["kolkata"])
    registry.close()
    front = opened(browser, token).text
    assert "Kolkata" in front
    assert "Berlin" not in front
    led = browser.get("/meter-dashboard?period=today")
    assert led.headers["location"].endswith("/meter-dashboard?period=today&site=kolkata")
    assert browser.get("/meter-dashboard?site=berlin", headers={"Accept": "text/html"}).status_code == 403
    assert browser.get("/meter-setup?site=kolkata").status_code == 403
    compared = browser.get("/sites").text
    assert "Kolkata" in compared
    assert "Berlin" not in compared


def test_the_sites_are_compared_each_in_its_own_day(measured: Settings, browser: TestClient) -> None:
    page = opened(browser, tokens_of(measured).viewer, "/sites").text
    for text in (
        "2026-10-12 00:00 +02:00", "2026-10-13 00:00 +05:30", "2,250 kWh", "80 kWh", "Europe/Berlin, EUR",
        "Asia/Kolkata, INR", "Each site in its own days",
    ):  # fmt: skip
        assert text in page
    assert 'href="/meter-dashboard?site=kolkata&amp;period=today"' in page
    yesterday = browser.get("/sites?period=2026-10-11").text
    assert "2,400 kWh" in yesterday
    assert "960 kWh" in yesterday
    assert "10.0 %" in yesterday
    wrong = browser.get("/sites?period=%3Cb%3E").text
    assert 'role="alert"' in wrong
    assert "&lt;b&gt;" in wrong
    assert "<b>&" not in wrong


def test_a_site_that_cannot_be_opened_is_told_beside_the_others(measured: Settings, browser: TestClient) -> None:
    (settings.load(site="kolkata").home / "registry.db").unlink()
    page = opened(browser, tokens_of(measured).viewer, "/sites").text
    assert "2,250 kWh" in page
    assert "energy-workbench init" in page
    assert 'href="/?site=berlin"' in browser.get("/").text
