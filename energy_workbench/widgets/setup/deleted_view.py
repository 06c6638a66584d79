"""View of the panel of deleted meters, which can be restored."""

from __future__ import annotations

from markupsafe import Markup

from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.page_model import SetupModel, when
from energy_workbench.widgets.setup.parts import SetupParts


class DeletedView:
    """Renders the model's list; `widget` is what to display."""

    def __init__(self, model: SetupModel, make: SetupParts) -> None:
        self.model = model
        self.list = make.listing("Deleted meters")
        self.note = make.text("ew-note")
        self.restore = make.button("Restore", self._restore, kind="primary", classes="ew-do-restore")
        self.widget = make.box(
            [
                make.box(
                    [make.text("ew-h", Markup("<h2>Deleted meters</h2>")), make.button("Close", model.back)],
                    "ew-bar",
                ),
                make.text(
                    "ew-section", Markup("<p>Their history is kept. A restored meter hangs where it hung before.</p>")
                ),
                self.list,
                self.note,
                make.box([self.restore], "ew-buttons"),
            ],
            "ew-deleted",
        )
        model.observe(lambda _: self._show(), "deleted")
        self._show()

    def _show(self) -> None:
        rows = self.model.deleted
        self.list.options = [
            (f"{one_line(row['number'])} · {one_line(row['name'])} · deleted {when(row['deleted_at'])}", row["id"])
            for row in rows
        ]
        put(self.note, Markup() if rows else Markup('<p class="ew-hint">No meter is deleted.</p>'))
        for widget in (self.list, self.restore):
            shown(widget, bool(rows))

    def _restore(self) -> None:
        if key := self.list.value:
            self.model.restore(str(key))
