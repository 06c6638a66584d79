"""REST of validation: the review list, decisions on it, and edits of intervals."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Part, Ref, instant
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import (
    CASE,
    CASES,
    DECISION_BODY,
    EDITED_INTERVAL,
    EDITED_INTERVALS,
    INTERVAL_BODY,
    created,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home
from energy_workbench.core.errors import InputError, Problem

router = APIRouter(tags=["Validation"])

Case = Annotated[str, Path(alias="id", description="Id of the case, as the list has it."), Part]
Start = Annotated[str, Path(description="Start of the interval: ISO 8601; without offset in the site's zone.")]

FIGURES = ("modulus", "closing", "opening", "until")


@router.get("/review", summary="Steps of counters to decide on", responses=CASES)
@apart
def review(
    wb: Home, _: Caller, decided: Annotated[bool, Query(description="Those decided instead of those open.")] = False
) -> Response:
    """Steps of counters whose meaning is not clear, with the evidence and the choices."""
    return Json(listed(wb.review(decided=decided)))


@router.post(
    "/review/{id}",
    status_code=201,
    summary="Decide what a step was",
    openapi_extra=DECISION_BODY,
    responses=created(CASE),
)
def decide(wb: Home, by: Editor, case: Case, body: Body) -> Response:
    """Say what it was and why; deciding again corrects. The intervals it is about follow with the next build."""
    problems = [
        Problem(
            "body", name, str(body[name])[:60], "is not known here: choice, reason, modulus, closing, opening, until"
        )
        for name in body.keys() - {"choice", "reason", *FIGURES}
    ]
    problems += [
        Problem("body", name, str(body[name])[:60], "must be a text")
        for name in ("choice", "reason", "until")
        if not isinstance(body.get(name, ""), str | None)
    ]
    if problems:
        raise InputError("the decision cannot be stored", problems)
    given = {name: body.get(name) for name in FIGURES}
    return Json(wb.decide(case, body.get("choice") or "", body.get("reason") or "", by=by, **given), status_code=201)


@router.delete("/review/{id}", status_code=204, summary="Take a decision back")
def withdraw(wb: Home, by: Editor, case: Case) -> Response:
    """The step is judged by its evidence again."""
    wb.withdraw(case, by=by)
    return Response(status_code=204)


@router.get("/meters/{id}/intervals/edited", summary="Edited intervals", responses=EDITED_INTERVALS)
@apart
def edited(wb: Home, _: Caller, ref: Ref) -> Response:
    """Oldest first, with the energies that were put in and why."""
    return Json(listed(wb.edited_intervals(ref)))


@router.put(
    "/meters/{id}/intervals/{start}", summary="Edit an interval", openapi_extra=INTERVAL_BODY, responses=EDITED_INTERVAL
)
def edit(wb: Home, by: Editor, ref: Ref, start: Start, body: Body) -> Response:
    """Put other energies in its place, with a reason; the original comes back when the edit is taken back."""
    if not isinstance(body.get("reason", ""), str | None):
        problem = Problem("body", "reason", str(body["reason"])[:60], "must be a text")
        raise InputError("the interval cannot be edited", [problem])
    return Json(wb.edit_interval(ref, instant(start), body, by=by))


@router.delete("/meters/{id}/intervals/{start}", status_code=204, summary="Take an edit of an interval back")
def restore(wb: Home, by: Editor, ref: Ref, start: Start) -> Response:
    """The interval is again what the readings say."""
    wb.restore_interval(ref, instant(start), by=by)
    return Response(status_code=204)
