"""REST: how home, gateways and meters are, and what to do."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import DOCTOR
from energy_workbench.api.session import Editor, Home

router = APIRouter(tags=["Setup"])


@router.get("/doctor", summary="How everything is, and what to do", responses=DOCTOR)
@apart
def doctor(
    wb: Home,
    _: Editor,
    thorough: Annotated[
        bool, Query(description="Check the databases page by page and call silent meters; takes some seconds")
    ] = False,
) -> Response:
    """What `energy-workbench doctor` tells, for programs. It names paths and addresses, so it is for editors."""
    return Json(wb.doctor(thorough=thorough))
