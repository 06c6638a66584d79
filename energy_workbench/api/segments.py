"""Path segments with an encoded slash: `LT%2F1` is one segment, as it is the number of one meter."""

from __future__ import annotations

import re
from urllib.parse import unquote

from starlette.types import ASGIApp, Receive, Scope, Send

MARK = "\ue000"
"""Stands for a slash within a part: a private character, which no name may hold."""


class WholeSegments:
    """Keeps a slash that a caller has encoded apart from those that divide the address.

    The server decodes an address before it is matched: without this, no call could name a meter or a template
    by a number or name with a slash.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand the call on."""
        raw: bytes = scope.get("raw_path") or b""
        if scope["type"] == "http" and b"%2f" in raw.lower():
            marked = re.sub("%2f", MARK, raw.partition(b"?")[0].decode("latin-1"), flags=re.IGNORECASE)
            scope = {**scope, "path": unquote(marked)}
        await self._app(scope, receive, send)


def whole(part: str) -> str:
    """A part of an address as the caller meant it."""
    return part.replace(MARK, "/")
