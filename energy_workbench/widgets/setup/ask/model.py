"""Model of the question before a change of the chosen meter: move, status, template or delete."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from traitlets import Bool, Enum, HasTraits, Instance, Int, Unicode

from energy_workbench.contract.notes import BEGINNING
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.status import Status
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.setup.meter_tree import MeterTree

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract
    from energy_workbench.contract.meters import Children

SUGGESTED = 40
"""Meters that the parent picker offers at once."""


Done = Callable[[str, str, MeterRow | None], None]
"""Is given the result in words, the id of the meter, and its row where the service answered with one."""


class AskModel(HasTraits):
    """Headless: `ask` opens a question, traits hold its fields, `confirm` makes the change."""

    question = Enum(("", "move", "status", "delete", "template"), "")
    meter = Instance(dict, ())
    parent = Unicode("")
    """Number of the new parent; empty at the top."""
    status = Enum([str(status) for status in Status], str(Status.ACTIVE))
    reason = Unicode("")
    since = Unicode("")
    """From when on the status holds, the site's time; empty is now."""
    always = Bool(False)
    """Whether it holds from the beginning of time instead."""
    zone = Unicode("UTC")
    """The site's."""
    children = Enum(("", "reparent", "cascade"), "")
    """What becomes of meters below one that is deleted; empty until somebody chooses."""
    name = Unicode("")
    problem = Unicode("")
    busy = Bool(False)
    below = Int(0)
    """Meters under the one in question, at any depth."""
    meters = Instance(MeterTree, ())

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Done) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def ask(self, question: str, meter: MeterRow) -> None:
        """Open a question about a meter."""
        with self.hold_trait_notifications():
            self.meter = dict(meter)
            self.parent = self.meters.number_of(meter["parent_id"])
            self.status, self.reason = str(meter["status"]), str(meter.get("status_reason") or "")
            self.since, self.always = "", False
            self.children, self.name, self.problem, self.busy = "", "", "", False
            self.below = sum(1 for _ in self.meters.under(str(meter["id"])))
            self.question = question

    def cancel(self) -> None:
        """Change nothing."""
        self.question = ""

    def suggestions(self) -> list[str]:
        """Meters that the one in question could hang under: not itself, and none below it."""
        key = str(self.meter.get("id", ""))
        refused = {key, *self.meters.under(key)}
        typed = self.parent.strip().casefold()
        matching = [
            row["number"]
            for other, row in self.meters.rows.items()
            if other not in refused and typed in f"{row['number']} {row['name']}".casefold()
        ]
        return sorted(matching, key=lambda text: not text.casefold().startswith(typed))[:SUGGESTED]

    def confirm(self) -> None:
        """Make the change, if it can be made."""
        if self.busy or not self.question:
            return
        if problem := self._missing():
            self.problem = problem
            return
        act, said = self._action()

        def done(changed: MeterRow | None) -> None:
            with self.hold_trait_notifications():
                self.busy, self.question = False, ""
            self._done(said, key, changed)

        def failed(error: Exception) -> None:
            with self.hold_trait_notifications():
                self.busy, self.problem = False, explain_change(error)

        key = "" if self.question == "delete" else str(self.meter["id"])
        with self.hold_trait_notifications():
            self.busy, self.problem = True, ""
        self._doer.do(act, done, failed, key="ask")

    def _missing(self) -> str:
        if self.question == "move" and self.parent.strip() and not self.meters.id_of(self.parent):
            return f"There is no meter {self.parent.strip()!r}: choose one of the list."
        if self.question == "move" and self._parent() == (self.meter["parent_id"] or ""):
            return "It hangs there already: choose another parent."
        if self.question == "delete" and self.below and not self.children:
            return "Choose what becomes of the meters below it."
        return ""

    def _parent(self) -> str:
        return self.meters.id_of(self.parent) if self.parent.strip() else ""

    def _action(self) -> tuple[Callable[[], MeterRow | None], str]:
        """The change, which answers with the meter where it still is, and the words for it."""
        meter, workbench = self.meter, self._workbench
        key, number, revision = str(meter["id"]), str(meter["number"]), meter.get("revision")
        if self.question == "move":
            parent = self._parent() or None
            to = f"below {self.meters.number_of(parent)}" if parent else "to the top"
            return lambda: workbench.update_meter(key, {"parent_id": parent}, revision), f"{number} was moved {to}."
        if self.question == "status":
            status, reason = self.status, self.reason.strip()
            since = BEGINNING if self.always else self.since.strip()
            dated = {"valid_from": since} if since else {}
            return lambda: workbench.set_status(
                key, status, reason, revision=revision, **dated
            ), f"{number} is {status} from {_since(since) or 'now on'}."
        if self.question == "template":
            name = self.name.strip()

            def save() -> None:
                workbench.create_template(name, key)

            return save, f"Template {name} was saved."
        children: Children = self.children or "refuse"

        def delete() -> None:
            workbench.delete_meter(key, children, revision=revision)

        also = f" with {self.below} below it" if children == "cascade" else ""
        said = f"{number} was deleted{also}. Its history stays; it can be restored."
        return delete, said


def _since(text: str) -> str:
    """An instant as a notice says it."""
    return "the beginning" if text == BEGINNING else text.replace("T", " ")[:16]
