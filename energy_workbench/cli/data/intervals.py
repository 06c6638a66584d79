"""`energy-workbench intervals`: bring the 15-minute intervals up to date."""

from __future__ import annotations

from typing import Annotated

import typer

from energy_workbench.runtime import settings

app = typer.Typer(help="Bring the 15-minute intervals up to date.", no_args_is_help=True)


@app.callback()
def intervals() -> None:
    """Energy and demand over 15 minutes, from readings and ratios."""


@app.command()
def build(
    from_: Annotated[str, typer.Option("--from", help="From when to build anew: 2026-10-01 is its first instant.")] = "",
    to: Annotated[str, typer.Option(help="Until when; 2026-11-01 is its first instant, so that October is the last.")] = "",
) -> None:
    """Commit what is spooled and build what changed; with --from or --to, build that span anew."""
    from energy_workbench.domain.time.period import beginning, between, zone_of
    from energy_workbench.lake import Lake, Spool
    from energy_workbench.registry import Registry, StateStore
    from energy_workbench.services.measuring.build import IntervalBuild

    home = settings.load()
    registry = Registry(home.registry_url)
    registry.check()
    zone = zone_of(registry.site().timezone)
    start = beginning(from_, zone) if from_ else None
    end = beginning(to, zone) if to else None
    if from_ and to:
        between(from_, to, zone)
    lake, spool = Lake(home.lake_path), Spool(home.spool_path)
    try:
        committed = lake.commit(spool)
    finally:
        spool.close()
    state = StateStore(home.state_url)
    state.migrate()
    result = IntervalBuild(home, lake, registry, state).run(start, end)
    typer.echo(f"{committed} readings committed; {result.rows} intervals written from {result.readings} readings")
