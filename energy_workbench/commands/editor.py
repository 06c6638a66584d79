"""`energy-workbench editor`: the pages of editors, served by a Voilà of its own with the editor's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from energy_workbench.commands.pages import site
from energy_workbench.core import logs
from energy_workbench.core import settings as settings_room
from energy_workbench.core.pages import EDITED
from energy_workbench.core.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions

app = typer.Typer(help="Serve the pages of editors with Voilà.")

PAGES = tuple(page.name for page in EDITED)
"""Addresses at which the app is served, beside the root."""


@app.callback(invoke_without_command=True)
def editor() -> None:
    """Serve meter setup and scheduled reports until SIGTERM or Ctrl-C."""
    from energy_workbench.widgets.site.server import run

    settings = settings_room.load()
    logs.start(settings)
    from energy_workbench.api.access import tokens_of

    run(options(settings, tokens_of(settings).editor))


def options(settings: Settings, token: str) -> SiteOptions:
    """What the server is told: its kernels know the service and the editor's token, nothing else."""
    return site(
        settings,
        token,
        name="editor",
        notebook="meter_setup.ipynb",
        pages=PAGES,
        port=settings.editor_port,
        pool=1,
        extensions=("ipytree",),
        sheets=("setup.css", "schedules.css"),
        charts=False,
    )
