"""`energy-workbench dashboards`: the pages of everybody who may look, served by a Voilà of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from energy_workbench.cli.processes.pages import serve, site
from energy_workbench.domain.pages import VIEWED
from energy_workbench.runtime.settings import Settings

if TYPE_CHECKING:
    from energy_workbench.widgets.site.server import SiteOptions

app = typer.Typer(help="Serve the dashboards with Voilà.")


@app.callback(invoke_without_command=True)
def dashboards() -> None:
    """Serve the dashboards until SIGTERM or Ctrl-C."""
    serve(options)


def options(settings: Settings, machine: str) -> SiteOptions:
    """What the server is told."""
    return site(
        settings,
        machine,
        name="dashboards",
        notebook="dashboards.ipynb",
        pages=tuple(page.name for page in VIEWED),
        port=settings.dashboard_port,
    )
