"""Watchdog of a server of pages: its event loop tells the supervisor that it turns."""

from __future__ import annotations

import atexit
from typing import Any

from tornado.ioloop import IOLoop

from energy_workbench.runtime.notify import Alive


def keep_telling(alive: Alive, status: str) -> None:
    """Tell it now and again for as long as this thread's event loop turns, the first time once it does, and the end."""
    loop = IOLoop.current()

    def turn() -> None:
        alive.turn(status)
        loop.call_later(alive.every, turn)

    loop.add_callback(turn)
    atexit.register(alive.stopping)


def _load_jupyter_server_extension(server: Any) -> None:
    """What Jupyter's server calls at its start, where its configuration names this module."""
    # It listens in its loop's turn too, and asks for that after this: who is ready takes connections.
    IOLoop.current().add_callback(keep_telling, Alive(), f"port {server.port}")
