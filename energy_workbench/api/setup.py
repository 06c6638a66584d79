"""REST around the setup of a plant: templates, audit and undo, profiles, gateways, reading a meter once."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Limit, Offset, Part, SeenGateway
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import (
    AUDIT,
    GATEWAY,
    GATEWAY_BODY,
    GATEWAYS,
    PROBE,
    PROBE_BODY,
    PROFILES,
    SUGGEST_BODY,
    SUGGESTED_PROFILES,
    TEMPLATE,
    TEMPLATE_BODY,
    TEMPLATES,
    UNDOABLE,
    UNDONE,
    created,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home, Shown
from energy_workbench.core.errors import InputError, Problem

router = APIRouter(tags=["Setup"])


@router.get("/templates", summary="Saved meters to create others from", responses=TEMPLATES)
def templates(wb: Home, _: Caller) -> Response:
    """Each with its name and fields."""
    return Json(listed(wb.templates()))


@router.post(
    "/templates", status_code=201, summary="Save a template", openapi_extra=TEMPLATE_BODY, responses=created(TEMPLATE)
)
def create_template(wb: Home, by: Editor, body: Body) -> Response:
    """Save what a meter has in common with others like it: all but number, name, unit id and such."""
    texts = {key: body.get(key) for key in ("name", "meter")}
    problems = [
        Problem("body", key, "" if value is None else str(value)[:60], "is required, as a text")
        for key, value in texts.items()
        if not isinstance(value, str) or not value
    ]
    if problems:
        raise InputError("the template cannot be saved", problems)
    return Json(wb.create_template(str(texts["name"]), str(texts["meter"]), by=by), status_code=201)


@router.delete("/templates/{name}", status_code=204, summary="Delete a template", response_class=Response)
def delete_template(wb: Home, by: Editor, name: Annotated[str, Path(description="Of the template"), Part]) -> Response:
    """Meters that were created from it stay as they are."""
    wb.delete_template(name, by=by)
    return Response(status_code=204)


@router.get("/undo", summary="What can be undone", responses=UNDOABLE)
def undoable(wb: Home, by: Editor) -> Response:
    """The caller's last change that still holds; null where there is none."""
    return Json({"undoable": wb.undoable(by=by)})


@router.post("/undo", summary="Undo the last change", responses=UNDONE)
def undo(wb: Home, by: Editor) -> Response:
    """Take the caller's last change back by a new change; again, and it goes one step further."""
    return Json(wb.undo(by=by))


@router.get("/audit", summary="Who changed what", responses=AUDIT)
@apart
def audit(
    wb: Home,
    _: Caller,
    shown: Shown,
    limit: Limit = 50,
    offset: Offset = 0,
    meter: Annotated[str | None, Query(description="Only changes of that meter (id or number)")] = None,
) -> Response:
    """The newest changes, newest first, each with what was before and after; `total` counts all that there are.

    Editors see whole addresses of webhooks.
    """
    items = shown(wb.audit(limit, meter, offset=offset))
    return Json({"items": items, "total": wb.audit_total(meter)})


@router.get("/profiles", summary="Meter models that can be read", responses=PROFILES)
def profiles(wb: Home, _: Caller) -> Response:
    """Id, vendor and model, the home's own among them."""
    return Json(listed(wb.profiles()))


@router.get("/gateways", summary="Gateways", responses=GATEWAYS)
def gateways(wb: Home, _: Caller) -> Response:
    """Each with its options, how many meters it has, and how many of them are online."""
    return Json(listed(wb.gateways()))


@router.put("/gateways", summary="Options of a gateway", openapi_extra=GATEWAY_BODY, responses=GATEWAY)
def set_gateway(wb: Home, by: Editor, body: Body, revision: SeenGateway) -> Response:
    """Replace its options; one that is null or left out takes its default. The collector follows while it runs."""
    url, options = body.get("url"), body.get("options")
    if not isinstance(url, str) or not isinstance(options, dict):
        raise InputError('the body must be {"url": "tcp://host:port", "options": {…}}')
    gateway = wb.set_gateway(url, options, revision=revision, by=by)
    return Json(gateway, headers={"ETag": f'"{gateway["revision"]}"'})


@router.post("/probe", summary="Read a meter once", openapi_extra=PROBE_BODY, responses=PROBE)
def probe(wb: Home, _: Editor, body: Body) -> Response:
    """Test a connection: the values as the meter says them and scaled by the ratio, or the error and what to try."""
    return Json(wb.probe(body))


@router.post(
    "/probe/profiles", summary="Find a meter's profile", openapi_extra=SUGGEST_BODY, responses=SUGGESTED_PROFILES
)
def suggest_profiles(wb: Home, _: Editor, body: Body) -> Response:
    """Read what tells meters apart: the profiles and word orders that fit, best first, each with its reasons."""
    return Json(wb.suggest_profiles(body))
