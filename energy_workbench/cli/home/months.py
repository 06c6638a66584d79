"""`energy-workbench months`: months that are locked, whose numbers are not changed without a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings

if TYPE_CHECKING:
    from energy_workbench.contract.rows.locked import MonthLockRow
    from energy_workbench.services.workbench import Workbench

app = typer.Typer(help="Lock months, whose numbers are then not changed without a reason.", no_args_is_help=True)

WHO = "command line"
Month = Annotated[str, typer.Argument(help="Of the site's calendar, such as 2026-09.")]


@app.command("list")
def list_() -> None:
    """The locked months, what was changed in them since and why, and what came late."""
    rows = _workbench().locked_months()
    if not rows:
        typer.echo("no month is locked: `energy-workbench months lock 2026-09`")
    for row in rows:
        _tell(row)


@app.command()
def lock(month: Month, reason: Annotated[str, typer.Option(help="Why, for whoever asks.")] = "") -> None:
    """Lock a month that is over: what alters its numbers needs a reason from now on."""
    typer.echo(f"{_workbench().lock_month(month, reason, by=WHO)['month']} is locked")


@app.command()
def unlock(month: Month, reason: Annotated[str, typer.Option(help="Why; it is needed.")] = "") -> None:
    """Unlock a month."""
    _workbench().unlock_month(month, reason, by=WHO)
    typer.echo(f"{month} is unlocked")


def _tell(row: MonthLockRow) -> None:
    why = f": {row['reason']}" if row["reason"] else ""
    typer.echo(f"{row['month']}  locked {row['at'][:16].replace('T', ' ')} by {row['by']}{why}")
    for change in reversed(row["changes"]):
        reports = ", ".join(f"{each['name']} {each['period']}" for each in change["reports"])
        differ = f"; differ: {reports}" if reports else ""
        what = f"{change['action']} of {change['number'] or change['subject']}"
        typer.echo(f"    {change['at'][:16].replace('T', ' ')}  {what} by {change['by']}: {change['reason']}{differ}")
    for late in row["late"]:
        typer.echo(f"    {late['number']}: {late['text']}")


def _workbench() -> Workbench:
    from energy_workbench.services.workbench import Workbench

    return Workbench.at(settings.load().home)
