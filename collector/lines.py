"""The owner of a home's lines while no collector polls: it answers on the control socket, and makes way for one."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import suppress

from collector.collector import exclusive
from collector.control import SOCKET, Control, ask
from collector.wire.connection_pool import ConnectionPool
from energy_workbench.domain.errors import BusyError, ServiceError
from energy_workbench.runtime.settings import Settings

IDLE_SECONDS = 60.0
"""It ends where nothing was asked, and no scan was under way, for this long [s]."""
LOOK_SECONDS = 0.5
WAY_SECONDS = 10.0
"""How long a collector waits until the lines are free [s]."""


def run(settings: Settings) -> None:
    """Answer until nothing is asked any more, a collector starts, SIGTERM or SIGINT.

    Raises
    ------
    BusyError
        If a collector owns the lines.
    """
    with exclusive(settings):
        asyncio.run(_answer(settings))


async def _answer(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        # Only a main thread has signals; elsewhere the caller cancels.
        with suppress(RuntimeError, ValueError):
            loop.add_signal_handler(number, stop.set)
    pool = ConnectionPool(settings.home)
    control = Control(settings.home / SOCKET, pool, [settings.profiles_path], leave=stop.set)
    answering = asyncio.create_task(control.run())
    try:
        while not stop.is_set() and not answering.done():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)
            if control.scans.under_way:
                control.heard = time.monotonic()
            elif time.monotonic() - control.heard > IDLE_SECONDS:
                return
    finally:
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)


def make_way(settings: Settings) -> None:
    """Ask whoever owns the lines without polling to leave, and wait until it has; a collector stays."""
    try:
        left = ask(settings.home / SOCKET, {"do": "leave"}, lambda members: bool(members.get("ok")))
    except ServiceError:
        return
    end = time.monotonic() + WAY_SECONDS
    while left and time.monotonic() < end:
        with suppress(BusyError), exclusive(settings):
            return
        time.sleep(LOOK_SECONDS / 10)
