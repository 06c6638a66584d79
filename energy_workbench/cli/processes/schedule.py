"""`energy-workbench schedule`, or `jobs`: run the periodic jobs until stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.runtime import process
from energy_workbench.runtime import settings as settings_room

app = typer.Typer(help="Run the periodic jobs.")


@app.callback(invoke_without_command=True)
def schedule(home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None) -> None:
    """Move spooled readings to the lake, build intervals and keep the lake tidy, until stopped."""
    from energy_workbench.jobs.maintenance import jobs

    settings = settings_room.load(home)
    process.begin(settings)
    jobs(settings)
