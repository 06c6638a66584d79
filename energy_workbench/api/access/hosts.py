"""Names by which a browser may call the service: no name of a stranger leads to it (DNS rebinding)."""

from __future__ import annotations

import socket
from http import HTTPStatus
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from energy_workbench.api import problems
from energy_workbench.domain.errors import printable
from energy_workbench.runtime.settings import Settings

REFUSED = "Not this service"


def names_of(settings: Settings) -> frozenset[str]:
    """The names of this machine, of its public address, and those of the setting `host_names`."""
    own = socket.gethostname()
    public = urlsplit(settings.public_url).hostname or ""
    said = (name.strip() for name in settings.host_names.split(","))
    return frozenset(name.lower().rstrip(".") for name in ("localhost", own, settings.host, public, *said) if name)


def known(host: str, names: frozenset[str]) -> bool:
    """Whether a `Host` header names this service: by an address, behind which no stranger hides, or a known name.

    Parameters
    ----------
    host : str
        As it was sent: `energy.local:3000`, `[::1]:3000`.
    names : frozenset of str
        In lower case.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        ip_address(name)
    except ValueError:
        return name in names
    return True


class KnownHosts:
    """Refuses calls that came by a name which is not the service's.

    A page of a stranger whose name was pointed at this machine would else be of the same origin as the service.
    """

    def __init__(self, app: ASGIApp, names: frozenset[str]) -> None:
        self._app, self._names = app, names

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call on, or answer it with 421."""
        if scope["type"] == "http":
            host = Headers(scope=scope).get("host", "")
            if not known(host, self._names):
                answer = problems.problem(
                    HTTPStatus.MISDIRECTED_REQUEST,
                    REFUSED,
                    f"the service is not called {printable(host)!r}: where that is one of its names, say so in the "
                    "setting host_names, or in public_url where a proxy stands before it",
                )
                await answer(scope, receive, send)
                return
        await self._app(scope, receive, send)
