"""`energy-workbench schedules`: reports that are sent by themselves."""

from __future__ import annotations

import logging
import os
import sys
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.cli.data.run_progress import BY, follow, short
from energy_workbench.cli.data.schedule_options import Given, with_fields
from energy_workbench.domain.errors import InputError
from energy_workbench.runtime import process
from energy_workbench.runtime import settings as settings_room

if TYPE_CHECKING:
    from energy_workbench.contract.rows.schedules import ScheduleRow
    from energy_workbench.services.workbench import Workbench

app = typer.Typer(
    help="Reports that are sent by themselves: plan, pause, run, see what became of them.", no_args_is_help=True
)

NICE = 5
"""Writing a report gives way to polling and committing."""

Home = Annotated[Path | None, typer.Option(help="Folder of the home.")]
Named = Annotated[str, typer.Argument(metavar="SCHEDULE", help="Name or id.")]


@app.command("list")
def list_schedules(home: Home = None) -> None:
    """Every schedule with its next run and how the last one went."""
    rows = _workbench(home).schedules()
    if not rows:
        typer.echo("nothing is scheduled: `energy-workbench schedules add` plans a report")
    for row in rows:
        run = row["run"]
        upcoming = "paused" if row["paused"] else short(row["next_run"])
        last = f"{run['state']} {run['period']}{' (incomplete)' if run['incomplete'] else ''}" if run else "not run yet"
        typer.echo(f"{row['id']}  {row['name']}\n    {row['report']}, {row['period']}; {row['described']}")
        typer.echo(f"    next: {upcoming}; last: {last}{': ' + run['reason'] if run and run['reason'] else ''}")


@app.command()
@with_fields(new=True)
def add(given: Given, home: Home = None) -> None:
    """Schedule a report."""
    row = _workbench(home).create_schedule(given, by=BY)
    typer.echo(f"{row['id']}  {row['name']}: {row['described']}; next: {short(row['next_run'])}")
    _warn(row)


@app.command()
@with_fields(new=False)
def edit(schedule: Named, given: Given, home: Home = None) -> None:
    """Change what is given; everything else stays. `--to` and `--set` replace the whole list."""
    if not given:
        raise InputError("nothing to change was given: see --help")
    row = _workbench(home).update_schedule(schedule, given, by=BY)
    typer.echo(f"{row['name']} was changed: {row['described']}; next: {short(row['next_run']) or 'paused'}")
    _warn(row)


@app.command()
def remove(schedule: Named, home: Home = None) -> None:
    """Take a schedule away; its history stays."""
    wb = _workbench(home)
    name = wb.schedule(schedule)["name"]
    wb.delete_schedule(schedule, by=BY)
    typer.echo(f"{name} was removed")


@app.command()
def pause(schedule: Named, home: Home = None) -> None:
    """Plan nothing until it is resumed."""
    typer.echo(f"{_workbench(home).update_schedule(schedule, {'paused': True}, by=BY)['name']} is paused")


@app.command()
def resume(schedule: Named, home: Home = None) -> None:
    """Plan again from now on; what passed meanwhile is not caught up."""
    row = _workbench(home).update_schedule(schedule, {"paused": False}, by=BY)
    typer.echo(f"{row['name']} runs again; next: {short(row['next_run'])}")


@app.command()
def run(
    schedule: Named,
    period: Annotated[str | None, typer.Option(help="Another period than the schedule's.")] = None,
    wait: Annotated[bool, typer.Option(help="Show how far it is, until it is over.")] = True,
    home: Home = None,
) -> None:
    """Send a report now. Ctrl-C cancels it."""
    wb = _workbench(home)
    found = wb.run_schedule(schedule, period, by=BY)
    if not wait:
        typer.echo(f"run {found['id']} of {found['name']} waits for the scheduler")
        return
    follow(wb, found["id"])


@app.command()
def cancel(run: Annotated[int, typer.Argument(help="Number of the run.")], home: Home = None) -> None:
    """Cancel a run."""
    found = _workbench(home).cancel_run(run, by=BY)
    typer.echo(f"run {run} of {found['name']}: {'ends' if found['cancelling'] else found['state']}")


@app.command()
def history(
    schedule: Annotated[str | None, typer.Argument(help="Name or id; all without one.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most runs.")] = 20,
    home: Home = None,
) -> None:
    """The newest runs: status, duration and reason."""
    for row in _workbench(home).runs(schedule, limit):
        seconds = "" if row["seconds"] is None else f" in {row['seconds']:g} s"
        mark = " (incomplete)" if row["incomplete"] else ""
        reason = f": {row['reason']}" if row["reason"] else ""
        typer.echo(
            f"{row['id']:>5}  {short(row['planned_at'])}  {row['name']}  {row['period']}  "
            f"{row['state']}{mark}{seconds}{reason}"
        )


@app.command(hidden=True)
def work(
    run: Annotated[int, typer.Argument(help="Number of the run.")],
    holder: Annotated[str, typer.Option(help="Who claimed it.")],
) -> None:
    """Do a claimed run, and those that the scheduler hands over after it; the scheduler calls this."""
    from energy_workbench.jobs.reports.worker import stay
    from energy_workbench.jobs.reports.worker_process import Line

    for name in ("papermill", "traitlets"):
        # That a notebook is executed is no event: the run says how far it is.
        logging.getLogger(name).setLevel(logging.WARNING)
    os.nice(NICE)
    process.begin(settings_room.load())
    stay(run, holder, Line())


def _warn(row: ScheduleRow) -> None:
    """Say what keeps a schedule from working, each reason once."""
    for reason in dict.fromkeys(row["warnings"].values()):
        typer.echo(f"Warning: {reason}", err=True)


def _workbench(home: Path | None) -> Workbench:
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(settings_room.load(home).home)
