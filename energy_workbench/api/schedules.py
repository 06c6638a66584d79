"""REST of reports that are sent by themselves: plans, runs, and what they wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Body, Limit, Offset, SeenSchedule
from energy_workbench.api.schemas import (
    REPORTS,
    RUN,
    RUN_BODY,
    RUN_FILE,
    RUNS,
    SCHEDULE,
    SCHEDULE_BODY,
    SCHEDULE_CHECK_BODY,
    SCHEDULE_CHECKED,
    SCHEDULES,
    created,
    listed,
)
from energy_workbench.api.session import Caller, Editor, Home, Shown
from energy_workbench.core.errors import InputError

router = APIRouter(tags=["Scheduled reports"])

KINDS = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
"""Kind of file → what it is."""

Id = Annotated[str, Path(alias="id", description="Id (`sch_…`) or name of the schedule")]
RunId = Annotated[int, Path(alias="run", ge=1, le=2**31 - 1, description="Id of the run")]


@router.get("/reports", summary="Reports there are", responses=REPORTS)
def reports(wb: Home, _: Caller) -> Response:
    """Each with the parameters that it can be asked with."""
    return Json(listed(wb.reports()))


@router.get("/schedules", summary="Scheduled reports", responses=SCHEDULES)
def schedules(wb: Home, shown: Shown) -> Response:
    """By name, each with its next run and the one that is not over, else the last. Editors see whole addresses."""
    return Json(listed(shown(wb.schedules())))


@router.post(
    "/schedules",
    status_code=201,
    summary="Schedule a report",
    openapi_extra=SCHEDULE_BODY,
    responses=created(SCHEDULE),
)
def create_schedule(wb: Home, by: Editor, body: Body) -> Response:
    """Plan a report: what, when, of which period, for whom."""
    return _answer(wb.create_schedule(body, by=by), status=201)


@router.post(
    "/schedules/check", summary="Check a schedule", openapi_extra=SCHEDULE_CHECK_BODY, responses=SCHEDULE_CHECKED
)
def check_schedule(wb: Home, _: Editor, body: Body) -> Response:
    """What is wrong with its fields and when it would run; nothing is stored."""
    fields, key = body.get("fields"), body.get("id")
    if not isinstance(fields, Mapping) or not (key is None or isinstance(key, str)):
        raise InputError('the body must be {"fields": {…}, "id": null}')
    return Json(wb.check_schedule(fields, key))


@router.get("/schedules/runs", summary="Runs of all reports", responses=RUNS)
def all_runs(wb: Home, shown: Shown, limit: Limit = 50, offset: Offset = 0) -> Response:
    """The newest first, those of deleted schedules too."""
    return Json(listed(shown(wb.runs(limit=limit, offset=offset))))


@router.get("/schedules/runs/{run}", summary="A run", responses=RUN)
def run(wb: Home, shown: Shown, key: RunId) -> Response:
    """What it does, how far it is, or what became of it."""
    return Json(shown(wb.run(key)))


@router.post("/schedules/runs/{run}/cancel", summary="Cancel a run", responses=RUN)
def cancel_run(wb: Home, by: Editor, key: RunId) -> Response:
    """One that is being worked on ends within seconds; one that is over stays as it is."""
    return Json(wb.cancel_run(key, by=by))


@router.get(
    "/schedules/runs/{run}/files/{kind}", summary="A file of a run", responses=RUN_FILE, response_class=Response
)
def run_file(
    wb: Home, _: Caller, key: RunId, kind: Annotated[str, Path(description="`html`, `pdf` or `xlsx`")]
) -> Response:
    """What it wrote, to be saved."""
    name, content = wb.run_file(key, kind)
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}"}
    return Response(content, media_type=KINDS[kind], headers=headers)


@router.get("/schedules/{id}", summary="A scheduled report", responses=SCHEDULE)
def schedule(wb: Home, shown: Shown, ref: Id) -> Response:
    """Its plan, its next run, and the last."""
    return _answer(shown(wb.schedule(ref)))


@router.put("/schedules/{id}", summary="Change a schedule", openapi_extra=SCHEDULE_BODY, responses=SCHEDULE)
def update_schedule(wb: Home, by: Editor, ref: Id, body: Body, revision: SeenSchedule) -> Response:
    """Change the given fields. `paused` pauses and resumes; what was planned meanwhile is not caught up."""
    return _answer(wb.update_schedule(ref, body, revision=revision, by=by))


@router.delete("/schedules/{id}", status_code=204, summary="Delete a schedule", response_class=Response)
def delete_schedule(wb: Home, by: Editor, ref: Id) -> Response:
    """Its history stays; what it planned and was not begun is cancelled."""
    wb.delete_schedule(ref, by=by)
    return Response(status_code=204)


@router.post(
    "/schedules/{id}/run", status_code=201, summary="Send a report now", openapi_extra=RUN_BODY, responses=created(RUN)
)
def run_schedule(wb: Home, by: Editor, ref: Id, body: Body) -> Response:
    """Of the period that its rule means now, or of another one; the scheduler begins within seconds."""
    period = body.get("period")
    if period is not None and not isinstance(period, str):
        raise InputError('the body must be {} or {"period": "2026-10"}')
    return Json(wb.run_schedule(ref, period or None, by=by), status_code=201)


@router.get("/schedules/{id}/runs", summary="Runs of a report", responses=RUNS)
def runs(wb: Home, shown: Shown, ref: Id, limit: Limit = 50, offset: Offset = 0) -> Response:
    """The newest first: status, duration and reason."""
    return Json(listed(shown(wb.runs(ref, limit, offset=offset))))


def _answer(row: Mapping[str, Any], status: int = 200) -> Response:
    return Json(row, status_code=status, headers={"ETag": f'"{row["revision"]}"'})
