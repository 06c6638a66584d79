"""Progress of the run of a scheduled report, shown until it is over."""

from __future__ import annotations

import sys
import time
from functools import partial
from typing import TYPE_CHECKING

import typer

from energy_workbench.cli.data.bar import bar
from energy_workbench.domain.errors import ReportError

if TYPE_CHECKING:
    from energy_workbench.services.workbench import Workbench

BY = "schedules"
"""Who changes something, as the audit says."""
UNCLAIMED_SECONDS = 5.0
"""For how long `run` waits for the scheduler to begin, before it does the work itself [s]."""
LOOK_SECONDS = 0.5


def follow(wb: Workbench, key: int) -> None:
    """Show how far a run is; do the work here where no scheduler does."""
    from energy_workbench.domain.schedules import OPEN
    from energy_workbench.reports.progress import CancelledError
    from energy_workbench.jobs.reports.scheduler import Scheduler
    from energy_workbench.jobs.reports.worker_process import WorkerProcess

    own: Scheduler | None = None
    begun = time.monotonic()
    row = wb.run(key)
    failures = row["failures"]
    try:
        with bar() as shown:
            while (row := wb.run(key))["state"] in OPEN:
                shown.show(f"{row['name']}, {row['period']}: {row['step'] or row['state']}", row["progress"])
                if own is None and row["state"] in ("due", "retrying") and time.monotonic() - begun > UNCLAIMED_SECONDS:
                    # What goes wrong is the run's reason: on a terminal the worker's log would run through the bar.
                    spawn = partial(WorkerProcess, wb.settings, quiet=sys.stderr.isatty())
                    own = Scheduler(wb.settings, wb.registry, spawn=spawn)
                if own is not None:
                    own.turn(only=key)
                if row["state"] == "retrying" and row["failures"] > failures:
                    break
                time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        wb.cancel_run(key, by=BY)
        typer.echo("cancelling…", err=True)
        while wb.run(key)["state"] in OPEN:
            if own is not None:
                own.turn(only=key)
            time.sleep(LOOK_SECONDS)
    finally:
        if own is not None:
            own.stop()
    row = wb.run(key)
    if row["state"] == "retrying":
        raise ReportError(f"run {key} failed and is tried again at {short(row['due_at'])}: {row['reason']}")
    if row["state"] == "cancelled":
        raise CancelledError(f"run {key} was {row['reason']}")
    if row["state"] != "done":
        raise ReportError(f"run {key} {row['state']}: {row['reason']}")
    typer.echo(f"delivered to {', '.join(row['delivered'])}{'; ' + row['reason'] if row['reason'] else ''}")
    for kind in row["files"]:
        typer.echo(wb.run_path(key, kind))


def short(iso: str | None) -> str:
    """An instant to the minute; empty where there is none."""
    return iso[:16].replace("T", " ") if iso else ""
