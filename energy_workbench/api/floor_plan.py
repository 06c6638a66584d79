"""REST of the picture on which the meters stand."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from energy_workbench.answers.floor_plan import LARGEST
from energy_workbench.api.answers import Json, raw_body
from energy_workbench.api.schemas import FLOOR_PLAN, PICTURE, PICTURE_BODY
from energy_workbench.api.session import Caller, Editor, Home
from energy_workbench.core.errors import NotFoundError

router = APIRouter(prefix="/floor-plan", tags=["Site"])


async def picture(request: Request, _: Editor) -> bytes:
    """The picture of a request; who may not change anything is refused before it is read."""
    return await raw_body(request, LARGEST)


@router.get("", summary="The floor plan", responses=PICTURE, response_class=Response)
def floor_plan(wb: Home, _: Caller) -> Response:
    """The picture as it was given; meters have their place on it in `x` and `y`, 0 to 1 from its top left corner."""
    plan = wb.floor_plan()
    if plan is None:
        raise NotFoundError("the site has no floor plan yet: `energy-workbench floor-plan FILE` gives it one")
    # A picture, never a page: nothing in it may run or load.
    return Response(
        plan.content, media_type=plan.media, headers={"Content-Security-Policy": "default-src 'none'; sandbox"}
    )


@router.put("", summary="Give the site a floor plan", openapi_extra=PICTURE_BODY, responses=FLOOR_PLAN)
def set_floor_plan(wb: Home, _: Editor, content: Annotated[bytes, Depends(picture)]) -> Response:
    """A PNG, JPEG or SVG takes the place of the one before."""
    plan = wb.set_floor_plan(content)
    return Json({"media": plan.media, "width": plan.width, "height": plan.height})


@router.delete("", status_code=204, summary="Remove the floor plan", response_class=Response)
def remove_floor_plan(wb: Home, _: Editor) -> Response:
    """Removing what is not there changes nothing."""
    wb.remove_floor_plan()
    return Response(status_code=204)
