"""Files between the browser and the page: picked or dropped in, and handed out as downloads."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import traitlets
from anywidget import AnyWidget

from energy_workbench.widgets.browser.assets import module

LIMIT = 50_000_000
"""Largest file that is taken [bytes]; the service takes no larger one."""

MAX_NAME = 200
"""Longest name of a file [characters]."""


class Files(AnyWidget):
    """Takes one file at a time, in pieces that fit into the browser's messages.

    Parameters
    ----------
    accept : str
        Endings that the browser offers: `.csv,.xlsx`.
    """

    _esm = module("files")
    accept = traitlets.Unicode("").tag(sync=True)
    limit = traitlets.Int(LIMIT).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._taken: list[Callable[[str, bytes], None]] = []
        self._refused: list[Callable[[str], None]] = []
        self._name, self._size, self._pieces = "", 0, bytearray()
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def on_file(self, handler: Callable[[str, bytes], None]) -> None:
        """Call the handler with the name and content of a file."""
        self._taken.append(handler)

    def on_refused(self, handler: Callable[[str], None]) -> None:
        """Call the handler with the reason why a file was not taken."""
        self._refused.append(handler)

    def deliver(self, name: str, content: bytes) -> None:
        """Hand the reader a file."""
        self.send({"kind": "deliver", "name": name}, buffers=[content])

    def _on_message(self, _: Any, content: Any, buffers: Sequence[Any]) -> None:
        # A message comes from a browser: only its known shapes are taken, and never more than the limit.
        if not isinstance(content, dict):
            return
        kind, name, size = content.get("kind"), content.get("name"), content.get("size")
        if kind == "begin" and isinstance(name, str) and isinstance(size, int) and size >= 0:
            self._name, self._size, self._pieces = name[-MAX_NAME:], size, bytearray()
            if size > self.limit:
                self._refuse()
            elif size == 0:
                self._done()
        elif kind == "piece" and self._name and len(buffers) == 1:
            self._pieces += buffers[0]
            if len(self._pieces) > self._size:
                self._forget()
            elif len(self._pieces) == self._size:
                self._done()

    def _done(self) -> None:
        name, content = self._name, bytes(self._pieces)
        self._forget()
        for handler in self._taken:
            handler(name, content)

    def _refuse(self) -> None:
        reason = (
            f"{self._name} has {self._size / 1e6:,.0f} MB, and {self.limit / 1e6:,.0f} MB are the most: "
            "cut it into several files"
        )
        self._forget()
        for handler in self._refused:
            handler(reason)

    def _forget(self) -> None:
        self._name, self._size, self._pieces = "", 0, bytearray()
