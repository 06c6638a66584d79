"""REST of the plant itself: what it is called, where it stands, what it pays in."""

from __future__ import annotations

from fastapi import APIRouter, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body
from energy_workbench.api.schemas import SITE, SITE_BODY, SITE_CHANGED
from energy_workbench.api.session import Admin, Caller, Home

router = APIRouter(tags=["Site"])


@router.get("/site", summary="The plant", responses=SITE)
def site(wb: Home, _: Caller) -> Response:
    """Name, IANA time zone, country (ISO 3166-1) and currency (ISO 4217); null where nobody stated them."""
    return Json(wb.site())


@router.put("/site", summary="Say what the plant is", openapi_extra=SITE_BODY, responses=SITE_CHANGED)
def set_site(wb: Home, by: Admin, body: Body) -> Response:
    """What is given changes; `effects` say what that does to answers: another zone cuts days anew."""
    return Json(wb.set_site(body, by=by))
