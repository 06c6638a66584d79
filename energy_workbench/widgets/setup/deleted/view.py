"""View of the deleted meters: the list, and one of them with what restoring it would do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.deleted import markup
from energy_workbench.widgets.setup.deleted.model import DeletedModel
from energy_workbench.widgets.setup.long_list import SHOWN
from energy_workbench.widgets.setup.parts import SetupParts, alert

NONE = ""


class DeletedView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: DeletedModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._writing = False
        self.table = make.text("ew-section")
        self.search = make.input("Find", "Any word", classes="ew-input ew-search")
        self.pick = make.select("Restore", [("Choose…", NONE)], classes="ew-input ew-pick-deleted")
        self.preview, self.failure = make.text("ew-section"), make.text("ew-failure")
        self.restore = make.button("Restore", model.restore, kind="primary", classes="ew-do-restore")
        self.cancel = make.button("Leave it deleted", lambda: model.choose(NONE), classes="ew-do-refuse")
        self.question = make.box(
            [self.preview, self.failure, make.box([self.restore, self.cancel], "ew-buttons")], "ew-ask"
        )
        title = make.text("ew-h", Markup("<h2>Deleted meters</h2>"))
        note = make.text("ew-section", Markup("<p>Their history is kept.</p>"))
        bar = make.box([title, make.button("Close", back, classes="ew-do-back")], "ew-bar")
        self.widget = make.box([bar, note, self.search, self.table, self.pick, self.question], "ew-deleted")
        self.pick.observe(guard(self._picked), "value")
        self.search.observe(guard(lambda change: model.set_trait("search", change["new"])), "value")
        model.observe(lambda _: self._show(), ["rows", "search", "known", "chosen", "preview", "failure", "busy"])
        self._show()

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.choose(str(change["new"] or NONE))

    def _show(self) -> None:
        model, row = self.model, self.model.row
        found = model.found
        put(self.table, markup.table(found, known=model.known, sought=bool(model.search.strip())))
        offered = found[:SHOWN] if row is None or row in found[:SHOWN] else [row, *found[:SHOWN]]
        options = [("Choose…", NONE), *((markup.option(each), each["id"]) for each in offered)]
        shown(self.search, len(model.rows) > SHOWN)
        self._writing = True
        try:
            if list(self.pick.options) != options:
                self.pick.options = options
            self.pick.value = model.chosen if row else NONE
        finally:
            self._writing = False
        put(self.preview, markup.preview(row, model.preview))
        put(self.failure, alert(model.failure))
        shown(self.pick, bool(model.rows))
        shown(self.question, bool(row))
        self.restore.description = f"Restore {one_line(row['number'], 40)}" if row else "Restore"
        self.restore.disabled = not model.possible
