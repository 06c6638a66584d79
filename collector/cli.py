"""The `energy-collector` command: polls until it is stopped, polls once, or probes one device."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from collector.profile_cli import app as profiles_app
from energy_workbench.domain.errors import HomeError, InputError, SettingsError, WorkbenchError
from energy_workbench.domain.time import clock
from energy_workbench.runtime import error_boundary
from energy_workbench.runtime import settings as settings_room

app = typer.Typer(help="The acquisition process: polls the meters of a home.", add_completion=False)


app.add_typer(profiles_app, name="profiles")


@app.callback(invoke_without_command=True)
def collect(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Poll every meter once, write, tell and end.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Poll the meters of a home until SIGTERM or Ctrl-C."""
    if context.invoked_subcommand:
        return
    if clock.FIXED_NOW in os.environ:
        raise SettingsError(f"{clock.FIXED_NOW} is set: readings need the real time, unset it")
    settings = settings_room.load(home)
    if not settings.home.is_dir():
        raise HomeError(f"there is no home {settings.home}: run energy-workbench init")
    from collector import lines
    from collector.collector import Collector, exclusive
    from energy_workbench.runtime import process

    process.begin(settings)
    lines.make_way(settings)
    with exclusive(settings):
        collector = Collector(settings)
        if not once:
            asyncio.run(collector.run())
            return
        meters = {meter.key: meter for meter in collector.registry.meters()}
        live_by_key = asyncio.run(collector.once())
        collector.close()
    for key, live in live_by_key.items():
        typer.echo(
            f"{meters[key].number}: {len(live.values)} values"
            if not live.error
            else f"{meters[key].number}: {live.error}"
        )
    answered = sum(not live.error for live in live_by_key.values())
    typer.echo(f"{answered} of {len(live_by_key)} meters answered")


@app.command()
def probe(
    gateway: Annotated[
        str, typer.Argument(help="tcp://host:port, tls://host:port?ca=…, rtutcp://host:port or rtu:///dev/ttyUSB0?…")
    ],
    unit: Annotated[int, typer.Argument(min=0, max=255, help="Modbus device id.")],
    profile: Annotated[str, typer.Option(help="Id of a meter profile.")],
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the home, for its own profiles.")] = None,
) -> None:
    """Read everything that a device can tell, once; by the running collector where there is one."""
    from collector.control import SOCKET, ask
    from collector.probing.probe import Probe
    from collector.probing.probe import probe as run_probe
    from collector.profile.store import load

    settings = settings_room.load(home)
    folders = [settings.profiles_path]
    try:
        load(profile, folders)
        # A serial port has one owner: while the collector runs, it is the collector.
        request = {"do": "probe", "gateway": gateway, "unit_id": unit, "profile": profile}
        # A collector that refuses does not say again what it was asked for.
        result = ask(settings.home / SOCKET, request, lambda members: Probe.of({**request, **members}))
        result = result or asyncio.run(run_probe(gateway, unit, profile, folders))
    except WorkbenchError as error:
        if not as_json:
            raise
        result = Probe.failed(gateway, unit, profile, error)
    typer.echo(result.to_json() if as_json else result.to_text())
    if not result.ok:
        raise typer.Exit(12)


@app.command("lines")
def lines_only(home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None) -> None:
    """Own the lines of a home while no collector polls: scans and reads on request, until nothing is asked any more."""
    from collector import lines
    from energy_workbench.runtime import process

    settings = settings_room.load(home)
    process.begin(settings)
    lines.run(settings)


@app.command()
def call(home: Annotated[Path | None, typer.Option(help="Folder of the home, for its own profiles.")] = None) -> None:
    """Ask meters whether they are there, as a line of JSON on standard input says; answers with JSON.

    Where a collector runs, its socket takes the same request.
    """
    import json
    from dataclasses import asdict

    from collector.probing.ping import PingAnswer, parse_request, ping

    settings = settings_room.load(home)
    try:
        request = json.loads(sys.stdin.read())
        meters, seconds = parse_request(request)
    except (ValueError, AttributeError):
        raise InputError('send {"meters": [{"key": …, "gateway": …, "unit_id": …, "profile": …}]}') from None
    results = asyncio.run(ping(meters, seconds, [settings.profiles_path]))
    typer.echo(json.dumps(asdict(PingAnswer(True, results))))


def main() -> None:
    """Run the command that is asked for."""
    error_boundary.run(app)
