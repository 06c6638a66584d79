"""`energy-workbench retention`: for how long every reading is kept, and what is thinned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from energy_workbench.runtime import settings

if TYPE_CHECKING:
    from energy_workbench.lake.thinning.thinner import Thinned
    from energy_workbench.services.retention.retention import Retention

app = typer.Typer(help="For how long every reading is kept, and what is thinned.", no_args_is_help=True)

WHO = "command line"


@app.command()
def show() -> None:
    """What is kept, what was thinned, and what is due."""
    told = _retention().standing()
    if told.before is None:
        typer.echo("Every reading is kept for ever.")
    else:
        typer.echo(
            f"Every reading is kept for {told.keep_days} days; days before {told.before} (UTC) are thinned to the "
            "readings that intervals are made of."
        )
    typer.echo(f"stored   {told.readings:,} readings, {_size(told.size)}")
    typer.echo(
        f"thinned  {told.thinned_days:,} days: {told.thinned_readings:,} readings kept, {_size(told.thinned_size)}"
    )
    typer.echo(f"due      {told.due_days:,} days, {_size(told.due_size)}")


@app.command("set")
def set_(
    days: Annotated[str, typer.Argument(metavar="DAYS|none", help="35 at least; none: every reading, for ever.")],
) -> None:
    """State for how many days every reading is kept; the audit keeps who did."""
    from energy_workbench.services.workbench import Workbench

    given = None if days.strip().lower() == "none" else days
    for effect in Workbench.at(settings.load().home).set_site({"keep_readings_days": given}, by=WHO)["effects"]:
        typer.echo(f"Note: {effect}.")
    show()


@app.command()
def run(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be taken away.")] = False,
    days: Annotated[
        int | None, typer.Option(min=35, help="With --dry-run: for as many days instead of what the site states.")
    ] = None,
) -> None:
    """Thin what is due now, instead of a little at a time by the schedule."""
    from energy_workbench.domain.errors import InputError

    if days is not None and not dry_run:
        raise InputError("--days goes with --dry-run: to thin, state them with `energy-workbench retention set DAYS`")
    retention = _retention()
    if days is None and retention.standing().keep_days is None:
        typer.echo("Every reading is kept for ever: state days with `energy-workbench retention set DAYS`.")
        return
    readings = kept = size = size_kept = 0
    for each in retention.look(days) if dry_run else retention.run():
        typer.echo(_words(each, dry_run=dry_run))
        readings, kept = readings + each.readings, kept + each.kept
        size, size_kept = size + each.size, size_kept + each.size_kept
    done = "would be kept" if dry_run else "kept"
    about = "about " if dry_run else ""
    typer.echo(f"{kept:,} of {readings:,} readings {done}, {about}{_size(size - size_kept)} of {_size(size)} freed")
    if size > size_kept and not dry_run:
        typer.echo("The disk has them back when the files that were replaced are a day old.")


def _words(each: Thinned, *, dry_run: bool) -> str:
    about = "about " if dry_run else ""
    unlike = f", {each.unlike} left as they were" if each.unlike else ""
    return (
        f"{each.day}  {each.meters:,} meters{unlike}: {each.kept:,} of {each.readings:,} readings, "
        f"{about}{_size(each.size_kept)} of {_size(each.size)}"
    )


def _size(count: int) -> str:
    """Bytes in words."""
    return f"{count / 1e6:,.1f} MB" if count < 1e9 else f"{count / 1e9:,.2f} GB"


def _retention() -> Retention:
    from energy_workbench.lake import Lake
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.services.retention.retention import Retention

    home = settings.load()
    registry = Registry(home.registry_url)
    registry.check()
    state = StateStore(home.state_url)
    state.migrate()
    return Retention(home, Lake(home.lake_path), registry, state)
