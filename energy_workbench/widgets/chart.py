"""A chart: a figure goes in, Plotly redraws it in place, clicks come back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import traitlets
from anywidget import AnyWidget

from energy_workbench.widgets.assets import module
from energy_workbench.widgets.patch import changes

MAX_ID = 80
"""Longest meter id that a click may name [characters]."""


class Chart(AnyWidget):
    """Shows a Plotly figure, given as plain dicts, without Plotly in the kernel.

    Once a browser has the whole figure, only the places that changed are sent. Zoom and selection
    survive through the figure's `uirevision`.

    Parameters
    ----------
    figure : dict
        `data` and `layout`; empty shows a placeholder.
    height : int
        [px] unless the figure's `layout.meta.height` says otherwise.
    """

    _esm = module("chart")
    figure = traitlets.Dict().tag(sync=True)
    height = traitlets.Int(320).tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._patching = False
        self._clicked: list[Callable[[str], None]] = []
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def show(self, figure: dict[str, Any]) -> None:
        """Show another figure; what has not changed is not sent."""
        if figure == self.figure:
            return
        found = changes(self.figure, figure) if self.figure else None
        if found is None:
            self.figure = figure
            return
        self._patching = True
        try:
            self.figure = figure
        finally:
            self._patching = False
        self.send({"kind": "patch", "changes": found})

    def on_click(self, handler: Callable[[str], None]) -> None:
        """Call the handler with the id of the meter that was clicked."""
        self._clicked.append(handler)

    def _should_send_property(self, key: str, value: Any) -> bool:
        return not (key == "figure" and self._patching) and super()._should_send_property(key, value)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        # A message comes from a browser: only its one known shape is taken.
        meter = content.get("meter") if isinstance(content, dict) and content.get("kind") == "click" else None
        if isinstance(meter, str) and len(meter) <= MAX_ID:
            for handler in self._clicked:
                handler(meter)
