"""Reports that cannot succeed, refused before a kernel or a browser is started for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import WorkbenchError
from energy_workbench.reports.session import resolved
from energy_workbench.services.reports.refusals import refuse

if TYPE_CHECKING:
    from energy_workbench.reports.job import Job


def refused(jobs: Sequence[Job]) -> Iterator[WorkbenchError]:
    """Why the first of these reports cannot be written, one by one, up to the first that may succeed.

    Those after it have its kernel, which finds out itself. A report that is written again has what it needs beside it.
    """
    from energy_workbench.reports.recorded import Recorded
    from energy_workbench.services.workbench import Workbench

    opened: dict[tuple[str, str], Workbench] = {}
    try:
        for job in jobs:
            home = job.source.get("home")
            if home is None:
                return
            place = home, job.source.get("site", "")
            try:
                if place not in opened:
                    opened[place] = Workbench.at(*place)
                like = opened[place]
                wb = Recorded(like.settings, like=like)
                resolved(wb, job.text("period"), job.text("meter"))
                refuse(wb, job.report, job.parameters, job.written_at)
            except WorkbenchError as error:
                yield error
            else:
                return
    finally:
        for each in opened.values():
            each.close()
