"""`energy-workbench mail`: whether the mail server takes mail."""

from __future__ import annotations

from typing import Annotated

import typer

from energy_workbench.domain.errors import DeliveryError
from energy_workbench.runtime import settings

app = typer.Typer(help="Whether the mail server takes mail.", no_args_is_help=True)


@app.callback()
def root() -> None:
    """Whether the mail server takes mail."""


@app.command()
def test(address: Annotated[str, typer.Argument(help="Who gets the test mail.")]) -> None:
    """Send a test mail as reports are sent, and say what failed where it was not taken."""
    from energy_workbench.services.workbench import Workbench

    told = Workbench.at(settings.load().home).test_mail(address)
    if not told["ok"]:
        raise DeliveryError(told["error"])
    typer.echo(f"{told['server']} took a test mail to {told['address']}")
