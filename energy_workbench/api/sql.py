"""REST of users' SQL: in processes of their own, few at once, and nothing else waits behind them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from energy_workbench.api.access.session import Caller, Home
from energy_workbench.api.contracted import by_hand
from energy_workbench.api.room import Room
from energy_workbench.contract.everything import WorkbenchContract

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
        str, Query(max_length=20_000, description="Over `readings`, `readings_long`, `intervals`, `meters`")
    ],
    max_rows: Annotated[int, Query(ge=1, le=100_000)] = 10_000,
) -> Response:
    """Columns, their types (Arrow's) and rows of a query; it can change nothing and see nothing else.

    Few run at once and callers take turns: 429 or 503 with `Retry-After` where too many wait.
    """
    queries: Room = request.app.state.queries
    answer = await queries.run(request, by.name, lambda gone: wb.sql_json(text, max_rows=max_rows, stop=gone))
    return Response(answer, media_type="application/json")
