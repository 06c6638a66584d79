"""Requests that end before their handler knows who asks: of no known method, or with what cannot be read."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.log import log_request as log_of_jupyter
from tornado.web import RequestHandler


class Unprepared:
    """Nobody asks, until it is known who does: Jupyter's pages of errors ask, and raise where it is too early."""

    def get_current_user(self) -> Any:
        """Who asks; None before that is known."""
        known = hasattr(self, "_jupyter_current_user")
        return super().get_current_user() if known else None  # type: ignore[misc]


def answering(handler: type[Any]) -> type[Any]:
    """A handler that can answer such a request; any that is not Jupyter's as it is."""
    if not issubclass(handler, JupyterHandler) or issubclass(handler, Unprepared):
        return handler
    return type(handler.__name__, (Unprepared, handler), {})


def log_request(handler: RequestHandler) -> None:
    """Log a request as Jupyter does, which takes its address apart to leave secrets out, also where that fails."""
    try:
        log_of_jupyter(handler)
    except ValueError:
        handler.request.uri = "an address that cannot be read"
        log_of_jupyter(handler)
