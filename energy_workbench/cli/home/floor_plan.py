"""`energy-workbench floor-plan`: the picture on which the meters stand."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Give the site a floor plan.")


@app.callback(invoke_without_command=True)
def floor_plan(
    file: Annotated[Path | None, typer.Argument(help="A PNG, JPEG or SVG picture.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove it.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Take a picture of the site; meters have their place on it in `x` and `y`, 0 to 1 from its top left corner."""
    from energy_workbench.domain.errors import InputError
    from energy_workbench.services.workbench import Workbench

    if (file is None) is not remove:
        raise InputError("name a picture, or say --remove")
    workbench = Workbench.at(home)
    if file is None:
        workbench.remove_floor_plan()
        typer.echo("the site has no floor plan any more")
        return
    try:
        plan = workbench.set_floor_plan(file.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{file}: there is no such file") from None
    placed = sum(meter["x"] is not None for meter in workbench.meters())
    typer.echo(f"floor plan of {plan.width:.0f} x {plan.height:.0f}; {placed} meters have a place on it")
