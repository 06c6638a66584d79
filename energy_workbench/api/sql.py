"""REST of users' SQL: in processes of their own, few at once, and nothing else waits behind them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from energy_workbench.api.access.session import Caller, Home
from energy_workbench.api.contracted import by_hand
from energy_workbench.api.room import Room
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.domain.fields.query_parameters import of_json

router = APIRouter()

PLACES = 2
"""Queries that run at once, each with a memory of its own."""


PATIENCE = 60.0
"""Longest wait for a place [s]."""


def room() -> Room:
    """Where queries wait for their turn."""
    return Room("sql", PLACES, each=50, together=200, patience=PATIENCE)


@by_hand(router, WorkbenchContract.sql)
async def sql(
    request: Request,
    wb: Home,
    by: Caller,
    text: Annotated[
        str, Query(max_length=60_000, description="Over `readings`, `readings_long`, `intervals`, `meters`")
    ],
    parameters: Annotated[
        str | None,
        Query(
            max_length=60_000,
            description="JSON: a list for `?` and `$1`, an object for `$name`. Values are bound, never made SQL; an "
            'instant is `{"timestamp": "2026-10-05T00:00:00+05:30"}`, a date `{"date": "2026-10-05"}`.',
        ),
    ] = None,
    max_rows: Annotated[int, Query(ge=1, le=100_000)] = 10_000,
) -> Response:
    """Columns, their types (Arrow's) and rows of a query; it can change nothing and see nothing else.

    Few run at once and callers take turns: 429 or 503 with `Retry-After` where too many wait.
    """
    queries: Room = request.app.state.queries
    bound = of_json(parameters)
    answer = await queries.run(request, by.name, lambda gone: wb.sql_json(text, bound, max_rows=max_rows, stop=gone))
    return Response(answer, media_type="application/json")
