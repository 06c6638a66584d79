"""Factory of the widgets of views: they share one empty layout, and CSS classes lay them out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets
from markupsafe import Markup
from traitlets import HasTraits

from energy_workbench.tables.sheet import Sheet
from energy_workbench.widgets.browser.chart import Chart

NOTHING = Markup()


class Parts:
    """Makes widgets with CSS classes.

    ipywidgets would make a layout and a style for each widget and send them all to the browser.

    Parameters
    ----------
    guard : callable, optional
        Wraps what a browser's message calls in the error boundary.
    """

    def __init__(self, guard: Callable[..., Any] = lambda handler: handler) -> None:
        self.layout = ipywidgets.Layout()
        self.guard = guard
        self._text_style: Any = None

    def text(self, classes: str, markup: Markup = NOTHING) -> ipywidgets.HTML:
        """A piece of HTML."""
        more = {"style": self._text_style} if self._text_style else {}
        widget = ipywidgets.HTML(markup, layout=self.layout, **more)
        self._text_style = widget.style
        return dress(widget, classes)

    def box(self, children: list[ipywidgets.Widget], classes: str) -> ipywidgets.Box:
        """A box that its classes lay out."""
        return dress(ipywidgets.Box(children, layout=self.layout), classes)

    def chart(self, height: int, table: Callable[[], Sheet] | None = None) -> Chart:
        """A chart of that height [px]; with a table of what it shows, readers can take it along."""
        chart = Chart(height=height, layout=self.layout)
        if table:
            chart.offer(table, self.guard)
        return chart

    def choice(self, options: list[tuple[str, str]]) -> ipywidgets.ToggleButtons:
        """A few alternatives side by side."""
        return ipywidgets.ToggleButtons(options=options, layout=self.layout)

    def menu(self, options: list[Any], value: str, tooltip: str) -> ipywidgets.Dropdown:
        """One of many."""
        return ipywidgets.Dropdown(options=options, value=value, tooltip=tooltip, layout=self.layout)

    def search(self, placeholder: str) -> ipywidgets.Text:
        """A line of text, sent at each key."""
        return dress(ipywidgets.Text(placeholder=placeholder, continuous_update=True, layout=self.layout), "ew-search")

    def finder(self, placeholder: str) -> ipywidgets.Combobox:
        """One of very many: typing filters them."""
        return dress(
            ipywidgets.Combobox(placeholder=placeholder, continuous_update=False, layout=self.layout), "ew-finder"
        )


def dress(widget: Any, classes: str) -> Any:
    """The widget, with CSS classes."""
    widget._dom_classes = tuple(classes.split())
    return widget


EMPTY: tuple[Any, ...] = (None, "", 0, (), [], {})
"""Values of a trait that has none yet; an answer without rows is one."""


def show(model: HasTraits, name: str, handler: Callable[[Any], None]) -> None:
    """Call the handler with a trait's value, now if it has one and at each change."""
    model.observe(lambda change: handler(change["new"]), name)
    if (value := getattr(model, name)) not in EMPTY:
        handler(value)


def put(widget: ipywidgets.HTML, markup: Markup) -> None:
    """Set the HTML, if it is another: nothing is sent for what is there already."""
    if widget.value != markup:
        widget.value = markup


class Retired:
    """Widgets that have left the page: they are closed when the next ones leave.

    A busy browser may still be taking in the change before the one that took them off, and asks for each widget that
    it names; of one that is closed it would ask in vain.
    """

    def __init__(self) -> None:
        self._left: list[Any] = []

    def retire(self, widgets: Iterable[Any]) -> None:
        """Take widgets that no other one refers to any more, and close those before them."""
        leaving = list(widgets)
        for widget in leaving:
            widget.unobserve_all()  # What the browser still says of it is not for the page.
        if leaving:
            for widget in self._left:
                widget.close()
            self._left = leaving


HIDDEN = "ew-hidden"


def shown(widget: Any, visible: bool) -> None:
    """Show or hide a widget."""
    classes = [name for name in widget._dom_classes if name != HIDDEN]
    wanted = tuple(classes if visible else [*classes, HIDDEN])
    if widget._dom_classes != wanted:
        widget._dom_classes = wanted


def dressed(widget: Any, name: str, wanted: bool) -> None:
    """Add or remove one CSS class."""
    classes = [kept for kept in widget._dom_classes if kept != name]
    changed = tuple([*classes, name] if wanted else classes)
    if changed != widget._dom_classes:
        widget._dom_classes = changed
