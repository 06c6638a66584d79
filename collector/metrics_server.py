"""The server of the metrics: no caller holds its threads by sending nothing, and no page of a stranger reads it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from typing import Any, Final
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client.exposition import ThreadingWSGIServer, make_wsgi_app
from prometheus_client.registry import CollectorRegistry

from energy_workbench.runtime.host_names import known, names_of
from energy_workbench.runtime.settings import Settings

HEAD_SECONDS: Final = 20.0
"""Longest time from a connection's begin to the end of its request [s]."""
AT_ONCE: Final = 32
"""Connections at once; more are closed as they come."""

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Server(ThreadingWSGIServer):
    """A thread a connection, some at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._places = threading.BoundedSemaphore(AT_ONCE)
        super().__init__(*args, **kwargs)

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Whether there is a thread for it."""
        return self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer it, in its thread."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing: who asked has gone."""


class Handler(WSGIRequestHandler):
    """One request, whose head has to come in time."""

    def handle(self) -> None:
        """Take the request and answer it."""
        self._late = threading.Timer(HEAD_SECONDS, self._give_up)
        self._late.daemon = True
        self._late.start()
        try:
            super().handle()
        finally:
            self._late.cancel()

    def parse_request(self) -> bool:
        """The request's head is there, or is none."""
        whole = super().parse_request()
        self._late.cancel()
        return whole

    def _give_up(self) -> None:
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing."""


def start(settings: Settings, registry: CollectorRegistry) -> tuple[Server, threading.Thread]:
    """Serve the metrics in a thread.

    Raises
    ------
    OSError
        If the port cannot be had.
    """
    family, *_, (address, *_) = socket.getaddrinfo(settings.host, settings.metrics_port, type=socket.SOCK_STREAM)[0]
    server_class: type[Server] = type("Server", (Server,), {"address_family": family})
    application = make_wsgi_app(registry)
    if ip_address(address).is_loopback:
        # Where others reach it anyhow, by whatever name, there is nothing to keep.
        application = _of_known_hosts(application, names_of(settings))
    server = make_server(str(address), settings.metrics_port, application, server_class, handler_class=Handler)
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    return server, thread


def _of_known_hosts(application: Application, names: frozenset[str]) -> Application:
    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if known(environ.get("HTTP_HOST", ""), names):
            return application(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"The metrics are not called that: where it is a name of this machine, say so in host_names.\n"]

    return answer
