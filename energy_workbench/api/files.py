"""REST of files, written by hand: meters, readings and the floor plan."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response

from energy_workbench.api.access.session import Caller, Editor, Home
from energy_workbench.api.answers import Json, raw_body, saved_body
from energy_workbench.api.asked import Why
from energy_workbench.api.contracted import by_hand
from energy_workbench.api.room import apart
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.readings import DateOrder, DecimalSign, FileInterval, FileKind, Stamps
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.site import floor_plan as picture
from energy_workbench.services.files.meter_transfer import LARGEST

router = APIRouter()

KINDS = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}

LARGEST_FILE = 200_000_000
"""Bytes of a readings file over REST; what is larger is imported on the machine itself."""

Format = Annotated[Literal["csv", "xlsx"], Query(description="Kind of file")]


async def meter_file(request: Request, _: Editor) -> bytes:
    """The file of a request; who may not import is refused before anything is read."""
    return await raw_body(request, LARGEST)


@by_hand(router, WorkbenchContract.import_meters)
def import_meters(
    wb: Home,
    by: Editor,
    content: Annotated[bytes, Depends(meter_file)],
    dry_run: Annotated[bool, Query(description="Only say what would happen")] = True,
    filename: Annotated[str, Query(max_length=300, description="Its ending tells CSV from Excel")] = "meters.csv",
    reason: Why = None,
) -> Response:
    """Import all of it, or nothing where a row is wrong; a dry run lists every bad row with line and reason."""
    return Json(wb.import_meters(content, filename, dry_run, reason=reason, by=by))


@by_hand(router, WorkbenchContract.export_meters, response_class=Response)
@apart
def export_meters(wb: Home, _: Caller, format: Format = "csv") -> Response:
    """A file that can be imported again."""
    return _file(wb.export_meters(format), f"meters.{format}", format)


@by_hand(router, WorkbenchContract.import_template, response_class=Response)
def import_template(wb: Home, _: Caller, format: Format = "csv") -> Response:
    """A meter file with its header, to be filled in."""
    return _file(wb.import_template(format), f"meters-template.{format}", format)


async def readings_file(
    request: Request,
    _: Editor,
    filename: Annotated[
        str, Query(max_length=300, description="What the file is called; its content tells its kind")
    ] = "readings.csv",
) -> AsyncIterator[Path]:
    """The file of a request, on disk; who may not import is refused before anything is read."""
    with TemporaryDirectory(prefix="energy-workbench-") as folder:
        # Only the ending is taken over: whatever else the name says is no path.
        ending = re.search(r"(\.csv|\.csv\.gz|\.parquet|\.\w{1,8})$", filename.lower())
        path = Path(folder) / f"readings{ending[0] if ending else ''}"
        await saved_body(request, path, LARGEST_FILE)
        yield path


@by_hand(router, WorkbenchContract.import_readings)
def import_readings(
    wb: Home,
    by: Editor,
    path: Annotated[Path, Depends(readings_file)],
    dry_run: Annotated[bool, Query(description="Only say what would happen")] = True,
    filename: Annotated[
        str, Query(max_length=300, description="What the file is called; its content tells its kind")
    ] = "readings.csv",
    keep_stored: Annotated[bool, Query(description="Leave out what contradicts stored values")] = False,
    mapping: Annotated[
        str | None, Query(max_length=60_000, description="Name of a saved mapping, or one as a JSON object")
    ] = None,
    timezone: Annotated[
        str | None, Query(max_length=64, description="Zone of times without an offset; the site's by default")
    ] = None,
    kind: Annotated[
        FileKind,
        Query(description="What values of energy are: a counter's, the energy of each interval [kWh], or power [kW]"),
    ] = None,
    in_order: Annotated[
        bool, Query(description="The hour that the clock shows twice stands in the order of time")
    ] = False,
    meter: Annotated[
        str | None, Query(max_length=200, description="Whose readings they are, where the file names no meter")
    ] = None,
    date_order: Annotated[DateOrder, Query(description="Order of day, month and year, where no date tells")] = None,
    decimal: Annotated[DecimalSign, Query(description="The decimal sign, where no number tells")] = None,
    stamps: Annotated[Stamps, Query(description="Where in its interval a time stands, where nothing tells")] = None,
    interval: Annotated[
        FileInterval, Query(description="How long each interval is, where the times do not tell")
    ] = None,
    reason: Why = None,
) -> Response:
    """Import all of it, or nothing where a row is wrong; the same again changes nothing. Intervals follow."""
    imported = wb.import_readings(
        path, dry_run, keep_stored=keep_stored, mapping=mapping, timezone=timezone, kind=kind, in_order=in_order,
        meter=meter, date_order=date_order, decimal=decimal, stamps=stamps, interval=interval, reason=reason,
        name="the file", original=filename, by=by,
    )  # fmt: skip
    return Json(imported)


async def plan_file(request: Request, _: Editor) -> bytes:
    """The picture of a request; who may not change anything is refused before it is read."""
    return await raw_body(request, picture.LARGEST)


@by_hand(router, WorkbenchContract.floor_plan, response_class=Response)
def floor_plan(wb: Home, _: Caller) -> Response:
    """The picture as it was given; meters have their place on it in `x` and `y`, 0 to 1 from its top left corner."""
    plan = wb.floor_plan()
    if plan is None:
        raise NotFoundError("the site has no floor plan yet: `energy-workbench floor-plan FILE` gives it one")
    # A picture, never a page: nothing in it may run or load.
    return Response(
        plan.content, media_type=plan.media, headers={"Content-Security-Policy": "default-src 'none'; sandbox"}
    )


@by_hand(router, WorkbenchContract.set_floor_plan)
def set_floor_plan(wb: Home, _: Editor, content: Annotated[bytes, Depends(plan_file)]) -> Response:
    """A PNG, JPEG or SVG takes the place of the one before."""
    plan = wb.set_floor_plan(content)
    return Json({"media": plan.media, "width": plan.width, "height": plan.height})


def _file(content: bytes, name: str, format: str) -> Response:
    return Response(
        content, media_type=KINDS[format], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
