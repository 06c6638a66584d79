"""`energy-workbench reports`: those that were written, by schedules and by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.cli.data.run_progress import short
from energy_workbench.runtime import settings as settings_room

app = typer.Typer(help="List the reports that were written.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """List the reports that were written."""


@app.command("list")
def list_reports(
    find: Annotated[str | None, typer.Argument(help="Text in title, period, meter or schedule.")] = None,
    report: Annotated[str | None, typer.Option(help="Only of that report, such as monthly.")] = None,
    meter: Annotated[str | None, typer.Option(help="Only of that meter: number or id.")] = None,
    schedule: Annotated[str | None, typer.Option(help="Only those that this schedule sent: name or id.")] = None,
    complete: Annotated[
        bool | None, typer.Option("--complete/--incomplete", help="Only the complete, or the incomplete ones.")
    ] = None,
    limit: Annotated[int, typer.Option(help="Most reports.")] = 50,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """The reports in the home's folder, newest first."""
    from energy_workbench.services.workbench import Workbench

    found = Workbench.at(settings_room.load(home).home).written_reports(
        q=find, report=report, meter=meter, schedule=schedule, complete=complete, limit=limit
    )
    if not found.rows:
        typer.echo("no such report has been written: `energy-workbench report NAME` writes one")
    for row in found.rows:
        mark = " (period not over)" if row["running"] else " (incomplete)" if row["incomplete"] else ""
        typer.echo(f"{row['id']}  {row['title']}{mark}")
        by = f"sent by {row['schedule']}" if row["schedule"] else "on request"
        about = " · ".join(filter(None, [row["meter"] or row["site"], row["period"]]))
        typer.echo(f"    {about}; {short(row['written_at'])}, {by}; {', '.join(row['files'])}")
    if (more := found.total - len(found.rows)) > 0:
        typer.echo(f"… and {more} older")
