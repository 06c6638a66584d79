"""Model of the setup page: the meters, the chosen one, and the panel that is shown on the right side."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from traitlets import Bool, Enum, HasTraits, List, Unicode

from energy_workbench.contract.rows.flow import SiteRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.ask.model import AskModel
from energy_workbench.widgets.setup.bulk.model import BulkModel
from energy_workbench.widgets.setup.cards import cards_of
from energy_workbench.widgets.setup.deleted.model import DeletedModel
from energy_workbench.widgets.setup.details.model import DetailsModel, Values
from energy_workbench.widgets.setup.doctor.model import DoctorModel
from energy_workbench.widgets.setup.exchange.model import ExchangeModel
from energy_workbench.widgets.setup.form.model import FormModel
from energy_workbench.widgets.setup.gateways.model import GatewaysModel
from energy_workbench.widgets.setup.hand_reading.model import HandReadingModel
from energy_workbench.widgets.setup.limits.model import LimitsModel
from energy_workbench.widgets.setup.meter_tree import MeterTree
from energy_workbench.widgets.setup.ratios.model import RatiosModel
from energy_workbench.widgets.setup.readings.model import ReadingsModel
from energy_workbench.widgets.setup.registers.model import RegistersModel
from energy_workbench.widgets.setup.review.model import ReviewModel
from energy_workbench.widgets.setup.scan.model import ScanModel
from energy_workbench.widgets.setup.service.model import ServiceModel
from energy_workbench.widgets.setup.site.locks_model import LocksModel
from energy_workbench.widgets.setup.site.model import SiteModel
from energy_workbench.widgets.setup.templates.model import TemplatesModel
from energy_workbench.widgets.setup.together.model import TogetherModel
from energy_workbench.widgets.setup.tree.model import TreeModel
from energy_workbench.widgets.setup.undoing import UndoModel
from energy_workbench.widgets.setup.why.model import WhyModel

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


PANELS = (
    "together", "bulk", "readings", "templates", "deleted", "gateways", "scan", "registers", "doctor", "limits",
    "review", "site",
)  # fmt: skip
"""Panels of the whole plant, each with a button; the others are of one meter."""


class SetupModel(HasTraits):
    """Headless: the models of the panels, and the choice and changes that they share."""

    side = Enum(("details", "form", "exchange", "hand_reading", "service", *PANELS), "details")
    site = Unicode("")
    as_of = Unicode("")
    cards = List()
    problem = Unicode("")
    """What the reader is told when something is wrong; empty while all is well."""
    notice = Unicode("")
    """Result of the last action."""
    asks = Unicode("")
    """Advice about what nobody stated of the site yet; empty where nothing is lacking."""
    empty = Bool(False)
    """Whether it is known that the plant has no meter yet."""

    def __init__(
        self, workbench: WorkbenchContract, doer: Doer, deliver: Callable[[str, bytes], None] = lambda *_: None
    ) -> None:
        super().__init__()
        self.why = WhyModel(doer, self._tell_locked)
        self._workbench, self._doer = workbench, (doer := self.why)
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
        self.readings = ReadingsModel(workbench, doer, self._imported)
        self.gateways = GatewaysModel(workbench, doer, self._changed)
        self.scan = ScanModel(workbench, doer, self._changed)
        self.registers = RegistersModel(workbench, doer)
        self.doctor = DoctorModel(workbench, doer)
        self.limits = LimitsModel(workbench, doer, self._changed)
        self.review = ReviewModel(workbench, doer, self._changed)
        self.plant = SiteModel(workbench, doer, self._changed)
        self.together = TogetherModel(workbench, doer, self._changed, deliver)
        self.service = ServiceModel(workbench, doer, self._changed, deliver)
        self.exchange = ExchangeModel(workbench, doer, self._changed)
        self.hand_reading = HandReadingModel(workbench, doer, self._changed)
        self.templates = TemplatesModel(workbench, doer, self._changed, self.begin_from)
        self.deleted = DeletedModel(workbench, doer, self._changed)
        self.undo = UndoModel(workbench, doer, self._changed)
        self.locks = LocksModel(workbench, doer, self._changed)
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
            self.problem, self.site, self.undo.text = "", answer.site["name"], answer.undoable
            self.empty = not answer.rows
            self.asks = answer.site.get("advice", "")
            for part in (self.ratios, self.review, self.ask, self.locks):
                part.zone = answer.site["timezone"]
            self.as_of = f"{now:%a %d %b %Y, %H:%M:%S}"
            for part in (self.details, self.exchange, self.hand_reading):
                part.zone = answer.site["timezone"]
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
        for part in (self.tree, self.details, self.form, self.ask, self.together):
            part.meters = meters
        self.cards = cards_of(meters)
        self.exchange.same_meter(meters.rows)
        self._tell_revision()
        if chosen not in meters:
            first = meters.below()[0] if meters.below() else ""
            near = next((key for key in above if key in meters), first)
            self._follow(near if chosen else meters.id_of(self._wanted) or first)
        if self.side == "deleted":
            self.deleted.ask()

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
        if self.side == "together" and not self._following:
            # Meters are chosen by hand where many are changed together; a second click takes one out again.
            if key:
                self.together.toggle(key)
                self.tree.selected = ""
            return
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
        self.form.learn()
        parent = self.details.row.get("number", "") if like is None else ""
        self.form.add(parent=str(parent), like=like)
        self.side = "form"

    def begin_edit(self) -> None:
        """Show the form of the chosen meter, from what is stored this instant."""
        if not (key := self.details.selected):
            return
        self.form.learn()

        def begin(meter: MeterRow) -> None:
            self.form.edit(meter)
            self.side = "form"

        self._doer.do(lambda: self._workbench.meter(key), begin, key="edit")

    def begin_from(self, template: str) -> None:
        """Show the form of a new meter that is made from a template."""
        self.form.templates = self.templates.rows
        self.begin_add()
        self.form.use_template(template)

    def open(self, panel: str) -> None:
        """Show a panel of the whole plant, from its beginning."""
        self.side = panel
        if panel == "together":
            # The first click chooses too where it is on the meter that was looked at.
            self.tree.selected = ""
        {
            "together": self.together.begin,
            "bulk": self.bulk.begin,
            "readings": self.readings.begin,
            "templates": self.templates.begin,
            "deleted": self.deleted.begin,
            "gateways": self.gateways.begin_list,
            "scan": self.scan.begin,
            "registers": self.registers.begin,
            "doctor": self.doctor.begin,
            "limits": self.limits.show,
            "review": self.review.begin,
            "site": self._ask_site,
        }[panel]()

    def begin_exchange(self) -> None:
        """Show the exchanges of the chosen meter's device, and the form of one."""
        if key := self.details.selected:
            self.exchange.begin(self.meters[key])
            self.side = "exchange"

    def begin_hand_reading(self) -> None:
        """Show the last readings of the chosen meter, and the form of one that somebody read off it."""
        if key := self.details.selected:
            self.hand_reading.begin(self.meters[key])
            self.side = "hand_reading"

    def begin_service(self) -> None:
        """Show the commissioning sheets of the chosen meter, and a new one."""
        if key := self.details.selected:
            self.service.begin(self.meters[key])
            self.side = "service"

    def _ask_site(self) -> None:
        self.plant.ask()
        self.locks.ask()

    def begin_own_limits(self) -> None:
        """Show the limits of health of the chosen meter."""
        if row := self.details.row:
            self.limits.show(str(row["id"]), one_line(row["number"]))
            self.side = "limits"

    def back(self) -> None:
        """Show the chosen meter again."""
        if self.side == "form":
            self.form.cancel()
        self.side = "details"
        self.tree.selected = self.details.selected

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

    # Ending

    def _saved(self, meter: MeterRow, verb: str) -> None:
        self.side = "details"
        self._changed(f"{one_line(meter['number'])} was {verb}.", meter["id"], meter)

    def _tell_locked(self, said: str) -> None:
        self.notice = f"{self.notice} {said}".strip()

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
            if self.side == "scan":
                self.scan.look()
            if self.side == "limits":
                self.limits.ask()
            if self.side in ("exchange", "hand_reading", "deleted") and key in self.meters:
                self.side = "details"

        self._doer.do(self.question(), take)

    def _form_ended(self, change: Mapping[str, Any]) -> None:
        if not change["new"] and self.side == "form":
            self.side = "details"
