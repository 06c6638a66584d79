"""`energy-collector profiles`: what the collector's code knows of profiles, as JSON for other programs."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated, Any, cast

import typer

from energy_workbench.domain.errors import InputError, WorkbenchError
from energy_workbench.runtime import settings as settings_room

app = typer.Typer(help="Meter profiles, as JSON; `energy-workbench profiles` shows them to people.")
Home = Annotated[Path | None, typer.Option(help="Folder of the home, for its own profiles.")]


@app.command("list")
def list_(home: Home = None) -> None:
    """Every profile, the home's own among them."""
    from collector.profile.report import listed

    _say(listed([settings_room.load(home).profiles_path]))


@app.command()
def show(profile: Annotated[str, typer.Argument(help="Id of a profile.")], home: Home = None) -> None:
    """A profile with its registers."""
    from collector.profile.report import shown
    from collector.profile.store import available, load

    folders = [settings_room.load(home).profiles_path]
    path = available(folders).get(profile.partition(":")[0])
    _say(shown(load(profile, folders), path))


@app.command()
def check(file: Annotated[Path, typer.Argument(help="A profile's file.")], home: Home = None) -> None:  # noqa: ARG001
    """Everything that is wrong with a file, or what it says."""
    from collector.profile.report import checked

    answer = checked(file)
    _say(answer)
    if not answer["ok"]:
        raise typer.Exit(5)


@app.command()
def suggest(
    gateway: Annotated[str, typer.Argument(help="tcp://host:port, rtutcp://host:port or rtu:///dev/ttyUSB0?…")],
    unit: Annotated[int, typer.Argument(min=0, max=255, help="Modbus device id.")],
    home: Home = None,
) -> None:
    """With which profiles a device can be read; by the running collector where there is one."""
    from collector.control import SOCKET, Refusal, ask
    from collector.probing.advice import advice
    from collector.probing.suggest import Suggestions
    from collector.probing.suggest import suggest as search

    settings = settings_room.load(home)
    answer: Suggestions | Refusal | None
    try:
        request = {"do": "suggest", "gateway": gateway, "unit_id": unit}
        answer = ask(settings.home / SOCKET, request, lambda members: cast(Suggestions, members))
        answer = answer or asyncio.run(search(gateway, unit, [settings.profiles_path]))
    except WorkbenchError as error:
        answer = {"ok": False, "error": str(error), "advice": advice(error), "kind": "failed"}
    _say(answer)
    if not answer["ok"]:
        raise typer.Exit(12)


@app.command()
def add(home: Home = None) -> None:
    """Save a register in a profile of the home, as JSON on standard input says: `{"profile": id, "register": {…}}`."""
    from collector.profile.add_register import add_register

    settings = settings_room.load(home)
    try:
        given = json.loads(sys.stdin.read())
        name, register = given["profile"], dict(given["register"])
    except (ValueError, KeyError, TypeError):
        raise InputError('send {"profile": id, "register": {"quantity": …, "address": …, "type": …, …}}') from None
    try:
        profile, path, new = add_register(settings.profiles_path, str(name), register)
    except InputError as error:
        problems = [{"where": p.where, "field": p.field, "value": p.value, "reason": p.reason} for p in error.problems]
        _say({"ok": False, "error": error.message, "problems": problems})
        raise typer.Exit(5) from None
    what = {"quantities": profile.quantities, "polled": profile.poll}
    _say({"ok": True, "profile": profile.id, "file": str(path), "new": new, **what})


def _say(answer: Any) -> None:
    typer.echo(json.dumps(answer, ensure_ascii=False))
