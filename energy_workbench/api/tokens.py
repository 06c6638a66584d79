"""REST of who may come in: access tokens, for admins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from energy_workbench.analytics.live import iso
from energy_workbench.api.access.session import Admin, Home
from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Part
from energy_workbench.api.reference.examples import TOKEN_BODY, TOKEN_MADE, TOKENS, created, listed
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.roles import Token

router = APIRouter(tags=["Access"])


@router.get("/tokens", summary="Access tokens", responses=TOKENS)
def tokens(wb: Home, _: Admin) -> Response:
    """Names and roles; a token itself is stored nowhere."""
    return Json(listed([_row(token, wb) for token in wb.registry.tokens()]))


@router.post(
    "/tokens", status_code=201, summary="Make a token", openapi_extra=TOKEN_BODY, responses=created(TOKEN_MADE)
)
def create_token(wb: Home, by: Admin, body: Body) -> Response:
    """The answer has the token, this once."""
    name, role = body.get("name"), body.get("role")
    if not isinstance(name, str) or not isinstance(role, str):
        raise InputError('the body must be {"name": "asha", "role": "viewer"}')
    token = wb.registry.create_token(name, role, by=by)
    made = next(each for each in wb.registry.tokens() if each.name == name)
    return Json(_row(made, wb) | {"token": token}, status_code=201)


@router.delete("/tokens/{name}", status_code=204, summary="Revoke a token", response_class=Response)
def revoke_token(wb: Home, by: Admin, name: Annotated[str, Path(description="Of the token"), Part]) -> Response:
    """It is worthless at once and for good; what was opened with it ends within seconds."""
    wb.registry.revoke_token(name, by=by)
    return Response(status_code=204)


def _row(token: Token, wb: Home) -> dict[str, Any]:
    return {"name": token.name, "role": token.role, "created_at": iso(token.created_at, wb.zone)}
