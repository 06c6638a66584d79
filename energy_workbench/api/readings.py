"""REST of readings and of what is made of them: intervals, patterns, flows."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from energy_workbench.api.answers import Json, json_body, saved_body
from energy_workbench.api.asked import Asked, Every, Limit, Offset, Ref, instant
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import (
    BALANCE,
    COMPARISON,
    COMPLETENESS,
    DEMAND,
    ENERGIES,
    FLOW,
    INTERVALS,
    LOSSES,
    OVERVIEW,
    PATTERN,
    READINGS,
    READINGS_BODY,
    READINGS_FILE_BODY,
    READINGS_IMPORT,
    RECORDED,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home
from energy_workbench.core.errors import InputError

router = APIRouter()

Threshold = Annotated[
    float | None, Query(ge=0, le=100, description="Above it a loss is a hotspot [%]; the site's by default")
]

LARGEST_FILE = 200_000_000
"""Bytes of a readings file over REST; what is larger is imported on the machine itself."""


@router.get("/overview", tags=["Site"], summary="Everything that the dashboard shows", responses=OVERVIEW)
@apart
def overview(wb: Home, _: Caller, period: str = "today") -> Response:
    """Cards, status summary, flows, the week's pattern and the tree, in one answer."""
    return Json(wb.overview(period).to_dict())


@router.get("/flow", tags=["Energy"], summary="Where power or energy goes", responses=FLOW)
@apart
def flow(wb: Home, _: Caller, period: Asked = None) -> Response:
    """Nodes and links with losses: the energy of a period [kWh], or without one the power now [kW]."""
    return Json(wb.flow(period).to_dict())


@router.get("/completeness", tags=["Energy"], summary="Completeness of all meters by day", responses=COMPLETENESS)
@apart
def completeness(wb: Home, _: Caller, period: Asked) -> Response:
    """Of each of the site's days, the share of its elapsed time that is known closely, and its worst quality."""
    return Json(wb.completeness(period or "last 30 days").to_dict())


@router.get("/energies", tags=["Energy"], summary="Energy of all meters", responses=ENERGIES)
@apart
def energies(wb: Home, _: Caller, period: Asked, meter: str | None = None) -> Response:
    """Energy, maximum demand and when, load factor and completeness of every meter over a period; today by default.

    With a `meter` only of this one and those below it.
    """
    return Json(wb.energies(period or "today", meter).to_dict())


@router.get("/balance", tags=["Energy"], summary="Losses of every node", responses=BALANCE)
@apart
def balance(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="This node and those below it; all by default")] = None,
    threshold_percent: Threshold = None,
) -> Response:
    """Supply, demand, loss with its uncertainty, and a verdict in words; today by default."""
    return Json(wb.balance(period or "today", meter, threshold_percent=threshold_percent).to_dict())


@router.get("/balance/over-time", tags=["Energy"], summary="Losses of a node over time", responses=LOSSES)
@apart
def losses(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="A meter with others below it; the site's root by default")] = None,
    every: Every = "1d",
    threshold_percent: Threshold = None,
) -> Response:
    """As the balance of one node, a row a bucket that has begun; the last 7 days by default."""
    found = wb.losses(meter, period or "last 7 days", every=every, threshold_percent=threshold_percent)
    return Json(found.to_dict())


@router.get("/consumption/pattern", tags=["Energy"], summary="Consumption over time", responses=PATTERN)
@apart
def pattern(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="Id or number; the site's root by default")] = None,
    days: Annotated[int, Query(ge=1, le=3660, description="Times 24 hours up to now, where no period is given")] = 7,
    every: Every = "1h",
    by: Annotated[
        str | None,
        Query(description="`day`, `week`, `month`; or how it is spread: `weekday-hour`, `hour`, `duration`, `shift`"),
    ] = None,
    shifts: Annotated[str | None, Query(max_length=200, description="As in `A 06:00, B 14:00, C 22:00`")] = None,
) -> Response:
    """Energy and demand a row, with total, peak and load factor; with `by`, how the load is spread."""
    return Json(wb.pattern(meter, period, days=days, every=every, by=by, shifts=shifts).to_dict())


@router.get("/consumption/comparison", tags=["Energy"], summary="Beside an earlier time", responses=COMPARISON)
@apart
def comparison(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="Id or number; the site's root by default")] = None,
    against: Annotated[
        str, Query(description="`previous` period (under a week: 7 days earlier), or a `year`: 364 days earlier")
    ] = "previous",
    every: Every = "1d",
) -> Response:
    """Energy a row, that of the earlier time beside it, and the change by like days; last month by default."""
    return Json(wb.compare(meter, period or "last month", against=against, every=every).to_dict())


@router.get("/demand", tags=["Energy"], summary="Maximum demand", responses=DEMAND)
@apart
def demand(
    wb: Home,
    _: Caller,
    period: Asked,
    meter: Annotated[str | None, Query(description="Id or number; the site's root by default")] = None,
    block: Annotated[str, Query(description="Length: `15min`, `30min`, `60min`")] = "15min",
    kind: Annotated[str, Query(description="`block`, or `sliding` by 15 minutes")] = "block",
    unit: Annotated[str, Query(description="`kw` or `kva`")] = "kw",
    billing_day: Annotated[
        int | None, Query(ge=1, le=31, description="On which a billing month begins; the site's by default")
    ] = None,
) -> Response:
    """The maximum of each billing month, when it was, load factor, who made it; this month by default."""
    found = wb.demand(meter, period or "this month", block=block, kind=kind, unit=unit, billing_day=billing_day)
    return Json(found.to_dict())


@router.get("/meters/{id}/intervals", tags=["Energy"], summary="Energy and demand", responses=INTERVALS)
@apart
def intervals(wb: Home, _: Caller, ref: Ref, period: Asked, every: Every = "15min") -> Response:
    """Primary energy [kWh], maximum 15-minute demand [kW], quality and completeness a row; today by default."""
    return Json(wb.intervals(ref, period or "today", every=every).to_dict())


@router.get("/meters/{id}/readings", tags=["Readings"], summary="Raw readings", responses=READINGS)
@apart
def readings(
    wb: Home,
    _: Caller,
    ref: Ref,
    period: Asked,
    quantity: Annotated[list[str] | None, Query(description="Canonical names, repeated or with commas")] = None,
    scaled: Annotated[bool, Query(description="Primary values through the ratio valid then")] = False,
    after: Annotated[
        str | None, Query(description="Of a period, only those after this instant: the last of the page before")
    ] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Response:
    """Readings as the meter reported them, oldest first; without a period the newest `limit` of them.

    A page after the other costs the same with `after`; with `offset` each costs all before it again.
    """
    since = None if after is None else instant(after)
    names = [name.strip() for group in quantity or () for name in group.split(",") if name.strip()]
    return Json(wb.readings(ref, period, names, limit=limit, scaled=scaled, offset=offset, after=since).to_dict())


@router.post(
    "/meters/{id}/readings",
    status_code=201,
    tags=["Readings"],
    summary="Record readings",
    openapi_extra=READINGS_BODY,
    responses=RECORDED,
)
def record(wb: Home, _: Editor, ref: Ref, body: Annotated[Any, Depends(json_body)]) -> Response:
    """Record `{ts, values}` or a list, all or none; on disk when this answers, the same again changes nothing."""
    many = isinstance(body, list)
    given = body if many else [body]
    if not all(isinstance(reading, dict) for reading in given):
        raise InputError("a reading is an object {ts, values: {quantity: value}}; the body is one or a list of them")
    stored = wb.record(ref, given)
    return Json(listed(stored) if many else stored[0], status_code=201)


async def uploaded(
    request: Request,
    _: Editor,
    filename: Annotated[
        str, Query(max_length=300, description="Its ending: .csv, .csv.gz or .parquet")
    ] = "readings.csv",
) -> AsyncIterator[Path]:
    """The file of a request, on disk; who may not import is refused before anything is read."""
    with TemporaryDirectory(prefix="energy-workbench-") as folder:
        # Only the ending is taken over: whatever else the name says is no path.
        ending = re.search(r"(\.csv|\.csv\.gz|\.parquet|\.\w{1,8})$", filename.lower())
        path = Path(folder) / f"readings{ending[0] if ending else ''}"
        await saved_body(request, path, LARGEST_FILE)
        yield path


@router.post(
    "/readings/import",
    tags=["Readings"],
    summary="Import a readings file",
    openapi_extra=READINGS_FILE_BODY,
    responses=READINGS_IMPORT,
)
def import_readings(
    wb: Home,
    _: Editor,
    path: Annotated[Path, Depends(uploaded)],
    dry_run: Annotated[bool, Query(description="Only say what would happen")] = True,
    keep_stored: Annotated[bool, Query(description="Leave out what contradicts stored values")] = False,
) -> Response:
    """Import all of it, or nothing where a row is wrong; the same again changes nothing. Intervals follow."""
    return Json(wb.import_readings(path, dry_run, keep_stored=keep_stored, name="the file"))
