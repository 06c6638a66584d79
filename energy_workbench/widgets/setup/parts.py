"""Factory of the inputs and buttons of editors' pages, and HTML of an input's note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets
from markupsafe import Markup, escape

from energy_workbench.widgets.parts import Parts, dress

Option = tuple[str, str]


class SetupParts(Parts):
    """Makes inputs and buttons, which share one empty layout and one style.

    Parameters
    ----------
    guard : callable
        Wraps what a button does in the error boundary.
    """

    def __init__(self, guard: Callable[..., Any]) -> None:
        super().__init__(guard)
        self._styles: dict[type, Any] = {}

    def input(self, label: str, placeholder: str = "", *, classes: str = "ew-input") -> ipywidgets.Text:
        """A line of text, sent at each key."""
        return self._make(ipywidgets.Text, classes, description=label, placeholder=placeholder, continuous_update=True)

    def suggesting(self, label: str, placeholder: str = "") -> ipywidgets.Combobox:
        """A line of text with suggestions."""
        return self._make(
            ipywidgets.Combobox, "ew-input", description=label, placeholder=placeholder, continuous_update=True
        )

    def select(self, label: str, options: Sequence[Option], *, classes: str = "ew-input") -> ipywidgets.Dropdown:
        """One of a few."""
        return self._make(ipywidgets.Dropdown, classes, description=label, options=list(options))

    def tick(self, label: str) -> ipywidgets.Checkbox:
        """Yes or no."""
        return self._make(ipywidgets.Checkbox, "ew-input ew-tick", description=label, indent=False)

    def moment(self, label: str) -> ipywidgets.NaiveDatetimePicker:
        """Date and time, by the browser's own picker."""
        return self._make(ipywidgets.NaiveDatetimePicker, "ew-input ew-moment", description=label)

    def listing(self, label: str, rows: int = 12) -> ipywidgets.Select:
        """One of many, several in view."""
        return self._make(ipywidgets.Select, "ew-listing", description=label, options=[], rows=rows)

    def button(
        self, label: str, act: Callable[[], None], *, kind: str = "", tooltip: str = "", classes: str = ""
    ) -> ipywidgets.Button:
        """A button; `kind` is `primary`, `danger` or `quiet`."""
        names = " ".join(["ew-button", *([f"ew-{kind}"] if kind else []), classes]).strip()
        button = self._make(ipywidgets.Button, names, description=label, tooltip=tooltip)
        button.on_click(self.guard(lambda _: act()))
        return button

    def _make(self, kind: type, classes: str, **traits: Any) -> Any:
        if kind in self._styles:
            traits["style"] = self._styles[kind]
        widget = kind(layout=self.layout, **traits)
        self._styles.setdefault(kind, widget.style)
        return dress(widget, classes)


def told(problem: str = "", warning: str = "", hint: str = "") -> Markup:
    """The note below an input: its problem, else its warning, else its hint."""
    if problem:
        return Markup('<p class="ew-wrong" role="alert">✕ {}</p>').format(problem)
    if warning:
        return Markup('<p class="ew-careful">⚠ {}</p>').format(warning)
    return Markup('<p class="ew-hint">{}</p>').format(hint) if hint else Markup()


def alert(text: str) -> Markup:
    """Banner of a failure; empty for none."""
    lines = escape(text).replace("\n", Markup("<br>"))
    return Markup('<div class="ew-problem" role="alert">⚠ {}</div>').format(lines) if text else Markup()
