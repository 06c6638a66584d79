"""A date in `from` and `to` is its first instant, on every route that takes them."""

from __future__ import annotations

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from fastapi.testclient import TestClient

from energy_workbench.api.asked import period
from energy_workbench.api.reference.openapi import openapi
from energy_workbench.domain.errors import PeriodError
from energy_workbench.runtime.settings import Settings
from tests.api.conftest import API
from tests.workbench.plant import add_history

INSTANTS = "from=2026-10-10T00:00:00%2B05:30&to=2026-10-11T00:00:00%2B05:30"


def routes(client: TestClient) -> list[str]:
    """Addresses of all calls that take `from` and `to`, of a meter that is there."""
    paths = openapi(client.app)["paths"]  # type: ignore[arg-type]
    found = [
        path
        for path, calls in paths.items()
        if {"from", "to"} <= {each.get("name") for each in calls.get("get", {}).get("parameters", ())}
    ]
    assert len(found) >= 12
    return [path.replace("{id}", "UNIT-A") for path in found]


def told(client: TestClient, path: str, span: str) -> tuple[int, object]:
    answer = client.get(f"{path}{'&' if '?' in path else '?'}{span}")
    content = answer.json()
    for at in ("at", "now"):
        content.pop(at, None)
    return answer.status_code, content


def test_a_date_is_its_first_instant_on_every_route(home: Settings, viewer: TestClient) -> None:
    add_history(home)
    for path in routes(viewer):
        status, content = told(viewer, path, INSTANTS)
        assert told(viewer, path, "from=2026-10-10&to=2026-10-11") == (status, content), path
        status, content = told(viewer, path, "from=2026-10-10&to=2026-10-10")
        assert status == 422, path
        assert "2026-10-10" in json.dumps(content), path
        assert "not part of it" in json.dumps(content), path
        assert told(viewer, path, "from=2026-10-11&to=2026-10-10")[0] == 422, path


def test_a_period_still_has_its_last_day(home: Settings, viewer: TestClient) -> None:
    add_history(home)
    path = f"{API}/meters/UNIT-A/intervals"
    hours = {"period=2026-10-09/2026-10-10": 48, "from=2026-10-09&to=2026-10-10": 24, "from=2026-10&to=2026-10-02": 24}
    for span, total in hours.items():
        assert told(viewer, path, f"every=1h&{span}")[1]["total"] == total  # type: ignore[index]


def test_quarters_and_the_lengths_of_pandas_are_understood(home: Settings, viewer: TestClient) -> None:
    add_history(home)
    path = f"{API}/meters/UNIT-A/intervals"
    quarter = told(viewer, path, "period=2026-Q4&every=D")
    assert quarter == told(viewer, path, "period=2026-10-01/2026-12-31&every=1d")
    assert told(viewer, path, "from=2026-Q4&to=2027-Q1&every=MS") == told(
        viewer, path, "from=2026-10&to=2027&every=1mo"
    )


class Berlin:
    """A workbench whose clock is put forward on 29 March 2026."""

    zone = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        ("2026-03-29", "2026-03-30", 23),
        ("2026-10-25", "2026-10-26", 25),
        ("2026-W13", "2026-W14", 7 * 24 - 1),
        ("2026-03", "2026-04", 31 * 24 - 1),
        ("2026", "2027", 365 * 24),
    ],
)
def test_edges_are_those_of_the_site(start: str, end: str, hours: int) -> None:
    first, _, last = str(period(Berlin(), start, end, None)).partition("/")  # type: ignore[arg-type]
    assert (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds() == 3600 * hours


def test_the_same_instant_written_in_two_ways_is_no_time() -> None:
    with pytest.raises(PeriodError, match="is no time"):
        period(Berlin(), "2026-03-29", "2026-03-28T23:00:00Z", None)  # type: ignore[arg-type]
