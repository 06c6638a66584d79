"""The `energy-plant` command: the simulated plant as a process."""

from __future__ import annotations

import asyncio
import logging
import signal
import time
from pathlib import Path
from typing import Annotated

import typer

from collector.plant import meter_file, state
from energy_workbench.domain.errors import HomeError, WorkbenchError
from energy_workbench.runtime import error_boundary, process
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.notify import Alive
from energy_workbench.runtime.settings import Settings

log = logging.getLogger("plant")
app = typer.Typer(help="The simulated plant: real Modbus TCP servers with meters whose every kWh is known.")

Meters = Annotated[int | None, typer.Option(help="Meters of a new plant; 92 by default, more adds machines.")]
Port = Annotated[int | None, typer.Option(help="Port of the first gateway; the others follow.")]
FaultsFile = Annotated[Path | None, typer.Option("--faults", help="YAML or JSON file of faults to play.")]
Seed = Annotated[int | None, typer.Option(help="Seed of a new plant.")]
HEARTBEAT_SECONDS = 10.0


@app.callback(invoke_without_command=True)
def plant(
    context: typer.Context, meters: Meters = None, port: Port = None, faults: FaultsFile = None, seed: Seed = None
) -> None:
    """Serve the plant, unless a subcommand says otherwise."""
    if context.invoked_subcommand is None:
        serve(meters, port, faults, seed)
        return
    given = {"meters": meters, "port": port, "faults": faults, "seed": seed}
    # Options before a subcommand are the subcommand's, where it says nothing else.
    context.default_map = {
        context.invoked_subcommand: {name: value for name, value in given.items() if value is not None}
    }


@app.command("serve")
def serve(meters: Meters = None, port: Port = None, faults: FaultsFile = None, seed: Seed = None) -> None:
    """Serve the plant's gateways until Ctrl-C."""
    settings = settings_room.load()
    process.begin(settings)
    kept = state.open_state(settings.home, site_timezone(settings), meters=meters, seed=seed)
    asyncio.run(_serve(settings, kept, port or settings.plant_port, faults))


@app.command("prepare")
def prepare(
    days: Annotated[int, typer.Option(min=1, max=3660, help="Days of history.")] = state.HISTORY_DAYS,
    meters: Meters = None,
    seed: Seed = None,
) -> None:
    """Register the plant's meters and write its history, where there is none yet."""
    from collector.plant.prepare import prepare as run

    begin = time.monotonic()

    def say(line: str) -> None:
        print(f"plant: {line} ({time.monotonic() - begin:.1f} s)", flush=True)

    run(settings_room.load(), say, meters=meters, seed=seed, days=days)


@app.command("meters")
def meters_file(
    file: Annotated[Path, typer.Argument(help="CSV file to write.")], meters: Meters = None, port: Port = None
) -> None:
    """Write the meter file of the plant, for `energy-workbench meters import`."""
    from collector.plant.tree import DEFAULT_METERS, build

    settings = settings_room.load()
    kept = state.stored(settings.home)
    built = build(meters or (kept.meters if kept else DEFAULT_METERS))
    meter_file.write(file, built, meter_file.gateway_urls(built, settings.host, port or settings.plant_port))
    print(f"{len(built)} meters written to {file}")


def site_timezone(settings: Settings) -> str:
    """The site's stored zone, or the set one where there is no registry yet."""
    from energy_workbench.registry.registry import Registry

    registry = Registry(settings.registry_url)
    try:
        registry.check()
        return registry.site().timezone
    except HomeError:
        return settings.timezone
    finally:
        registry.close()


async def _serve(settings: Settings, kept: state.PlantState, port: int, faults_file: Path | None) -> None:
    from collector.plant import faults as fault_room
    from collector.plant.server import PlantServer
    from energy_workbench.domain.time import clock

    # Before anybody can connect: who sees it serve may tell it to stop.
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(sign, stopped.set)
    plant = kept.plant()
    gateways = 1 + max(m.gateway for m in plant.meters)
    played: tuple[fault_room.Fault, ...] = ()
    if faults_file:
        played = fault_room.load(faults_file, started=clock.now().timestamp(), meters=plant.index, gateways=gateways)
    server = PlantServer(plant, faults=fault_room.Faults(played), profiles=[settings.profiles_path])
    urls = await server.start(settings.host, port)
    size = f"{len(plant.meters)} meters on {gateways} gateways"
    log.info("%s, %s to %s, %d faults", size, urls[0], urls[-1], len(played))
    alive = Alive()
    tasks = [asyncio.create_task(work) for work in (_beat(settings, size), _turn(alive, size))]
    await stopped.wait()
    alive.stopping()
    for task in tasks:
        task.cancel()
    await server.stop()
    log.info("stopped")


async def _turn(alive: Alive, status: str) -> None:
    """Tell the supervisor that the loop turns."""
    while True:
        alive.turn(status)
        await asyncio.sleep(alive.every)


async def _beat(settings: Settings, detail: str) -> None:
    """Tell the front page that the plant runs."""
    from energy_workbench.registry.live_state.heartbeat import Heartbeat
    from energy_workbench.registry.live_state.state import StateStore
    from energy_workbench.runtime.repeated_failures import RepeatedFailures

    store, failures = StateStore(settings.state_url), RepeatedFailures(log)
    heartbeat, ready = Heartbeat(store, "plant", failures), False
    try:
        while True:
            if not ready:
                try:
                    await asyncio.to_thread(store.migrate)
                    ready = True
                except WorkbenchError as error:
                    failures.failed("heartbeat", f"no heartbeat: {error}")
            if ready:
                await asyncio.to_thread(heartbeat.beat, detail)
            await asyncio.sleep(HEARTBEAT_SECONDS)
    finally:
        store.close()


def main() -> None:
    """Run the command that is asked for."""
    error_boundary.run(app)
