"""View of import and export: the file picker, the dry run of the file, and the downloads."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from markupsafe import Markup

from energy_workbench.contract.files import FileFormat
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.bulk import markup
from energy_workbench.widgets.setup.bulk.model import BulkModel
from energy_workbench.widgets.setup.parts import SetupParts

DOWNLOADS: tuple[tuple[str, str, FileFormat], ...] = (
    ("Template, CSV", "template", "csv"),
    ("Template, Excel", "template", "xlsx"),
    ("All meters, CSV", "meters", "csv"),
    ("All meters, Excel", "meters", "xlsx"),
)
"""Label, what it is, and its kind."""


class BulkView:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: BulkModel, make: SetupParts, files: Files, back: Callable[[], None]) -> None:
        self.model = model
        self.plan = make.text("ew-plan")
        self.failure = make.text("ew-failure")
        self.apply = make.button("Import", model.apply, kind="primary", classes="ew-do-import")
        downloads = [
            make.button(label, partial(model.download, what, kind), classes=f"ew-do-{what}-{kind}")
            for label, what, kind in DOWNLOADS
        ]
        self.widget = make.box(
            [
                make.box(
                    [
                        make.text("ew-h", Markup("<h2>Import and export</h2>")),
                        make.button("Close", back, classes="ew-do-back"),
                    ],
                    "ew-bar",
                ),
                make.text(
                    "ew-section",
                    Markup(
                        "<p>A file of meters, CSV or Excel. First you see what it would change; then all of it is "
                        "stored, or nothing.</p>"
                    ),
                ),
                files,
                self.failure,
                self.plan,
                make.box([self.apply], "ew-buttons"),
                make.text("ew-section", Markup("<h3>Download</h3>")),
                make.box(downloads, "ew-buttons"),
            ],
            "ew-bulk",
        )
        model.observe(lambda _: self._show(), ["plan", "failure", "busy", "filename"])
        self._show()

    def _show(self) -> None:
        model = self.model
        busy = (
            Markup('<p class="ew-hint" role="status">Looking at {}…</p>').format(model.filename)
            if model.busy
            else Markup()
        )
        put(self.plan, busy or markup.plan(model.plan, model.filename))
        text = model.failure.split("\n")[0]
        put(self.failure, Markup('<div class="ew-problem" role="alert">⚠ {}</div>').format(text) if text else Markup())
        shown(self.apply, model.ready or (model.busy and bool(model.plan)))
        self.apply.disabled = model.busy
        self.apply.description = f"Import {model.changes:,} meters"
