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
    """Leads to the first meter, to the file, or to templates; `widget` is what to display."""

    def __init__(self, model: SetupModel, make: SetupParts) -> None:
        def way(name: str, *buttons: ipywidgets.Widget) -> ipywidgets.Widget:
            return make.box([make.text("ew-section", WAYS[name]), make.box(list(buttons), "ew-buttons")], "ew-group")

        add = make.button("Add the first meter", model.begin_add, kind="primary", classes="ew-do-first-meter")
        files = [
            make.button(label, partial(model.bulk.download, "template", kind), classes=f"ew-do-first-{kind}")
            for label, kind in EMPTY
        ]
        take = make.button("Import a file…", partial(model.open, "bulk"), classes="ew-do-first-import")
        templates = make.button("Templates…", partial(model.open, "templates"), classes="ew-do-first-template")
        self.widget = make.box(
            [make.text("ew-h", WORDS), way("meter", add), way("file", *files, take), way("template", templates)],
            "ew-first-run",
        )
