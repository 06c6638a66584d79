"""REST of the meters: list, tree, state, and their changes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from energy_workbench.api.answers import Json, JsonTree
from energy_workbench.api.asked import Body, Limit, Offset, Ref, Seen
from energy_workbench.api.schemas import (
    CHECK,
    CHECK_BODY,
    METER,
    METER_BODY,
    METER_CHANGE_BODY,
    METERS,
    STATUS_BODY,
    SUMMARY,
    TREE,
    created,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home
from energy_workbench.core.errors import InputError, Problem

router = APIRouter(prefix="/meters", tags=["Meters"])


@router.get("", summary="All meters", responses=METERS)
def list_meters(
    wb: Home,
    _: Caller,
    type: Annotated[str | None, Query(description="`unit`, `machine`, …")] = None,
    status: Annotated[str | None, Query(description="`active`, `inactive`, `maintenance` or `faulty`")] = None,
    parent_id: Annotated[str | None, Query(description="Only those directly below (id or number)")] = None,
    q: Annotated[str | None, Query(description="Text in number, name or location", max_length=200)] = None,
    deleted: Annotated[bool, Query(description="Those that were deleted, instead of those that live")] = False,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Meters in the order of the tree, with their live state."""
    found = wb.meters(type=type, status=status, parent_id=parent_id, q=q, deleted=deleted, limit=limit, offset=offset)
    return Json(found.to_dict())


@router.get("/hierarchy", summary="The tree", responses=TREE)
def hierarchy(wb: Home, _: Caller) -> Response:
    """The roots, each meter with its `children`."""
    return JsonTree(wb.hierarchy())


@router.get("/status-summary", summary="How many meters are in which state", responses=SUMMARY)
def status_summary(wb: Home, _: Caller) -> Response:
    """Counts by status, health, communication and colour."""
    return Json(wb.status_summary().to_dict())


@router.get("/{id}", summary="One meter", responses=METER)
def get_meter(wb: Home, _: Caller, ref: Ref) -> Response:
    """A meter with its live state; the ETag is the revision of its configuration."""
    return tagged(wb.meter(ref))


@router.get("/{id}/children", summary="Meters directly below", responses=METERS)
def children(wb: Home, _: Caller, ref: Ref) -> Response:
    """The meters whose parent this one is."""
    return Json(wb.meters(parent_id=ref).to_dict())


@router.post("", status_code=201, summary="Create a meter", openapi_extra=METER_BODY, responses=created(METER))
def create(
    wb: Home,
    by: Editor,
    body: Body,
    request: Request,
    template: Annotated[str | None, Query(description="Saved meter whose values hold where the body has none")] = None,
) -> Response:
    """Add a meter; its first ratio and parent hold from the beginning of time."""
    meter = wb.create_meter(body, template, by=by)
    answer = tagged(meter, 201)
    answer.headers["Location"] = f"{request.url.path}/{meter['id']}"
    return answer


@router.post("/check", summary="Check a meter's form", openapi_extra=CHECK_BODY, responses=CHECK)
def check(wb: Home, _: Caller, body: Body) -> Response:
    """What is wrong or looks wrong with fields of a new meter, or of the meter `id`; nothing is stored."""
    fields, ref = body.get("fields"), body.get("id")
    if not isinstance(fields, dict) or not (ref is None or isinstance(ref, str)):
        raise InputError('the body must be {"fields": {…}, "id": "mtr_12"}; without an id a new meter is meant')
    return Json(wb.check_meter(fields, ref))


@router.put("/{id}", summary="Update a meter", openapi_extra=METER_CHANGE_BODY, responses=METER)
def update(wb: Home, by: Editor, ref: Ref, body: Body, revision: Seen) -> Response:
    """Change the given fields; other CT/PT or another parent add a row dated now, read-only fields are ignored."""
    return tagged(wb.update_meter(ref, body, revision, by=by))


@router.put("/{id}/status", summary="Say what a meter is, and why", openapi_extra=STATUS_BODY, responses=METER)
def set_status(wb: Home, by: Editor, ref: Ref, body: Body, revision: Seen) -> Response:
    """Set the status from `valid_from` on, by default from now; every one but `active` needs a reason.

    From when a meter is `inactive`, what goes through it is not metered: balances above it have no say from then on.
    """
    texts = {name: body.get(name, "") for name in ("status", "reason")}
    texts["valid_from"] = since = body.get("valid_from") or ""
    problems = [
        Problem("body", name, str(value)[:60], "must be a text")
        for name, value in texts.items()
        if not isinstance(value, str)
    ]
    problems += [Problem("body", name, "", "is not known here") for name in sorted(body.keys() - texts.keys())]
    if problems:
        raise InputError("the status cannot be changed", problems)
    changed = wb.set_status(ref, texts["status"], texts["reason"], valid_from=since or None, revision=revision, by=by)
    return tagged(changed)


@router.delete("/{id}", summary="Delete a meter", responses=METERS)
def delete(
    wb: Home,
    by: Editor,
    ref: Ref,
    revision: Seen,
    children: Annotated[
        Literal["refuse", "reparent", "cascade"], Query(description="What becomes of meters below it")
    ] = "refuse",
) -> Response:
    """Delete a meter, and with `cascade` all below it; the history stays, and it can be restored."""
    return Json(listed(wb.delete_meter(ref, children, revision=revision, by=by)))


@router.post("/{id}/restore", status_code=201, summary="Bring a deleted meter back", responses=created(METER))
def restore(wb: Home, by: Editor, ref: Ref) -> Response:
    """Bring a deleted meter back under its former parent, or the nearest one above that lives."""
    return tagged(wb.restore_meter(ref, by=by), 201)


def tagged(meter: Mapping[str, Any], status: int = 200) -> Response:
    """A meter with its ETag."""
    return Json(meter, status_code=status, headers={"ETag": f'"{meter["revision"]}"'})
