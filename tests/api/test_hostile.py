"""Whatever a caller puts into a GET, the answer is a documented one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.testclient import TestClient

from energy_workbench.api.access.home_tokens import tokens_of
from energy_workbench.api.app import create_app
from energy_workbench.api.reference.openapi import openapi
from energy_workbench.api.segments import MARK
from energy_workbench.domain.errors import InputError
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.workbench import Workbench
from tests.api.conftest import API
from tests.api.test_openapi import BOARD, plant

__all__ = ["plant"]

LOCAL = "http://127.0.0.1:3000"
LARGEST_ANSWER = 16_000_000
LARGEST_REFUSAL = 3_000
"""Bytes: a reason that nobody has to look for behind what was given."""
REFUSED = (400, 401, 403, 404, 422)
"""What a wrong question may be answered by; never that the service failed."""
ANYWHERE = ["", "9" * 5_000, "\0\x1b[2J\r\n\u202e\ufffe" + MARK + "'; drop table meters; --", "-1"]
EDGES = ["0001", "9998-12-31T23:59:59.999999-23:59"]
AS_TIMES = {
    "period": ["9999", "last 99999 days", "last 9999 months", "0002-01-01/9998-12-31", "last 0 days"],
    **dict.fromkeys(("from", "to", "after", "at", "valid_from", "start"), EDGES),
}
AS_NUMBERS = dict.fromkeys(("limit", "offset", "days", "run", "threshold_percent", "max_rows"), (str(10**18), "NaN"))
BY_NAME = AS_TIMES | AS_NUMBERS
"""What is tried beside, by the name of a parameter."""
LENGTHS = ["0min", "15min", "999y"]
"""Tried of the longest time that somebody may mean."""
CENTURY = {"period": "1926-10-01/2026-10-01"}
NEEDED = {"text": "select 1", "filename": "m.csv", "gateway": "none", "unit_id": "1", "from": "0", "count": "1"}
KNOWN = {"id": "UNIT-A", "run": "1", "kind": "html", "start": "2026-10-05T14:15:00+05:30", "at": "x", "name": "lab"}


@pytest.fixture
def callers(plant: Settings) -> Iterator[list[TestClient]]:
    """A viewer and an editor of a plant where every call has something to answer."""
    app = create_app(plant)
    found = []
    for token in (tokens_of(plant).viewer, tokens_of(plant).editor):
        found.append(TestClient(app, LOCAL, raise_server_exceptions=False, follow_redirects=False))
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


HALVES = [
    b'{"%s": "a\\ud800"}',
    b'{"%s": {"b": ["\\uDFFF\\ud83d"]}}',
    b'{"%s": "\xed\xa0\x80"}',
    b'{"\\ud800%s": 1}',
    b'["%s\\udfff"]',
]
WHOLE = b'{"name": "Kiln \\ud83d\\udd25 \xf0\x9f\x94\xa5", "type": "machine", "number": "K"}'


def test_half_of_a_character_is_refused_in_each_body(callers: list[TestClient]) -> None:
    described = openapi(callers[0].app)["paths"]  # type: ignore[arg-type]
    tried = 0
    for path, calls in described.items():
        for verb, call in calls.items():
            if "application/json" not in call.get("requestBody", {}).get("content", {}):
                continue
            where = path
            for name in ("id", "run", "name", "start", "valid_from", "at"):
                where = where.replace(f"{{{name}}}", quote(KNOWN.get(name, "2026-10-01"), safe=""))
            for content in HALVES:
                answer = callers[1].request(verb, where, content=content, headers={"Content-Type": "application/json"})
                assert answer.status_code in REFUSED, (verb, where, content, answer.text)
                tried += answer.status_code == 422 and "half of a character" in answer.json()["detail"]
    assert tried >= 100
    made = callers[1].post(f"{API}/meters", content=WHOLE, headers={"Content-Type": "application/json"})
    assert made.json()["name"] == "Kiln 🔥 🔥"


def test_half_of_a_character_is_never_stored(plant: Settings) -> None:
    half, workbench = "a\ud800", Workbench(plant)
    edit = {"energy_import_kwh": 1, "reason": half}
    for change in (
        lambda: workbench.create_meter({"number": "K", "name": half, "type": "machine"}),
        lambda: workbench.set_status("UNIT-A", "faulty", half),
        lambda: workbench.create_template(half, "UNIT-A"),
        lambda: workbench.set_site(name=half),
        lambda: workbench.set_factor({"name": "grid", "value": 0.7, "valid_from": "2026-01-01", "source": half}),
        lambda: workbench.edit_interval("UNIT-A", "2026-10-05T14:15:00+05:30", edit),
    ):
        before = workbench.registry.revision()
        with pytest.raises(InputError):
            change()
        assert workbench.registry.revision() == before


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
        if known is not None and not answer.is_redirect:
            fine = fine and str(answer.status_code) in known
        if known is not None and answer.status_code >= 400:
            fine = fine and answer.headers["content-type"] == "application/problem+json"
        if answer.status_code >= 400 and known is not None:
            fine = fine and bool(answer.json()["detail"]) and len(answer.content) <= LARGEST_REFUSAL
        if not fine or len(answer.content) > LARGEST_ANSWER:
            wrong.append(f"{answer.status_code} {len(answer.content)} {shown} {str(params)[:120]} {path[-60:]!r}")

    for route in routes(callers[0]):
        schedule = {"id": BOARD} if "/schedules" in route.path else {}
        known = {name: quote((KNOWN | schedule)[name], safe="") for name in route.param_convertors}
        path, names = route.path.format(**known), dict(asked(route.dependant))
        needed = {name: NEEDED[name] for name, must in names.items() if must}
        for name in names:
            for value in (*ANYWHERE, *BY_NAME.get(name, ())):
                tried(path, route.path, needed | {name: value})
            if name == "every":
                for value in LENGTHS:
                    tried(path, route.path, CENTURY | {name: value})
        for name in route.param_convertors:
            for value in (*ANYWHERE, *BY_NAME.get(name, ())):
                tried(route.path.format(**(known | {name: quote(value, safe="")})), route.path, needed)
        if names:
            tried(path, route.path, [*needed.items(), *((name, "2026-10-05") for name in names for _ in range(50))])
    assert not wrong, "\n".join(wrong)
    assert callers[0].get(f"{API}/health").json() == {"ok": True}
