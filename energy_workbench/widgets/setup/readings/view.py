"""View of the import of a readings file: the picker, what is stated, what each column is, and the first values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.parts import Retired, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert
from energy_workbench.widgets.setup.readings import markup
from energy_workbench.widgets.setup.readings.model import ReadingsModel
from energy_workbench.widgets.setup.readings.stated import MEANINGS, TICKED, TYPED, WORDS, in_fields

ACCEPT = ".csv,.gz,.txt,.xlsx,.parquet,.xml"
MOST = 24
"""Columns of a file of which each is shown."""


class ReadingsView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: ReadingsModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model, self._make, self._guard = model, make, guard
        self._retired = Retired()
        self.picker = make.box([], "ew-picker")
        self.mapping = make.select("Saved mapping", [("None", "")])
        self.inputs: dict[str, Any] = {name: make.select(*words) for name, words in WORDS.items()}
        self.inputs |= {name: make.input(*words) for name, words in TYPED.items()}
        self.inputs |= {name: make.tick(label) for name, label in TICKED.items()}
        self.columns = make.box([], "ew-answers")
        self.name = make.input("Remember this as", "Name of the mapping")
        self.save = make.button("Save mapping", lambda: model.save(self.name.value), classes="ew-do-save-mapping")
        self.told = make.text("ew-section ew-understood")
        self.failure = make.text("ew-failure")
        self.apply = make.button("Import", model.apply, kind="primary", classes="ew-do-import-readings")
        self.stated = make.box(
            [
                make.text("ew-section", Markup("<h3>How the file is read</h3>")),
                make.box([self.mapping, *self.inputs.values()], "ew-answers"),
                make.text("ew-section", Markup("<h3>What its columns are</h3>")),
                self.columns,
                make.box([self.name, self.save], "ew-answers"),
            ],
            "ew-group ew-stated",
        )
        bar = make.box(
            [
                make.text("ew-h", Markup("<h2>Import readings</h2>")),
                make.button("Close", back, classes="ew-do-back"),
            ],
            "ew-bar",
        )
        told = Markup(
            "<p>CSV, Excel, Parquet, NEM12 or Green Button. First you see how the file is read and what it brings; "
            "then all of it is stored, or nothing.</p>"
        )
        self.widget = make.box(
            [
                bar, make.text("ew-section", told), self.picker, self.failure, self.told,
                make.box([self.apply], "ew-buttons"), self.stated,
            ],
            "ew-bulk ew-readings",
        )  # fmt: skip
        for name, widget in {**self.inputs, "mapping": self.mapping}.items():
            self._link(name, widget)
        model.observe(lambda _: self._show(), ["answer", "failure", "busy", "filename"])
        model.observe(lambda _: self._list(), "saved")
        model.observe(lambda _: self._offer(), "opened")
        model.observe(lambda _: self._show_columns(), ["answer", "columns"])
        self._headings: tuple[str, ...] = ()
        self._show()

    def _link(self, name: str, widget: Any) -> None:
        def typed(change: dict[str, Any]) -> None:
            new = change["new"]
            self.model.set_trait(name, new if isinstance(new, bool) else new or "")

        def written(change: dict[str, Any]) -> None:
            if widget.value != change["new"]:
                widget.value = change["new"]

        widget.observe(self._guard(typed), "value")
        self.model.observe(written, name)

    def _offer(self) -> None:
        """Offer to take a file, once the panel is open: a page has one picker of files for most of its readers."""
        files = Files(accept=ACCEPT)
        files.on_file(self._guard(self.model.take))
        files.on_refused(self._guard(self.model.refuse))
        self.picker.children = (files,)

    def _list(self) -> None:
        self.mapping.options = [("None", ""), *((name, name) for name in self.model.saved)]

    def _show_columns(self) -> None:
        """A choice for each heading of the file, with what it was taken for."""
        proposed = self.model.answer.get("understood", {}).get("columns", {})
        headings = tuple(proposed)[:MOST] if proposed else self._headings
        if headings != self._headings:
            self._retired.retire(self.columns.children)
            self.columns.children = tuple(self._choice(heading, proposed.get(heading, "-")) for heading in headings)
            self._headings = headings

    def _choice(self, heading: str, proposed: str) -> Any:
        first = ("left out" if proposed == "-" else proposed.replace("_", " "))[:60]
        said = self.model.columns.get(heading, "")
        known = [word for _, word in MEANINGS]
        more = [(said, said)] if said and said not in known else []
        options = [(f"As proposed: {first}", ""), *MEANINGS[1:], *more]
        widget = self._make.select(heading[:80], options)
        widget.value = said
        widget.observe(self._guard(lambda change: self.model.say(heading, change["new"] or "")), "value")
        return widget

    def _show(self) -> None:
        model = self.model
        looking = Markup('<p class="ew-hint" role="status">Looking at {}…</p>').format(model.filename)
        put(self.told, looking if model.busy else markup.told(model.answer, model.filename))
        put(self.failure, alert(in_fields(model.failure)))
        shown(self.stated, bool(model.filename))
        shown(self.apply, model.ready or (model.busy and bool(model.answer)))
        self.apply.disabled = model.busy
        self.apply.description = f"Import {model.answer.get('new', 0):,} readings"
