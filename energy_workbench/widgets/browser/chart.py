"""Widget of a Plotly figure: it is redrawn in place; clicks and zooms are sent back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import traitlets
from anywidget import AnyWidget

from energy_workbench.tables.sheet import Sheet
from energy_workbench.widgets.browser.assets import module
from energy_workbench.widgets.browser.patch import changes

MAX_ID = 80
"""Longest meter id that a click may name [characters]."""

Window = tuple[datetime, datetime]
"""What a reader has zoomed to, on the site's clock."""


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
    saves = traitlets.Bool(False).tag(sync=True)
    """Whether readers can take it along as a picture and as a table."""
    told = traitlets.Unicode("").tag(sync=True)
    """Of which time it is, for a picture, where that is not the period of the page."""
    zooms = traitlets.Bool(False).tag(sync=True)
    """Whether the browser tells what is zoomed to."""

    def __init__(self, **kwargs: Any) -> None:
        self._patching = False
        self._clicked: list[Callable[[str], None]] = []
        self._zoomed: list[Callable[[Window | None], None]] = []
        self._saved: Callable[[str], None] | None = None
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def show(self, figure: dict[str, Any]) -> None:
        """Show another figure; what has not changed is not sent."""
        if figure == self.figure:
            return
        different = changes(self.figure, figure) if self.figure else None
        if different is None:
            self.figure = figure
            return
        self._patching = True
        try:
            self.figure = figure
        finally:
            self._patching = False
        self.send({"kind": "patch", "changes": different})

    def on_click(self, handler: Callable[[str], None]) -> None:
        """Call the handler with the id of the meter that was clicked."""
        self._clicked.append(handler)

    def on_zoom(self, handler: Callable[[Window | None], None]) -> None:
        """Call the handler with what is zoomed to; None once all is shown again."""
        self._zoomed.append(handler)
        self.zooms = True

    def offer(self, table: Callable[[], Sheet], guard: Callable[..., Any]) -> None:
        """Let readers take along what is shown: as a picture, which the browser makes, or as this table.

        Parameters
        ----------
        table : callable
            Gives the table of what is shown when somebody asks for it.
        guard : callable
            Wraps what a browser's message calls in the error boundary.
        """

        def save(format: str) -> None:
            from energy_workbench.tables.table_file import content, file_name

            sheet = table()
            self.send({"kind": "deliver", "name": file_name(sheet, format)}, buffers=[content(sheet, format)])

        self._saved = guard(save)
        self.saves = True

    def _should_send_property(self, key: str, value: Any) -> bool:
        return not (key == "figure" and self._patching) and super()._should_send_property(key, value)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        # A message comes from a browser: only its known shapes are taken.
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "click":
            meter = content.get("meter")
            if isinstance(meter, str) and len(meter) <= MAX_ID:
                for handler in self._clicked:
                    handler(meter)
        elif kind == "zoom":
            window = _window(content.get("from"), content.get("to"))
            for told in self._zoomed:
                told(window)
        elif kind == "save" and self._saved and content.get("format") in ("csv", "xlsx"):
            self._saved(content["format"])


def _window(first: Any, last: Any) -> Window | None:
    """The span between two times as Plotly writes them; None for anything else."""
    edges = []
    for value in (first, last):
        try:
            if isinstance(value, str) and len(value) <= 40:
                edges.append(datetime.fromisoformat(value.rstrip("Z")[:26]).replace(tzinfo=None))
        except ValueError:
            return None
    return (edges[0], edges[1]) if len(edges) == 2 and edges[0] < edges[1] else None
