"""REST of own generation, and of the emission factors behind its carbon."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Asked, Body, Part
from energy_workbench.api.room import apart
from energy_workbench.api.schemas import FACTOR, FACTOR_BODY, FACTORS, GENERATION, GENERATION_COMPARISON, listed
from energy_workbench.api.session import Caller, Editor, Home

router = APIRouter(tags=["Generation"])


@router.get("/generation", summary="Diesel, solar and carbon", responses=GENERATION)
@apart
def generation(wb: Home, _: Caller, period: Asked) -> Response:
    """Energies, run hours, fuel, and emissions by scope with the factors used; this month by default."""
    return Json(wb.generation(period or "this month").to_dict())


@router.get("/generation/comparison", summary="Generation beside an earlier time", responses=GENERATION_COMPARISON)
@apart
def comparison(
    wb: Home,
    _: Caller,
    period: Asked,
    against: Annotated[
        str, Query(description="`previous` period (under a week: 7 days earlier), or a `year`: 364 days earlier")
    ] = "previous",
) -> Response:
    """Each figure of both times, its change by like days, and how the totals differ; this month by default."""
    return Json(wb.compare_generation(period or "this month", against=against).to_dict())


@router.get("/factors", summary="Emission factors", responses=FACTORS)
def factors(wb: Home, _: Caller) -> Response:
    """Those that hold at the site, dated and sourced."""
    return Json(listed(wb.factors()))


@router.put("/factors", summary="State an emission factor", openapi_extra=FACTOR_BODY, responses=FACTOR)
def set_factor(wb: Home, by: Editor, body: Body) -> Response:
    """It replaces the one of the same kind and date; earlier ones hold for the time before it."""
    return Json(wb.set_factor(body, by=by))


@router.delete("/factors/{name}", status_code=204, summary="Take a factor away", response_class=Response)
def delete_factor(
    wb: Home,
    by: Editor,
    name: Annotated[str, Path(description="Its kind"), Part],
    valid_from: Annotated[str | None, Query(description="Its date; none is the beginning of time")] = None,
) -> Response:
    """One that the site stated itself; where one is shipped for that date, it holds again."""
    wb.delete_factor(name, valid_from, by=by)
    return Response(status_code=204)
