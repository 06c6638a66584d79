"""REST of what a meter was over time: its statuses and ratios, and the exchanges of its device."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Ref, Seen, instant
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import (
    EXCHANGE,
    EXCHANGE_BODY,
    EXCHANGES,
    IMPACT,
    RATIO,
    RATIO_BODY,
    RATIOS,
    STATUSES,
    created,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home

router = APIRouter(prefix="/meters/{id}", tags=["Meters over time"])

Since = Annotated[
    str, Path(alias="valid_from", description="Where the ratio begins, as the list has it; `beginning` for the first.")
]


@router.get("/statuses", summary="What was said of a meter", responses=STATUSES)
def statuses(wb: Home, _: Caller, ref: Ref) -> Response:
    """The dated statuses, oldest first; `valid_from` null is the beginning of time."""
    return Json(listed(wb.meter_statuses(ref)))


@router.get("/ratios", summary="CT/PT history", responses=RATIOS)
def ratios(wb: Home, _: Caller, ref: Ref) -> Response:
    """The dated ratios, oldest first; `valid_from` null is the beginning of time."""
    return Json(listed(wb.meter_ratios(ref)))


@router.get("/ratios/impact", summary="What another ratio would recompute", responses=IMPACT)
@apart
def impact(
    wb: Home,
    _: Caller,
    ref: Ref,
    valid_from: Annotated[
        list[str] | None,
        Query(description="Where it begins, `beginning` for the first, now by default; both where it moves."),
    ] = None,
) -> Response:
    """The time whose intervals change where a ratio is added, corrected or deleted; `until` null is open."""
    return Json(wb.ratio_impact(ref, *(instant(each) for each in valid_from or ())))


@router.post("/ratios", status_code=201, summary="Add a ratio", openapi_extra=RATIO_BODY, responses=created(RATIO))
def add_ratio(wb: Home, by: Editor, ref: Ref, body: Body, revision: Seen) -> Response:
    """Add a CT/PT pair, valid from `valid_from` (now by default); readings never change, intervals follow."""
    return Json(wb.add_ratio(ref, body, revision=revision, by=by), status_code=201)


@router.put("/ratios/{valid_from}", summary="Correct a ratio", openapi_extra=RATIO_BODY, responses=RATIO)
def edit_ratio(wb: Home, by: Editor, ref: Ref, since: Since, body: Body, revision: Seen) -> Response:
    """Replace the CT/PT pair that begins then; another `valid_from` in the body moves it."""
    return Json(wb.edit_ratio(ref, instant(since), body, revision=revision, by=by))


@router.delete("/ratios/{valid_from}", summary="Delete a ratio", responses=RATIOS)
def delete_ratio(wb: Home, by: Editor, ref: Ref, since: Since, revision: Seen) -> Response:
    """Take a later CT/PT pair away: the one before it holds on. Answers the history that is left."""
    return Json(listed(wb.delete_ratio(ref, instant(since), revision=revision, by=by)))


@router.get("/exchanges", summary="Exchanges of the device", responses=EXCHANGES)
def exchanges(wb: Home, _: Caller, ref: Ref) -> Response:
    """Oldest first, each with the old device's last readings and the new one's first."""
    return Json(listed(wb.exchanges(ref)))


@router.post(
    "/exchanges",
    status_code=201,
    summary="Record an exchange",
    openapi_extra=EXCHANGE_BODY,
    responses=created(EXCHANGE),
)
def add_exchange(wb: Home, by: Editor, ref: Ref, body: Body, revision: Seen) -> Response:
    """Write down that the device was exchanged; one at the same instant is corrected."""
    return Json(wb.add_exchange(ref, body, revision=revision, by=by), status_code=201)


@router.delete("/exchanges/{at}", summary="Delete an exchange", responses=EXCHANGES)
def delete_exchange(
    wb: Home,
    by: Editor,
    ref: Ref,
    at: Annotated[str, Path(description="When it was, as the list has it.")],
    revision: Seen,
) -> Response:
    """Take an exchange that never was away; with the newest, the meter has its former serial again."""
    return Json(listed(wb.delete_exchange(ref, instant(at), revision=revision, by=by)))
