"""A running service on a home, on a port of its own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from energy_workbench.api.app import create_app
from energy_workbench.runtime.settings import Settings
from tests.waiting import eventually, patience


@contextmanager
def served(settings: Settings) -> Iterator[str]:
    """Address of the service."""
    server = uvicorn.Server(uvicorn.Config(create_app(settings), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        eventually(lambda: server.started, "the service", every=0.02)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        # Also where a test fails: a service that is left running is ended with Python, in the middle of what it does.
        server.should_exit = True
        thread.join(patience(10))
