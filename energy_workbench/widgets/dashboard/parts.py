"""The few kinds of widget a view is made of, which share one empty layout: a page looks as its stylesheet says."""

from __future__ import annotations

from typing import Any

import ipywidgets

from energy_workbench.widgets.chart import Chart


class Parts:
    """Makes widgets with CSS classes.

    ipywidgets would make a layout and a style for each widget and send them all to the browser.
    """

    def __init__(self) -> None:
        self.layout = ipywidgets.Layout()
        self._text_style: Any = None

    def text(self, value: str, classes: str) -> ipywidgets.HTML:
        """HTML whose values have been escaped."""
        more = {"style": self._text_style} if self._text_style else {}
        widget = ipywidgets.HTML(value, layout=self.layout, **more)
        self._text_style = widget.style
        return dress(widget, classes)

    def box(self, children: list[ipywidgets.Widget], classes: str) -> ipywidgets.Box:
        """A box that its classes lay out."""
        return dress(ipywidgets.Box(children, layout=self.layout), classes)

    def chart(self, height: int) -> Chart:
        """A chart of that height [px]."""
        return Chart(height=height, layout=self.layout)

    def choice(self, options: list[tuple[str, str]]) -> ipywidgets.ToggleButtons:
        """A few alternatives side by side."""
        return ipywidgets.ToggleButtons(options=options, layout=self.layout)

    def menu(self, options: list[str], value: str, tooltip: str) -> ipywidgets.Dropdown:
        """One of many."""
        return ipywidgets.Dropdown(options=options, value=value, tooltip=tooltip, layout=self.layout)


def dress(widget: Any, classes: str) -> Any:
    """The widget, with CSS classes."""
    widget._dom_classes = tuple(classes.split())
    return widget
