"""Connections of a server of pages: who sends a request too slowly loses it, and who leaves is no error."""

from __future__ import annotations

import logging
from typing import Any, Final

from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.iostream import StreamClosedError

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
    logging.getLogger("tornado.application").addFilter(_stayed)


def _stayed(record: logging.LogRecord) -> bool:
    """Whether a line of the log tells anything else than that a reader left before the answer, with a traceback."""
    return not (record.exc_info and isinstance(record.exc_info[1], StreamClosedError))


def _load_jupyter_server_extension(server: Any) -> None:
    """What Jupyter's server calls at its start, where its configuration names this module."""
    # It makes what listens after its extensions, and turns its loop after that.
    IOLoop.current().add_callback(lambda: bound(server.http_server, UPLOAD_SECONDS))
