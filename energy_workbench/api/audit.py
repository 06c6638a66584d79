"""REST of the audit, written by hand: its total counts what no page of it shows."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from energy_workbench.api.access.session import Caller, Home, Shown
from energy_workbench.api.answers import Json
from energy_workbench.api.asked import Asked, Limit, Offset, note_of
from energy_workbench.api.contracted import by_hand
from energy_workbench.api.room import apart
from energy_workbench.contract.everything import WorkbenchContract

router = APIRouter()


@by_hand(router, WorkbenchContract.audit)
@apart
def audit(
    wb: Home,
    _: Caller,
    shown: Shown,
    limit: Limit = 50,
    offset: Offset = 0,
    meter: Annotated[str | None, Query(description="Only changes of that meter (id or number)")] = None,
    period: Asked = None,
    who: Annotated[
        str | None, Query(max_length=200, description="Only changes that somebody of this name made")
    ] = None,
    action: Annotated[
        str | None,
        Query(max_length=64, description="Only those of that action or below it: `meter`, `meter.update`"),
    ] = None,
) -> Response:
    """The newest changes, newest first, each with what was before and after; `total` counts all that there are.

    Editors see whole addresses of webhooks.
    """
    chosen = {"period": period, "who": who, "action": action}
    items = shown(wb.audit(limit, meter, offset=offset, **chosen))
    total = wb.audit_summary(meter, **chosen)["total"]
    return Json({"items": items, "total": total, **note_of(period, wb.zone)})
