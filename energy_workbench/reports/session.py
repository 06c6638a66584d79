"""The session of a report in its kernel: begun before its notebook runs, finished with the archive of its inputs.

`publish` calls `begin` before the first cell and `finish` after the last. Between the two, a workbench that remembers
what it was asked is in use: `energy_workbench.open()` gives it, also to notebooks that know nothing of this.
"""

from __future__ import annotations

import gc
import json
import os
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired

from typing_extensions import TypedDict

from energy_workbench.domain.time import clock
from energy_workbench.domain.time.clock import FIXED_NOW
from energy_workbench.reports.content import words
from energy_workbench.runtime.paths import file_name
from energy_workbench.services.reports.refusals import reportable

if TYPE_CHECKING:
    from energy_workbench.reports.recorded import Recorded
    from energy_workbench.services.workbench import Workbench

THRESHOLD = 0.95
"""A report with less of its data than this is marked as incomplete [1]."""
ALONE = "a report is written from its own home: call energy_workbench.open() without an address"


class Told(TypedDict):
    """What a session begins with; reports that are written together have the same `batch`."""

    home: NotRequired[str]
    site: NotRequired[str]
    archive: NotRequired[dict[str, str]]
    threshold: float
    folder: str
    now: str
    batch: str
    period: NotRequired[str | None]
    meter: NotRequired[str | None]


class Resolved(TypedDict):
    """The site; of a period itself in ISO, a label for names of files, and as people say it; the meter's number."""

    site: str
    period: NotRequired[str]
    label: NotRequired[str]
    span: NotRequired[str]
    meter: NotRequired[str]


class Session:
    """The report that is being written in this process.

    Attributes
    ----------
    wb : Recorded
    threshold : float
        Share of the data below which the report is marked as incomplete [1].
    folder : Path
        Where reports are written, as it is told where a disk refuses.
    left : ExitStack
        What is over with it: that its workbench is in use, and a home that was made from an archive.
    """

    def __init__(self, wb: Recorded, threshold: float, folder: Path, left: ExitStack) -> None:
        self.wb = wb
        self.threshold = threshold
        self.folder = folder
        self.left = left


current: Session | None = None
begun = 0
"""Reports of this process."""


def begin(told: str) -> str:
    """Take up a report.

    Parameters
    ----------
    told : str
        JSON of `Told`.

    Returns
    -------
    str
        JSON of `Resolved`.

    Raises
    ------
    NoDataError
        If the period lies in the future.
    NotFoundError
        If there is no such meter.
    """
    global current, begun
    import energy_workbench

    end()
    begun += 1
    if begun == 2:
        # The modules and databases that the first opened stay: clearing up between reports need not look at them again.
        gc.freeze()
    given: Told = json.loads(told)
    os.environ[FIXED_NOW] = given["now"]
    if "home" in given:
        os.environ["ENERGY_WORKBENCH_HOME"] = given["home"]
        os.environ["ENERGY_WORKBENCH_SITE"] = given.get("site", "")
    with ExitStack() as left:
        wb = (
            _archived(given["archive"], left)
            if given.get("archive")
            else _recorded(given["home"], given.get("site", ""), given["batch"])
        )
        left.enter_context(energy_workbench.use(wb, alone=ALONE))
        current = Session(wb, given["threshold"], Path(given["folder"]), left.pop_all())
    return json.dumps(resolved(wb, given.get("period"), given.get("meter")))


def finish(folder: str, base: str) -> str:
    """Write the archive of what was asked, and forget the report; JSON of what `archive.keep` gives.

    Raises
    ------
    HomeError
        If the disk refuses.
    """
    from energy_workbench.reports.archive import keep
    from energy_workbench.reports.output_files import disk_errors

    assert current is not None
    with disk_errors(current.folder):
        kept = keep(current.wb, Path(folder), base)
    end()
    return json.dumps(kept)


def end() -> None:
    """Forget the report."""
    global current
    if current is not None:
        current.left.close()
    current = None


def _archived(files: Mapping[str, str], left: ExitStack) -> Recorded:
    from energy_workbench.reports.archive import restore

    folder = left.enter_context(tempfile.TemporaryDirectory(prefix="energy-workbench-report-"))
    wb = restore({kind: Path(path) for kind, path in files.items()}, Path(folder))
    left.callback(wb.registry.database.close)
    return wb


def _recorded(home: str, site: str, batch: str) -> Recorded:
    from energy_workbench.reports.recorded import Recorded

    like = _opened(home, site, batch)
    return Recorded(like.settings, like=like)


@lru_cache(1)
def _opened(home: str, site: str, batch: str) -> Workbench:  # noqa: ARG001
    """Kept from one report of a batch to the next; a later batch finds what was changed meanwhile."""
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(home, site)


def resolved(wb: Recorded, period_text: str | None, meter: str | None) -> Resolved:
    """Look at period and meter before anything is executed, and at the plant as it was at the period's end."""
    site = wb.site()["name"]
    if period_text is None:
        return {"site": site}
    zone = wb.zone
    period = reportable(period_text, zone, clock.now())
    if period.end <= clock.now():
        wb.as_of = period.end - timedelta(microseconds=1)
    number = wb.meter(meter)["number"] if meter else ""
    iso = period.text if period.text[0].isdigit() else words.iso(period, zone)
    return {"site": site, "period": iso, "label": file_name(iso), "span": words.span(period, zone), "meter": number}
