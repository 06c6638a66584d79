"""`energy-workbench serve`: REST and the front page."""

from __future__ import annotations

import socket
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from energy_workbench.domain.errors import BusyError
from energy_workbench.runtime import process
from energy_workbench.runtime import settings as settings_room
from energy_workbench.runtime.notify import Alive
from energy_workbench.runtime.settings import PREFIX, Settings

app = typer.Typer(help="The service: REST and the front page.")


@app.callback(invoke_without_command=True)
def serve(home: Annotated[Path | None, typer.Option(help="Folder of the home.")] = None) -> None:
    """Serve REST and the front page until stopped."""
    settings = settings_room.load_base(home)
    process.begin(settings)
    with listening(settings) as bound:
        import uvicorn

        from energy_workbench.api.app import create_app
        from energy_workbench.api.connections import TimedProtocol

        alive = Alive()

        async def turn() -> None:
            alive.turn(f"port {settings.port}")

        class Server(uvicorn.Server):
            def handle_exit(self, sig: int, frame: FrameType | None) -> None:
                alive.stopping()
                super().handle_exit(sig, frame)

        config = uvicorn.Config(
            create_app(settings),
            http=TimedProtocol,
            access_log=False,
            server_header=False,
            log_config=None,
            log_level="warning",
            timeout_graceful_shutdown=5,
            callback_notify=turn,
            timeout_notify=0,  # at each of its ticks, one a second
        )
        Server(config).run(sockets=[bound])


def listening(settings: Settings) -> socket.socket:
    """The socket of the service, bound: whoever starts second learns it before anything is opened.

    Raises
    ------
    BusyError
        If the address cannot be bound; it names the settings that move it.
    """
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    # The protocol must be named: asyncio lets no small answer wait for an acknowledgement (TCP_NODELAY) only then.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((settings.host, settings.port))
    except OSError as error:
        bound.close()
        raise BusyError(
            f"the service cannot have {settings.host}:{settings.port} ({error.strerror}): stop what uses it, "
            f"or set {PREFIX}PORT or {PREFIX}HOST to another"
        ) from None
    return bound
