"""`energy-workbench editor`: the pages of editors, served by a Voilà of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from energy_workbench.cli.processes.pages import serve, site
from energy_workbench.domain.pages import EDITED
from energy_workbench.domain.roles import May
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions

app = typer.Typer(help="Serve the pages of editors with Voilà.")

PAGES = tuple(page.name for page in EDITED)
"""Addresses at which the app is served, beside the root."""


@app.callback(invoke_without_command=True)
def editor() -> None:
    """Serve meter setup and scheduled reports until SIGTERM or Ctrl-C."""
    serve(options)


def options(settings: Settings, machine: str) -> SiteOptions:
    """What the server is told."""
    return site(
        settings,
        machine,
        name="editor",
        needs=May.CHANGE,
        notebook="meter_setup.ipynb",
        pages=PAGES,
        port=settings.editor_port,
        pool=1,
        extensions=("ipytree",),
        sheets=("setup.css", "schedules.css"),
        charts=False,
    )
