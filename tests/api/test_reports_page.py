"""The page of the reports that were written: viewers list, filter, open and download them."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.services.test_written import FIRST, write


@pytest.fixture
def shown(home: Settings, nobody: TestClient) -> TestClient:
    """A viewer's browser, and thirty reports of which the newest has a name that is HTML."""
    folder = home.reports_path
    for day in range(29):
        write(folder, f"daily-2026-09-{day + 1:02}", "html", at=FIRST + timedelta(days=day), period="2026-09-05")
    write(folder, "monthly-2026-09", "html", "pdf", "xlsx", at=FIRST + timedelta(days=90), title="<b>Monthly</b>")
    nobody.get(f"/?token={tokens_of(home).viewer}")
    return nobody


def test_the_archive_asks_for_a_token(nobody: TestClient) -> None:
    for address in ("/reports", "/reports/rpt_1/html"):
        assert nobody.get(address).status_code == 401


def test_a_viewer_sees_the_newest_first_and_pages_through(shown: TestClient) -> None:
    first = shown.get("/reports").text
    assert "1 – 25 of 30 reports" in first
    assert "&lt;b&gt;Monthly&lt;/b&gt;" in first
    assert "<b>Monthly" not in first
    assert first.index("Monthly") < first.index("Daily-2026-09-29") < first.index("Daily-2026-09-28")
    assert "5 September 2026" in first
    assert 'href="/reports?offset=25">Older' in first
    second = shown.get("/reports?offset=25").text
    assert "26 – 30 of 30 reports" in second
    assert 'href="/reports">‹ Newer' in second
    for page in (first, second):
        assert '<a class="home" href="/">' in page


def test_the_filter_stays_in_the_address_and_says_when_there_is_nothing(shown: TestClient) -> None:
    found = shown.get("/reports?" + urlencode({"q": "daily 2026-09", "report": "daily"})).text
    assert "1 – 25 of 29 reports" in found
    assert "/reports?q=daily+2026-09&amp;report=daily&amp;offset=25" in found
    assert '<option value="daily" selected>' in found
    for asked in ({"q": "no such"}, {"schedule": "gone"}, {"complete": "no"}):
        assert "No report is like this." in shown.get("/reports?" + urlencode(asked)).text


def test_a_report_is_opened_as_a_stranger_and_its_files_are_downloaded(shown: TestClient) -> None:
    row = shown.get(f"{API}/reports/written?report=monthly").json()["items"][0]
    page = shown.get("/reports").text
    opened = shown.get(f"/reports/{row['id']}/html")
    assert f'href="/reports/{row["id"]}/html"' in page
    assert (opened.status_code, opened.headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = opened.headers["content-security-policy"]
    assert policy.startswith("sandbox allow-scripts")
    assert "allow-same-origin" not in policy
    for kind in ("pdf", "xlsx"):
        address = f"{API}/reports/written/{row['id']}/files/{kind}"
        assert f'href="{address}"' in page
        assert shown.get(address).headers["content-disposition"] == (
            f"attachment; filename*=UTF-8''monthly-2026-09.{kind}"
        )


def test_a_report_that_is_gone_is_told_as_a_page(shown: TestClient) -> None:
    answer = shown.get("/reports/rpt_gone/html", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert "there is no report rpt_gone" in answer.text
    assert 'href="/"' in answer.text
