"""Connections that send a request too slowly are closed: each holds a descriptor of a server of pages."""

from __future__ import annotations

from typing import Any, Final

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop

HEAD_SECONDS: Final = 20.0
"""Longest time from a connection's begin, or the answer before, to the end of a request's headers [s].

Tornado's own hour counts as long for a head that comes a letter a minute.
"""
BODY_SECONDS: Final = 60.0
"""Longest time for what follows the headers: pages send forms and orders to a kernel, a page of text at most [s]."""
UPLOAD_SECONDS: Final = 900.0
"""The same where analysts upload files [s]."""


def bound(server: HTTPServer, body_seconds: float = BODY_SECONDS) -> None:
    """End the waiting for requests of a server, from its next connection on; an answer may take as long as it likes."""
    server.conn_params.header_timeout = HEAD_SECONDS
    server.conn_params.body_timeout = body_seconds


def _load_jupyter_server_extension(server: Any) -> None:
    """What Jupyter's server calls at its start, where its configuration names this module."""
    # It makes what listens after its extensions, and turns its loop after that.
    IOLoop.current().add_callback(lambda: bound(server.http_server, UPLOAD_SECONDS))
