"""View of the first steps: what there is to do where a plant has no meter yet."""

from __future__ import annotations

from functools import partial

import ipywidgets
from markupsafe import Markup

from energy_workbench.contract.files import FileFormat
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.parts import SetupParts

WORDS = Markup(
    "<h2>This plant has no meter yet</h2><p>Begin with the meter at the top, mostly that of the grid's supply, and "
    "hang the others below it. Or describe all of them in one file.</p>"
)
WAYS = {
    "meter": Markup(
        "<h3>One by one</h3><p>A form asks for what a meter needs, and can read it before it is saved.</p>"
    ),
    "file": Markup(
        "<h3>All at once</h3><p>Fill in the empty file, one meter a line, and import it: first you see what it would "
        "add.</p>"
    ),
    "template": Markup(
        "<h3>Many alike</h3><p>A template holds what meters of a kind share: type, transformers, gateway, profile.</p>"
    ),
}


EMPTY: tuple[tuple[str, FileFormat], ...] = (("Empty file, Excel", "xlsx"), ("Empty file, CSV", "csv"))


class FirstRunView:
    """Leads to the first meter, to the file, or to templates; `widget` is empty while there are meters."""

    def __init__(self, model: SetupModel, make: SetupParts) -> None:
        self._model, self._make = model, make
        self.widget = make.box([], "ew-first-run")
        model.observe(lambda _: self._build(), "empty")
        self._build()

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children or not self._model.empty:
            return
        make, model = self._make, self._model
        add = make.button("Add the first meter", model.begin_add, kind="primary", classes="ew-do-first-meter")
        files = [
            make.button(label, partial(model.bulk.download, "template", kind), classes=f"ew-do-first-{kind}")
            for label, kind in EMPTY
        ]
        take = make.button("Import a file…", partial(model.open, "bulk"), classes="ew-do-first-import")
        templates = make.button("Templates…", partial(model.open, "templates"), classes="ew-do-first-template")
        self.widget.children = [
            make.text("ew-h", WORDS),
            self._way("meter", add),
            self._way("file", *files, take),
            self._way("template", templates),
        ]

    def _way(self, name: str, *buttons: ipywidgets.Widget) -> ipywidgets.Widget:
        make = self._make
        return make.box([make.text("ew-section", WAYS[name]), make.box(list(buttons), "ew-buttons")], "ew-group")
