"""Share of a period's intervals that are known."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.domain.time import axis
from energy_workbench.domain.time.period import parse_period

if TYPE_CHECKING:
    from energy_workbench.services.workbench import Workbench


def known_share(wb: Workbench, period: str, meter: str, planned: datetime) -> float:
    """Share of the intervals of a period that are known, up to the planned instant [0 to 1].

    Parameters
    ----------
    meter : str
        Only its own; the mean of all that people have not switched off, where it is empty: the number that the
        dashboard shows, and the report.
    planned : datetime
        A period that still ran then is expected up to its last whole interval before.

    Raises
    ------
    NotFoundError
        If there is no such meter any more.
    """
    span = parse_period(period, wb.zone, planned)
    end = min(span.end, axis.floor_interval(planned))
    if end <= span.start:
        return 0.0
    text = f"{span.start.isoformat()}/{end.isoformat()}"
    if not meter:
        return float(wb.site_figures(text)["completeness"] or 0.0)
    key = wb.meter(meter)["id"]
    return next((row["completeness"] or 0.0 for row in wb.energies(text).rows if row["meter"] == key), 0.0)


def percent(share: float) -> str:
    """A share in words; what is not quite whole is never 100 %."""
    return f"{math.floor(share * 1000) / 10:g} %"
