"""REST of many meters at once: files in and out."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from energy_workbench.answers.meter_transfer import LARGEST
from energy_workbench.api.answers import Json, raw_body
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import FILE, IMPORT, IMPORT_BODY
from energy_workbench.api.session import Caller, Editor, Home

router = APIRouter(prefix="/meters", tags=["Meters as a file"])

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

Format = Annotated[Literal["csv", "xlsx"], Query(description="Kind of file")]


async def uploaded(request: Request, _: Editor) -> bytes:
    """The file of a request; who may not import is refused before anything is read."""
    return await raw_body(request, LARGEST)


@router.post("/import", summary="Import a meter file", openapi_extra=IMPORT_BODY, responses=IMPORT)
def import_meters(
    wb: Home,
    by: Editor,
    content: Annotated[bytes, Depends(uploaded)],
    dry_run: Annotated[bool, Query(description="Only say what would happen")] = True,
    filename: Annotated[str, Query(max_length=300, description="Its ending tells CSV from Excel")] = "meters.csv",
) -> Response:
    """Import all of it, or nothing where a row is wrong; a dry run lists every bad row with line and reason."""
    return Json(wb.import_meters(content, filename, dry_run, by=by))


@router.get("/export", summary="All meters as a file", responses=FILE, response_class=Response)
@apart
def export_meters(wb: Home, _: Caller, format: Format = "csv") -> Response:
    """A file that can be imported again."""
    return _file(wb.export_meters(format), f"meters.{format}", format)


@router.get("/import-template", summary="An empty meter file", responses=FILE, response_class=Response)
def import_template(wb: Home, _: Caller, format: Format = "csv") -> Response:
    """A meter file with its header, to be filled in."""
    return _file(wb.import_template(format), f"meters-template.{format}", format)


def _file(content: bytes, name: str, format: str) -> Response:
    return Response(
        content, media_type=KINDS[format], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
