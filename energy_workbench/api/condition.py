"""REST of how meters are: limits of health, changes of health and communication, findings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Asked, Body, Limit, Offset, Ref
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import EVENTS, FINDINGS, HISTORY, LIMITS, LIMITS_BODY, listed
from energy_workbench.api.session import Caller, Editor, Home

router = APIRouter(tags=["Condition"])


@router.get("/limits", summary="Limits of health", responses=LIMITS)
def limits(wb: Home, _: Caller) -> Response:
    """The site's: they hold for every meter without its own."""
    return Json(wb.limits())


@router.put("/limits", summary="Change limits of health", openapi_extra=LIMITS_BODY, responses=LIMITS)
def set_limits(wb: Home, by: Editor, body: Body) -> Response:
    """Change the given fields of the site's limits; null brings the default back, `off` switches a threshold off."""
    return Json(wb.set_limits(body, by=by))


@router.get("/meters/{id}/limits", summary="Limits of a meter's health", responses=LIMITS)
def meter_limits(wb: Home, _: Caller, ref: Ref) -> Response:
    """Its own, and the site's where it has none."""
    return Json(wb.limits(ref))


@router.put(
    "/meters/{id}/limits", summary="Change limits of a meter's health", openapi_extra=LIMITS_BODY, responses=LIMITS
)
def set_meter_limits(wb: Home, by: Editor, ref: Ref, body: Body) -> Response:
    """Change the given fields of the meter's own limits; null brings the site's back, `off` switches one off."""
    return Json(wb.set_limits(body, ref, by=by))


@router.get("/meters/{id}/events", summary="Changes of communication and health", responses=EVENTS)
@apart
def events(wb: Home, _: Caller, ref: Ref, period: Asked, limit: Limit = 100, offset: Offset = 0) -> Response:
    """The newest first, each with the reason; all that is kept without a period."""
    return Json(listed(wb.events(ref, period, limit=limit, offset=offset)))


@router.get("/history", summary="What was stated of meters", responses=HISTORY)
@apart
def history(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="Only those of that meter (id or number)")] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Statuses, CT/PT ratios, places, exchanges, decisions and edits that hold from an instant in the period on, with
    who stated them and when, the newest first.
    """
    return Json(listed(wb.history(period, meter, limit=limit, offset=offset)))


@router.get("/findings", summary="What is wrong with the data", responses=FINDINGS)
@apart
def findings(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="Only those of that meter (id or number)")] = None,
    name: Annotated[
        str | None, Query(description="Only those of that name or below it: `value`, `value.voltage`", max_length=64)
    ] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """The newest first; readings themselves never change because of them."""
    return Json(listed(wb.findings(meter, period, name=name, limit=limit, offset=offset)))
