"""What a question may cost is known by its route: what may take long has a room of its own."""

from __future__ import annotations

from collections.abc import Iterator

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts
from fastapi.testclient import TestClient

from energy_workbench.api.room import is_apart
from tests.api.conftest import API


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


QUICK = {
    "/health": "on the loop itself",
    "/sites": "what is configured of each site, and how many meters it has",
    "/sql": "has a room of its own, for queries",
    "/meters": "configuration and the last state of each meter",
    "/meters/hierarchy": "the same",
    "/meters/status-summary": "the same",
    "/meters/{id}": "the same",
    "/meters/{id}/children": "the same",
    "/meters/{id}/limits": "configuration",
    "/meters/{id}/statuses": "configuration",
    "/meters/{id}/ratios": "configuration",
    "/meters/{id}/exchanges": "configuration",
    "/meters/{id}/parents": "configuration",
    "/meters/{id}/formulas": "configuration",
    "/meters/{id}/commissioning": "sheets that people signed",
    "/readings/mappings": "configuration",
    "/meters/import-template": "the head of a table",
    "/limits": "configuration",
    "/factors": "configuration",
    "/floor-plan": "a file of a limited size",
    "/gateways": "configuration",
    "/profiles": "files that are read once",
    "/templates": "configuration",
    "/undo": "the newest change",
    "/site": "configuration",
    "/tokens": "configuration",
    "/reports": "files that are read once",
    "/schedules": "configuration",
    "/schedules/{id}": "configuration",
    "/schedules/{id}/runs": "at most a page of them",
    "/schedules/runs": "at most a page of them",
    "/schedules/runs/{run}": "one row",
    "/schedules/runs/{run}/files/{kind}": "a file",
}
"""Questions whose answer costs about the same, whatever is asked."""


def test_every_question_that_may_take_long_has_a_room_of_its_own(nobody: TestClient) -> None:
    found = {each.path.removeprefix(API): each for each in routes(nobody) if each.path.startswith(API)}
    assert set(QUICK) <= set(found)
    behind = {path for path, route in found.items() if path not in QUICK and not is_apart(route.endpoint)}
    assert not behind
    spans = {path for path, route in found.items() if {"period", "from", "every"} & dict(asked(route.dependant)).keys()}
    assert not spans & set(QUICK)
    assert {"/generation/comparison", "/consumption/comparison", "/energies", "/audit", "/review"} <= set(found)
