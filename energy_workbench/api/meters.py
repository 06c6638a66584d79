"""REST of meters that is written by hand: the tree, which may be deeper than JSON's readers, and what is below."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from energy_workbench.api.access.session import Caller, Editor, Home
from energy_workbench.api.answers import Json, JsonTree, json_body
from energy_workbench.api.asked import Ref, Why
from energy_workbench.api.beside import RestAlone
from energy_workbench.api.contracted import by_hand
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.services.rows.locks import change_row

router = APIRouter()


@by_hand(router, WorkbenchContract.hierarchy)
def hierarchy(wb: Home, _: Caller) -> Response:
    """The roots, each meter with its `children`."""
    return JsonTree(wb.hierarchy())


@by_hand(router, RestAlone.children)
def children(wb: Home, _: Caller, ref: Ref) -> Response:
    """The meters whose parent this one is."""
    return Json(wb.meters(parent_id=ref).to_dict())


@by_hand(router, WorkbenchContract.record)
def record(wb: Home, by: Editor, ref: Ref, body: Annotated[Any, Depends(json_body)], reason: Why = None) -> Response:
    """Record `{ts, values}` or a list, all or none; on disk when this answers, the same again changes nothing."""
    many = isinstance(body, list)
    given = body if many else [body]
    if not all(isinstance(reading, dict) for reading in given):
        raise InputError("a reading is an object {ts, values: {quantity: value}}; the body is one or a list of them")
    with because(reason) as stated:
        stored = wb.record(ref, given, by=by)
    told = {"locked_change": change_row(stated.change, wb.zone)} if stated.change else {}
    answer: dict[str, Any] = {"items": stored, "total": len(stored)} if many else {**stored[0]}
    return Json({**answer, **told}, status_code=201)
