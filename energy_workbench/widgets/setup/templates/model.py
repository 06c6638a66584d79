"""Model of the templates: the list, the one that is looked at, its form, and the question before it is deleted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, List, Unicode

from energy_workbench.contract.rows.setup import ProfileRow, TemplateRow
from energy_workbench.domain.fields.meter_fields import INDIVIDUAL
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers
from energy_workbench.widgets.setup.form.fields import FIELDS, sent, texts

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

HELD = tuple(name for name in FIELDS if name not in INDIVIDUAL and name != "parent")
"""Fields that a template may hold."""


class TemplatesModel(Answers):
    """Headless. `choose` looks at one, `add` and `edit` begin its form, `save` ends it; `delete` follows a question.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done.
    make : callable
        Begins a new meter from the template of a name.
    """

    rows: list[TemplateRow] = List()
    known = Bool(False)
    chosen = Unicode("")
    """Name of the one that is looked at."""
    kind = Enum(("", "add", "edit", "delete"), "")
    """What is being done to it."""
    name = Unicode("")
    """Of a new one, as typed."""
    profiles: list[ProfileRow] = List()

    def __init__(
        self,
        workbench: WorkbenchContract,
        doer: Doer,
        done: Callable[[str, str], None],
        make: Callable[[str], None],
    ) -> None:
        super().__init__()
        self._workbench, self._doer, self._done, self._make = workbench, doer, done, make

    @property
    def row(self) -> TemplateRow | None:
        """The one that is looked at; None where there is none."""
        return next((row for row in self.rows if row["name"] == self.chosen), None)

    def begin(self) -> None:
        """Show the list."""
        self.kind = ""
        self.ask()

    def ask(self) -> None:
        """Fetch the templates."""
        self._doer.do(self._workbench.templates, self._take, key="template list")

    def _take(self, rows: Sequence[TemplateRow]) -> None:
        with self.hold_trait_notifications():
            self.rows, self.known = [row.copy() for row in rows], True
            names = [row["name"] for row in rows]
            if self.chosen not in names:
                self.chosen = names[0] if names else ""
                self.kind = "add" if self.kind == "add" else ""

    def choose(self, name: str) -> None:
        """Look at a template."""
        with self.hold_trait_notifications():
            self.chosen, self.kind = name, ""

    def use(self) -> None:
        """Begin a new meter from the one that is looked at."""
        if self.row:
            self._make(self.chosen)

    # Writing

    def add(self) -> None:
        """Begin a new one, of nothing."""
        self._write("add", {})

    def edit(self) -> None:
        """Begin to change the one that is looked at."""
        if row := self.row:
            self._write("edit", row["fields"])

    def _write(self, kind: str, held: dict[str, Any]) -> None:
        values = texts(held, "")
        self._doer.do(
            self._workbench.profiles, lambda rows: self.set_trait("profiles", list(rows)), key="template profiles"
        )
        with self.hold_trait_notifications():
            self._fresh({name: values[name] for name in HELD})
            self.name, self.kind = "" if kind == "add" else self.chosen, kind

    def save(self) -> None:
        """Store what was typed: fields that are empty are left to each meter."""
        if self.busy or self.kind not in ("add", "edit"):
            return
        name, kind = self.name.strip(), self.kind
        if not name:
            self.problems = {**self.problems, "name": "is needed: by it people find the template"}
            return
        if kind == "add" and name.casefold() in (row["name"].casefold() for row in self.rows):
            self.problems = {**self.problems, "name": "is in use: choose another, or edit that one"}
            return
        fields = sent({field: text for field, text in self.values.items() if text.strip()})
        verb = "was saved" if kind == "add" else "was changed; meters that were made from it stay as they are"

        def done(row: TemplateRow) -> None:
            with self.hold_trait_notifications():
                self.busy, self.kind, self.chosen = False, "", row["name"]
            self.ask()
            self._done(f"Template {row['name']} {verb}.", "")

        self._storing()
        self._doer.do(lambda: self._workbench.put_template(name, fields), done, self._refused, key="template")

    def ask_delete(self) -> None:
        """Ask whether the one that is looked at is to be deleted."""
        if self.row:
            with self.hold_trait_notifications():
                self.kind, self.failure = "delete", ""

    def delete(self) -> None:
        """Delete it."""
        name = self.chosen
        if self.busy or self.kind != "delete" or not name:
            return

        def done(_: Any) -> None:
            with self.hold_trait_notifications():
                self.busy, self.kind = False, ""
            self.ask()
            self._done(f"Template {name} was deleted. Meters that were made from it stay as they are.", "")

        self._storing()
        self._doer.do(lambda: self._workbench.delete_template(name), done, self._refused, key="template")

    def cancel(self) -> None:
        """Leave all as it is stored."""
        with self.hold_trait_notifications():
            self.kind, self.failure, self.problems = "", "", {}

    def _refused(self, error: Exception) -> None:
        self._not_stored(error, ("name", *HELD))
