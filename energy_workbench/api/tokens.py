"""REST of access tokens, for admins."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from energy_workbench.analytics.live import iso
from energy_workbench.api.access.session import First, Governor
from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Part
from energy_workbench.api.beside import RestAlone, TokenMade, TokenRow
from energy_workbench.api.contracted import by_hand
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.roles import Token

router = APIRouter()


@by_hand(router, RestAlone.tokens)
def tokens(wb: First, _: Governor) -> Response:
    """Names and roles; a token itself is stored nowhere."""
    rows = [_row(token, wb) for token in wb.registry.tokens()]
    return Json({"items": rows, "total": len(rows)})


@by_hand(router, RestAlone.create_token)
def create_token(wb: First, by: Governor, body: Body) -> Response:
    """The answer has the token, this once."""
    name, role = body.get("name"), body.get("role")
    if not isinstance(name, str) or not isinstance(role, str):
        raise InputError('the body must be {"name": "asha", "role": "viewer"}')
    token = wb.registry.create_token(name, role, sites=_slugs(wb, body.get("sites")), by=by)
    made = next(each for each in wb.registry.tokens() if each.name == name)
    answer: TokenMade = {**_row(made, wb), "token": token}
    return Json(answer, status_code=201)


@by_hand(router, RestAlone.revoke_token, response_class=Response)
def revoke_token(wb: First, by: Governor, name: Annotated[str, Path(description="Of the token"), Part]) -> Response:
    """It is worthless at once and for good; what was opened with it ends within seconds."""
    wb.registry.revoke_token(name, by=by)
    return Response(status_code=204)


def _row(token: Token, wb: First) -> TokenRow:
    return {
        "name": token.name,
        "role": token.role,
        "created_at": iso(token.created_at, wb.zone),
        "sites": dict(token.sites),
    }


def _slugs(wb: First, given: Any) -> list[str]:
    """The slugs of the sites that a body names; none: all."""
    if not isinstance(given or [], list) or not all(isinstance(each, str) for each in given or []):
        raise InputError('the sites must be a list of texts: {"sites": ["berlin"]}')
    return [wb.installation.slug_of(wb.installation.find(each)) for each in given or []]
