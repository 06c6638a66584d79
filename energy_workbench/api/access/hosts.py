"""Names by which a browser may call the service: no name of a stranger leads to it (DNS rebinding)."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from energy_workbench.api import problems
from energy_workbench.domain.errors import printable
from energy_workbench.runtime.host_names import known

REFUSED = "Not this service"


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
