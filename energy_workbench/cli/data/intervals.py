"""`energy-workbench intervals`: bring the 15-minute intervals up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from energy_workbench.domain.time import clock
from energy_workbench.runtime import settings

app = typer.Typer(help="Bring the 15-minute intervals up to date.", no_args_is_help=True)


@app.callback()
def intervals() -> None:
    """Energy and demand over 15 minutes, from readings and ratios."""


@app.command()
def build(
    from_: Annotated[str, typer.Option("--from", help="First day to build anew, such as 2026-10-01.")] = "",
    to: Annotated[str, typer.Option(help="Last day to build anew.")] = "",
) -> None:
    """Commit what is spooled and build what changed; with --from or --to, build that span anew."""
    from energy_workbench.domain.time.period import parse_period, zone_of
    from energy_workbench.lake import Lake, Spool
    from energy_workbench.lake.build.intervals import build as build_intervals
    from energy_workbench.registry import Registry

    home = settings.load()
    registry = Registry(home.registry_url)
    registry.check()
    zone = zone_of(registry.site().timezone)
    start = parse_period(from_, zone, clock.now()).start if from_ else None
    end = parse_period(to, zone, clock.now()).end if to else None
    lake, spool = Lake(home.lake_path), Spool(home.spool_path)
    try:
        committed = lake.commit(spool)
    finally:
        spool.close()
    known = registry.evidence(home.profiles_path)
    result = build_intervals(lake, registry.all_ratios(), start=start, end=end, evidence=known)
    typer.echo(f"{committed} readings committed; {result.rows} intervals written from {result.readings} readings")
