"""REST of access tokens, for admins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from energy_workbench.analytics.live import iso
from energy_workbench.api.access.session import Admin, Home
from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Part
from energy_workbench.api.beside import RestAlone, TokenMade, TokenRow
from energy_workbench.api.contracted import by_hand
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.roles import Token

router = APIRouter()


@by_hand(router, RestAlone.tokens)
def tokens(wb: Home, _: Admin) -> Response:
    """Names and roles; a token itself is stored nowhere."""
    rows = [_row(token, wb) for token in wb.registry.tokens()]
    return Json({"items": rows, "total": len(rows)})


@by_hand(router, RestAlone.create_token)
def create_token(wb: Home, by: Admin, body: Body) -> Response:
    """The answer has the token, this once."""
    name, role = body.get("name"), body.get("role")
    if not isinstance(name, str) or not isinstance(role, str):
        raise InputError('the body must be {"name": "asha", "role": "viewer"}')
    token = wb.registry.create_token(name, role, by=by)
    made = next(each for each in wb.registry.tokens() if each.name == name)
    answer: TokenMade = {**_row(made, wb), "token": token}
    return Json(answer, status_code=201)


@by_hand(router, RestAlone.revoke_token, response_class=Response)
def revoke_token(wb: Home, by: Admin, name: Annotated[str, Path(description="Of the token"), Part]) -> Response:
    """It is worthless at once and for good; what was opened with it ends within seconds."""
    wb.registry.revoke_token(name, by=by)
    return Response(status_code=204)


def _row(token: Token, wb: Home) -> TokenRow:
    return {"name": token.name, "role": token.role, "created_at": iso(token.created_at, wb.zone)}
