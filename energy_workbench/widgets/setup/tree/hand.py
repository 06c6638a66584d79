"""Widget that adds keyboard access, the announced choice, and drag and drop to ipytree's tree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets
from anywidget import AnyWidget

from energy_workbench.widgets.browser.assets import module

MAX_LINE = 100
"""Longest id of a line that is taken from a browser [characters]."""


class Hand(AnyWidget):
    """Reports which line of the tree was dropped on which other; it has no look of its own.

    Lines are named by the ids of ipytree's nodes.
    """

    _esm = module("tree")
    chosen = traitlets.Unicode("").tag(sync=True)
    """The line of the chosen meter."""

    def __init__(self, **kwargs: Any) -> None:
        self._dropped: list[Callable[[str, str], None]] = []
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def on_drop(self, handler: Callable[[str, str], None]) -> None:
        """Call the handler with the line that was dragged and the one it was dropped on, which is empty beside all."""
        self._dropped.append(handler)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        # A message comes from a browser: only its known shape is taken.
        if not isinstance(content, dict) or content.get("kind") != "drop":
            return
        line, onto = content.get("line"), content.get("onto")
        if isinstance(line, str) and isinstance(onto, str) and len(line) <= MAX_LINE and len(onto) <= MAX_LINE:
            for handler in self._dropped:
                handler(line, onto)
