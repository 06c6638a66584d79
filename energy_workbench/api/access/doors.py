"""Calls of the pages' servers alone: who comes in, whose each kernel is, which visits are over."""

from __future__ import annotations

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Request, Response

from energy_workbench.api.access.session import First, kernels_of
from energy_workbench.api.answers import Json
from energy_workbench.domain.errors import AccessError, InputError, UnknownCallerError


def machine(request: Request) -> None:
    """Let in who knows the home's own secret.

    Raises
    ------
    AccessError
        For everybody else.
    """
    given = request.headers.get("authorization", "").partition(" ")[2]
    if not hmac.compare_digest(given.encode(), request.app.state.machine.encode()):
        raise AccessError("this is for the workbench's own servers")


router = APIRouter(prefix="/door", include_in_schema=False, dependencies=[Depends(machine)])

Told = Annotated[dict[str, Any], Body()]


@router.post("/visits")
def begin(wb: First, told: Told) -> Response:
    """Begin a browser's visit: `{token}` → `{secret}`, for its cookie; `{token, kept}` may go on with the one it has.

    Raises
    ------
    UnknownCallerError
        If the token is unknown.
    """
    token, kept = told.get("token"), told.get("kept", "")
    known = isinstance(token, str) and token and isinstance(kept, str)
    secret = wb.registry.begin_session(str(token), kept) if known else None
    if secret is None:
        raise UnknownCallerError("that token is not known here")
    return Json({"secret": secret})


@router.put("/servers/{server}")
def tell(request: Request, wb: First, server: str, told: Told) -> Response:
    """Take all kernels of a server, and say whose the visits are: `{kernels: {…}, visits: […]}` → `{visits: {…}}`.

    Secrets are told by their digests. A visit that is left out of the answer is over.

    Raises
    ------
    InputError
        If the body is none of these.
    """
    kernels, visits = told.get("kernels"), told.get("visits")
    if not isinstance(kernels, dict) or not isinstance(visits, list):
        raise InputError('the body must be {"kernels": {…}, "visits": […]}')
    kernels_of(request).told(server, {str(key): value and str(value) for key, value in kernels.items()})
    found = wb.registry.visitors([*map(str, visits), *(str(each) for each in kernels.values() if each)])
    return Json({"visits": {key: {"name": each.name, "role": each.role} for key, each in found.items()}})
