"""Whatever a caller puts into a GET, the answer is a documented one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.testclient import TestClient

from energy_workbench.api.access import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.api.openapi import openapi
from energy_workbench.api.segments import MARK
from energy_workbench.core.settings import Settings
from tests.api.conftest import API
from tests.api.test_openapi import BOARD, plant

__all__ = ["plant"]

LARGEST_ANSWER = 64_000_000
REFUSED = (400, 401, 403, 404, 422)
"""What a wrong question may be answered by; never that the service failed."""
TEXTS = [
    "",
    " ",
    "a" * 50_000,
    "9" * 5_000,
    "[" * 20_000,
    '{"a":' * 5_000,
    "\0",
    "\x1b[2J\r\n\u202e\ufffe",
    MARK,
    "'; drop table meters; --",
    "../../../etc/passwd",
    "{0.__class__}%s%n",
    ",".join(f"mtr_{number}" for number in range(5_000)),
]
NUMBERS = [
    "0",
    "-1",
    "-0",
    str(10**18),
    str(-(2**63) - 1),
    "1e400",
    "1e-400",
    "NaN",
    "-Infinity",
    "0x10",
    "1_0",
    "٣",
    "𝟚𝟘𝟚𝟞",
]
TIMES = [
    "0000",
    "0001",
    "9999",
    "0001-01-01",
    "9999-12-31",
    "9999-W52",
    "2026-W54",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "9998-12-31T23:59:59.999999-23:59",
    "2026-10-10T10:00:00+99:99",
    "0001-01-01/9999-12-31",
    "0002-01-01/9998-12-31",
    "1926-10-01/2026-10-01",
    "2026-10-10/2026-10-10",
    "////",
    "last 99999 days",
    "last 99999 hours",
    "last 9999 months",
    "last 0 days",
]
LENGTHS = ["1min", "0min", "15min", "999min", "1s", "999y", "-1d", "1h1h", "weekday-hour", "duration", "shift", "hour"]
HOSTILE = [*TEXTS, *NUMBERS, *TIMES, *LENGTHS]
CENTURY = {"period": "1926-10-01/2026-10-01"}
"""Longest that somebody may mean; every resolution of it is asked for."""
NEEDED = {"text": "select 1", "filename": "m.csv"}
KNOWN = {"id": "UNIT-A", "run": "1", "kind": "html", "start": "2026-10-05T14:15:00+05:30", "at": "x", "name": "lab"}


@pytest.fixture
def callers(plant: Settings) -> Iterator[list[TestClient]]:
    """A viewer and an editor of a plant where every call has something to answer."""
    app = create_app(plant)
    found = []
    for token in (tokens_of(plant).viewer, tokens_of(plant).editor):
        found.append(TestClient(app, raise_server_exceptions=False, follow_redirects=False))
        found[-1].headers["Authorization"] = f"Bearer {token}"
    with found[0]:
        yield found


def routes(client: TestClient) -> list[RouteContext]:
    """Every GET of the service."""
    found = iter_route_contexts(client.app.routes)  # type: ignore[attr-defined]
    return [each for each in found if isinstance(each.original_route, APIRoute) and "GET" in (each.methods or ())]


def asked(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    """Names of the parameters of a query, and whether a call needs them."""
    for each in dependant.query_params:
        yield each.alias, each.field_info.is_required()
    for inner in dependant.dependencies:
        yield from asked(inner)


def test_whatever_is_asked_has_a_documented_answer(callers: list[TestClient]) -> None:
    described = openapi(callers[0].app)["paths"]  # type: ignore[arg-type]
    wrong: list[str] = []

    def tried(path: str, shown: str, params: Any) -> None:
        given = {"cookie": ""} if shown.startswith(API) else {}
        answer = callers[0].get(path, params=params, headers=given)
        if answer.status_code == 403:
            answer = callers[1].get(path, params=params)
        known = described.get(shown, {}).get("get", {}).get("responses")
        fine = answer.status_code in REFUSED or answer.status_code < 400
        if known is not None and answer.status_code >= 400:
            fine = fine and answer.headers["content-type"] == "application/problem+json"
        elif known is not None and not answer.is_redirect:
            fine = str(answer.status_code) in known
        if not fine or len(answer.content) > LARGEST_ANSWER:
            wrong.append(f"{answer.status_code} {len(answer.content)} {shown} {str(params)[:120]} {path[-60:]!r}")

    for route in routes(callers[0]):
        schedule = {"id": BOARD} if "/schedules" in route.path else {}
        known = {name: quote((KNOWN | schedule)[name], safe="") for name in route.param_convertors}
        path, names = route.path.format(**known), dict(asked(route.dependant))
        needed = {name: NEEDED[name] for name, must in names.items() if must}
        for value in HOSTILE:
            for name in names:
                tried(path, route.path, needed | {name: value})
                if name == "every":
                    tried(path, route.path, CENTURY | {name: value})
            for name in route.param_convertors:
                tried(route.path.format(**(known | {name: quote(value, safe="")})), route.path, needed)
        for name in names:
            tried(path, route.path, [*needed.items(), *((name, "2026-10-05") for _ in range(2_000))])
    assert not wrong, "\n".join(wrong)
    assert callers[0].get(f"{API}/health").json() == {"ok": True}
