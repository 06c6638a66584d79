"""`energy-workbench up`: every process of the Procfile, kept running together until Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from energy_workbench.cli.home.init import prepare_home
from energy_workbench.domain.errors import BusyError, HomeError, WorkbenchError
from energy_workbench.runtime import disk
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.paths import shipped
from energy_workbench.runtime.settings import Settings
from energy_workbench.services.doctor import supervised

PLANT = "plant"

app = typer.Typer(help="Start every process of the Procfile, with or without the demo plant.")


@app.callback(invoke_without_command=True)
def up(
    demo: Annotated[bool, typer.Option("--demo", help="With the demo plant of 92 meters.")] = False,
    home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None,
) -> None:
    """Start every process of the Procfile, and again where one ends; Ctrl-C ends all of them."""
    settings = settings_room.load_base(home)
    os.umask(disk.OWNERS)  # of all processes, as each sets it that runs alone
    for each in settings_room.load_all(settings):
        prepare_home(each, **({"site_name": "Demo plant"} if demo else {}))
    with exclusive(settings):
        check_ports(settings, demo)
        environment = {
            **os.environ,
            "ENERGY_WORKBENCH_HOME": str(settings.home),
            # Who is of one site alone is told which.
            "ENERGY_WORKBENCH_SITE": "",
            "PYTHONUNBUFFERED": "1",
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
        }
        if demo:
            done = subprocess.run(["energy-plant", "prepare"], env={**environment, **settings.named}, check=False)
            if done.returncode:
                raise HomeError("the demo plant could not be prepared; its message is above")
        sys.exit(supervise(settings, environment, demo))


@contextmanager
def exclusive(settings: Settings) -> Iterator[None]:
    """Hold the home for one `up`.

    Raises
    ------
    BusyError
        If another `up` holds it.
    """
    with (settings.home / "up.lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise BusyError(
                f"the workbench runs already on {settings.home} (process {file.read().strip() or '?'}): stop it first"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def ports(settings: Settings, demo: bool) -> list[tuple[int, str]]:
    """Every port that the processes will bind, with the setting that moves it."""
    found = [
        (settings.port, "PORT"),
        (settings.dashboard_port, "DASHBOARD_PORT"),
        (settings.editor_port, "EDITOR_PORT"),
        (settings.lab_port, "LAB_PORT"),
    ]
    if demo:
        found += [(settings.plant_port + index, "PLANT_PORT") for index in range(settings_room.PLANT_PORTS)]
    return found


def check_ports(settings: Settings, demo: bool) -> None:
    """See that every port is free.

    Raises
    ------
    BusyError
        If one is not, or two settings name the same; it names the port and the setting that moves it.
    """
    seen: dict[int, str] = {}
    for port, setting in ports(settings, demo):
        if port in seen:
            raise BusyError(
                f"{settings_room.PREFIX}{setting} and {settings_room.PREFIX}{seen[port]} both take port {port}"
            )
        seen[port] = setting
        with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((settings.host, port))
            except OSError as error:
                raise BusyError(
                    f"port {port} on {settings.host} cannot be used ({error.strerror}): stop what uses it, "
                    f"or set {settings_room.PREFIX}{setting} to another"
                ) from None


def supervise(settings: Settings, environment: dict[str, str], demo: bool) -> int:
    """Keep the processes running until Ctrl-C; returns the exit code."""
    from honcho.environ import parse_procfile

    from energy_workbench.cli.processes.supervisor import Supervisor

    found = parse_procfile(shipped("Procfile").read_text("utf-8")).processes
    commands = {name: command for name, command in found.items() if name != PLANT or demo}

    def wanted() -> dict[str, str]:
        return of_sites(commands, settings_room.load_all(settings_room.load_base(settings.home)))

    threading.Thread(target=announce, args=(settings, print), daemon=True).start()
    try:
        return Supervisor(wanted, environment, lambda known: supervised.write(settings.home, known)).run()
    finally:
        supervised.remove(settings.home)


def of_sites(commands: Mapping[str, str], sites: Sequence[Settings]) -> dict[str, str]:
    """The commands of the Procfile by name, those of a site once for each: `collector.kolkata`."""
    every = {}
    for name, command in commands.items():
        if name not in (*supervised.OF_A_SITE, PLANT):
            every[name] = command
            continue
        # The demo plant is the first one's.
        for site in sites[:1] if name == PLANT else sites:
            named = f"env {settings_room.PREFIX}SITE={site.site} " if site.site else ""
            every[supervised.label(name, site)] = named + command
    return every


def announce(settings: Settings, say: Callable[[str], None], deadline: float = 180.0) -> None:
    """Wait until the pages answer, then print the links."""
    from energy_workbench.api.access.home_tokens import link, tokens_of
    from energy_workbench.registry import Registry

    end = time.monotonic() + deadline
    waiting = [settings.port, settings.dashboard_port, settings.editor_port]
    while waiting and time.monotonic() < end:
        waiting = [port for port in waiting if not listens(settings, port)]
        time.sleep(0.2)
    try:
        tokens, registry = tokens_of(settings), Registry(settings.registry_url)
        address = settings.public_url or settings.service_url
        manager = link(registry, f"{address}/meter-dashboard", "viewer", tokens.viewer)
        engineer = link(registry, f"{address}/", "editor", tokens.editor)
    except WorkbenchError as error:
        say(f"error: {error}")
        return
    say(
        "\n".join(
            [
                "",
                "  Energy Workbench is running. Ctrl-C stops it.",
                "",
                f"  Manager (read-only):  {manager}",
                f"  Engineer (can edit):  {engineer}",
                f"  Home:                 {settings.home}{_sites(settings)}",
                "",
            ]
        )
    )
    sys.stdout.flush()


def _sites(settings: Settings) -> str:
    """The sites of an installation, where there are several."""
    slugs = [each.site for each in settings_room.load_all(settings)]
    return f" (sites: {', '.join(slugs)})" if len(slugs) > 1 else ""


def listens(settings: Settings, port: int) -> bool:
    """Whether one of our servers takes connections."""
    try:
        with socket.create_connection((settings.near_host, port), timeout=2):
            return True
    except OSError:
        return False
