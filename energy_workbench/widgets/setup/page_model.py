"""Model of the setup page: the meters, the chosen one, and the panel that is shown on the right side."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, HasTraits, List, Unicode

from energy_workbench.contract.results import MeterTable
from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.contract.rows.setup import Undone
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.figures.wording.words import amount
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.markup import Card, one_line
from energy_workbench.widgets.setup.ask.model import AskModel
from energy_workbench.widgets.setup.bulk.model import BulkModel
from energy_workbench.widgets.setup.details.model import DetailsModel, Values
from energy_workbench.widgets.setup.doctor.model import DoctorModel
from energy_workbench.widgets.setup.form.model import FormModel
from energy_workbench.widgets.setup.gateways.model import GatewaysModel
from energy_workbench.widgets.setup.limits.model import LimitsModel
from energy_workbench.widgets.setup.meter_tree import MeterTree
from energy_workbench.widgets.setup.ratios.model import RatiosModel
from energy_workbench.widgets.setup.review.model import ReviewModel
from energy_workbench.widgets.setup.site.model import SiteModel
from energy_workbench.widgets.setup.tree.model import TreeModel

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


@dataclass(frozen=True)
class Answer:
    """What one round of requests brought.

    Attributes
    ----------
    order : int
        Later rounds have higher ones.
    undoable : str
        The last change that can be undone, in words.
    """

    order: int
    site: SiteRow
    rows: tuple[MeterRow, ...]
    values: Values | None
    undoable: str


class SetupModel(HasTraits):
    """Headless: the models of the panels, and the choice and changes that they share."""

    side = Enum(("details", "form", "bulk", "deleted", "gateways", "doctor", "limits", "review", "site"), "details")
    site = Unicode("")
    as_of = Unicode("")
    cards = List()
    problem = Unicode("")
    """What the reader is told when something is wrong; empty while all is well."""
    notice = Unicode("")
    """Result of the last action."""
    asks = Unicode("")
    """Advice about what nobody stated of the site yet; empty where nothing is lacking."""
    undoable = Unicode("")
    """The last change of this role, in words; empty where there is none to undo."""
    undoing = Bool(False)
    deleted: list[MeterRow] = List()
    """Meters that can be restored."""

    def __init__(
        self, workbench: WorkbenchContract, doer: Doer, deliver: Callable[[str, bytes], None] = lambda *_: None
    ) -> None:
        super().__init__()
        self._workbench, self._doer = workbench, doer
        self._asked = self._taken = 0
        self._counting = threading.Lock()
        self._wanted = ""
        self._following = False
        self.meters = MeterTree()
        self.tree = TreeModel()
        self.details = DetailsModel(workbench, doer)
        self.ratios = RatiosModel(workbench, doer, self._changed)
        self.form = FormModel(workbench, doer, self._saved)
        self.ask = AskModel(workbench, doer, self._changed)
        self.bulk = BulkModel(workbench, doer, self._imported, deliver)
        self.gateways = GatewaysModel(workbench, doer, self._changed)
        self.doctor = DoctorModel(workbench, doer)
        self.limits = LimitsModel(workbench, doer, self._changed)
        self.review = ReviewModel(workbench, doer, self._changed)
        self.plant = SiteModel(workbench, doer, self._changed)
        self.tree.observe(self._chosen, "selected")
        self.form.observe(self._form_ended, "kind")

    # Asking

    def question(self) -> Callable[[], Answer]:
        """The request for the present choice; may be called in a thread."""
        with self._counting:
            self._asked += 1
            order = self._asked
        workbench, values = self._workbench, self.details.ask_values()

        def ask() -> Answer:
            undoable = workbench.undoable()
            text = undoable["text"] if undoable else ""
            return Answer(order, workbench.site(), workbench.meters().rows, values(), text)

        return ask

    def take(self, answer: Answer) -> None:
        """Show an answer, unless a later one is shown already."""
        if answer.order < self._taken:
            return
        self._taken = answer.order
        now = clock.now().astimezone(zone_of(answer.site["timezone"]))
        with self.hold_trait_notifications():
            self.problem, self.site, self.undoable = "", answer.site["name"], answer.undoable
            self.asks = answer.site.get("advice", "")
            self.as_of = f"{now:%a %d %b %Y, %H:%M:%S}"
            self.details.zone = answer.site["timezone"]
            if not self.meters.rows or [*self.meters.rows.values()] != [*answer.rows]:
                self._grown(MeterTree(answer.rows))
        self.details.take_values(answer.values)
        if self.side == "doctor":
            self.doctor.refresh()

    def refresh(self) -> None:
        """Fetch and show."""
        self._doer.do(self.question(), self.take)

    def _grown(self, meters: MeterTree) -> None:
        chosen = self.details.selected
        above = self.meters.above(chosen)
        self.meters = meters
        for part in (self.tree, self.details, self.form, self.ask):
            part.meters = meters
        self.cards = _cards(meters)
        self._tell_revision()
        if chosen not in meters:
            first = meters.below()[0] if meters.below() else ""
            near = next((key for key in above if key in meters), first)
            self._follow(near if chosen else meters.id_of(self._wanted) or first)
        if self.side == "deleted":
            self._ask_deleted()

    def _tell_revision(self) -> None:
        self.ratios.revision = self.details.row.get("revision")

    # Choosing

    def choose(self, key: str) -> None:
        """Choose a meter, wherever in the tree it is."""
        if key:
            self.tree.reveal(key)
        else:
            self.tree.selected = ""

    def _follow(self, key: str) -> None:
        """Choose a meter because the meters changed: what people opened beside the tree stays open."""
        self._following = True
        try:
            self.choose(key)
        finally:
            self._following = False

    def want(self, number: str) -> None:
        """Choose the meter of that number, now or once the meters are known."""
        self._wanted = number
        if key := self.meters.id_of(number):
            self.choose(key)

    def _chosen(self, change: Mapping[str, Any]) -> None:
        key = str(change["new"])
        self.ask.cancel()
        self.details.show(key)
        self.ratios.show(key)
        self._tell_revision()
        if key:
            self._doer.do(self.details.ask_values(), self.details.take_values, lambda _: None, key="values")
        if self.side != "form" and not self._following:
            self.side = "details"

    # Beginning

    def begin_add(self, like: MeterRow | None = None) -> None:
        """Show the form of a new meter."""
        self._learn()
        parent = self.details.row.get("number", "") if like is None else ""
        self.form.add(parent=str(parent), like=like)
        self.side = "form"

    def begin_edit(self) -> None:
        """Show the form of the chosen meter, from what is stored this instant."""
        if not (key := self.details.selected):
            return
        self._learn()

        def begin(meter: MeterRow) -> None:
            self.form.edit(meter)
            self.side = "form"

        self._doer.do(lambda: self._workbench.meter(key), begin, key="edit")

    def begin_bulk(self) -> None:
        """Show import and export."""
        self.bulk.begin()
        self.side = "bulk"

    def begin_gateways(self) -> None:
        """Show the gateways with their options."""
        self.gateways.cancel()
        self.gateways.ask()
        self.side = "gateways"

    def begin_doctor(self) -> None:
        """Show how gateways and meters answer, with advice."""
        self.side = "doctor"
        self.doctor.begin()

    def begin_review(self) -> None:
        """Show the breaks that wait for a decision."""
        self.side = "review"
        self.review.begin()

    def begin_site(self) -> None:
        """Show the site, to state or change what it is."""
        self.plant.ask()
        self.side = "site"

    def begin_limits(self) -> None:
        """Show the limits of health of the site."""
        self.limits.show()
        self.side = "limits"

    def begin_own_limits(self) -> None:
        """Show the limits of health of the chosen meter."""
        if row := self.details.row:
            self.limits.show(str(row["id"]), one_line(row["number"]))
            self.side = "limits"

    def begin_deleted(self) -> None:
        """Show the meters that can be restored."""
        self.side = "deleted"
        self._ask_deleted()

    def _ask_deleted(self) -> None:
        self._doer.do(lambda: self._workbench.meters(deleted=True), self._take_deleted, key="deleted")

    def back(self) -> None:
        """Show the chosen meter again."""
        if self.side == "form":
            self.form.cancel()
        self.side = "details"

    def question_about(self, question: str) -> None:
        """Open a question about the chosen meter."""
        if row := self.details.row:
            self.ask.ask(question, row)

    def drop(self, key: str, onto: str, *, at_top: bool = False) -> None:
        """A meter was dragged onto another, or to the top of the tree: ask whether to move it there."""
        if key not in self.meters or not (at_top or onto in self.meters):
            return
        parent = self.meters[key]["parent_id"]
        if onto == key or key in self.meters.above(onto) or (parent or "") == onto:
            return
        if self.side == "form":
            self.problem = "Save or cancel the form first; then drag the meter again."
            return
        self.choose(key)
        self.side = "details"
        self.question_about("move")
        self.ask.parent = self.meters.number_of(onto)

    def _learn(self) -> None:
        """Fetch what the form suggests."""
        workbench, form = self._workbench, self.form
        self._doer.do(workbench.profiles, lambda profiles: form.set_trait("profiles", profiles), key="profiles")
        self._doer.do(workbench.templates, lambda templates: form.set_trait("templates", templates), key="templates")
        self._doer.do(
            workbench.gateways,
            lambda gateways: form.set_trait("gateways", [row["url"] for row in gateways]),
            key="gateways",
        )

    # Ending

    def undo(self) -> None:
        """Take the last change back."""
        if self.undoing:
            return
        self.undoing = True

        def done(answer: Undone) -> None:
            self.undoing = False
            self._changed(f"Undone: {answer['undone']['text']}.", "")

        def failed(error: Exception) -> None:
            self.undoing = False
            raise error

        self._doer.do(self._workbench.undo, done, failed, key="undo")

    def restore(self, key: str) -> None:
        """Bring a deleted meter back."""

        def done(meter: MeterRow) -> None:
            self.deleted = [row for row in self.deleted if row["id"] != key]
            self.side = "details"
            self._changed(f"{one_line(meter['number'])} is back.", meter["id"])

        self._doer.do(lambda: self._workbench.restore_meter(key), done, key="restore")

    def _saved(self, meter: MeterRow, verb: str) -> None:
        self.side = "details"
        self._changed(f"{one_line(meter['number'])} was {verb}.", meter["id"], meter)

    def _imported(self, said: str) -> None:
        self._changed(said, "")

    def _changed(self, said: str, key: str, meter: MeterRow | None = None) -> None:
        """Show the result of a change, and the tree with it.

        `meter` is the changed one where the service gave it: it is known at once, so that what one does to it next is
        no conflict with one's own change.
        """
        self.notice, self.problem = said, ""
        if meter and meter.get("id") in self.meters:
            rows = self.meters.rows.values()
            self._grown(MeterTree([{**row, **meter} if row["id"] == meter["id"] else row for row in rows]))

        def take(answer: Answer) -> None:
            self.take(answer)
            if key in self.meters:
                self._follow(key)
            self.details.renew()
            self.ratios.show(self.details.selected)
            if self.side == "gateways":
                self.gateways.ask()
            if self.side == "limits":
                self.limits.ask()

        self._doer.do(self.question(), take)

    def _form_ended(self, change: Mapping[str, Any]) -> None:
        if not change["new"] and self.side == "form":
            self.side = "details"

    def _take_deleted(self, meters: MeterTable) -> None:
        self.deleted = list(meters.rows)


def _cards(meters: MeterTree) -> list[Card]:
    rows = list(meters.rows.values())
    total = len(rows)

    status = Counter(row["status"] for row in rows)
    communication = Counter(row["communication"] for row in rows)
    colour = Counter(row["colour"] for row in rows)
    active, inactive = status["active"], status["inactive"]
    online, silent, apart = (communication[name] for name in ("online", "offline", "not_connected"))
    warned = colour["yellow"] + colour["orange"]
    return [
        Card("Total", amount(total), "meters in the tree"),
        Card("Active", amount(active), f"of {total:,}", "green" if active == total else "yellow"),
        Card("Online", amount(online), f"of {total:,}", "green" if online == total else "yellow"),
        Card("Warnings", amount(warned), "yellow or orange", "yellow" if warned else "green"),
        Card("Offline", amount(silent), "no new readings", "red" if silent else "green"),
        Card("Not connected", amount(apart), "no reading ever", "grey" if apart else "green"),
        Card("Inactive", amount(inactive), "out of service", "red" if inactive else "green"),
    ]


def when(iso: str | None) -> str:
    """A stored instant as text; empty for none."""
    return f"{datetime.fromisoformat(iso):%d %b %Y %H:%M}" if iso else ""
