"""View of the setup page: cards on top, the tree on the left, one panel on the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import ipywidgets
from markupsafe import Markup

from energy_workbench.domain.entities import MeterType
from energy_workbench.widgets import markup
from energy_workbench.widgets.browser.files import Files
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.ask.view import AskView
from energy_workbench.widgets.setup.bulk.view import BulkView
from energy_workbench.widgets.setup.deleted.view import DeletedView
from energy_workbench.widgets.setup.details.view import DetailsView
from energy_workbench.widgets.setup.doctor.view import DoctorView
from energy_workbench.widgets.setup.exchange.view import ExchangeView
from energy_workbench.widgets.setup.first_run import FirstRunView
from energy_workbench.widgets.setup.form.view import FormView
from energy_workbench.widgets.setup.gateways.view import GatewaysView
from energy_workbench.widgets.setup.hand_reading.view import HandReadingView
from energy_workbench.widgets.setup.limits.view import LimitsView
from energy_workbench.widgets.setup.meter_tree import STATUS_FILTERS
from energy_workbench.widgets.setup.page_model import SetupModel
from energy_workbench.widgets.setup.parts import SetupParts
from energy_workbench.widgets.setup.ratios.view import RatiosView
from energy_workbench.widgets.setup.readings.view import ReadingsView
from energy_workbench.widgets.setup.registers.view import RegistersView
from energy_workbench.widgets.setup.review.view import ReviewView
from energy_workbench.widgets.setup.scan.view import ScanView
from energy_workbench.widgets.setup.service.view import ServiceView
from energy_workbench.widgets.setup.site.locks_view import LocksView
from energy_workbench.widgets.setup.site.view import SiteView
from energy_workbench.widgets.setup.templates.view import TemplatesView
from energy_workbench.widgets.setup.together.view import TogetherView
from energy_workbench.widgets.setup.tree.view import TreeView
from energy_workbench.widgets.setup.why.view import WhyView

KINDS = [("Any type", ""), *((str(kind).capitalize(), str(kind)) for kind in MeterType)]


TOOLS = (
    ("together", "Change several", "The same fields of many meters, previewed and undone as one"),
    ("bulk", "Import / export", "A file of all meters"),
    ("readings", "Import readings", "A file of readings of any shape"),
    ("templates", "Templates", "What meters of a kind share"),
    ("gateways", "Gateways", "How each is asked"),
    ("scan", "Scan a gateway", "Which devices answer, and what they are"),
    ("registers", "Registers", "What a device's registers hold, as every type"),
    ("doctor", "Bus doctor", "What is wrong, and what to do"),
    ("site", "Site", "Name, time zone, country, currency"),
    ("limits", "Limits", "From when on meters warn"),
    ("review", "Review", "Breaks of counters that wait for a decision"),
    ("deleted", "Deleted meters", "What can be restored"),
)
"""Panel, label and tooltip of each button."""


class SetupView:
    """Renders a model; `widget` is what to display.

    Parameters
    ----------
    model : SetupModel
    files : Files
        Takes and hands out files.
    guard : callable
        Wraps a handler of a browser's message in the error boundary.
    """

    def __init__(self, model: SetupModel, files: Files, guard: Callable[..., Any]) -> None:
        self.model = model
        make = SetupParts(guard)
        self.title = make.text("ew-head")
        self.problem = make.text("ew-problems")
        self.notice = make.text("ew-notice-line")
        self.cards = make.text("ew-cards ew-cards-7")
        self.add = make.button("+ Add meter", model.begin_add, kind="primary", classes="ew-do-add")
        self.undo = make.button("Undo", model.undo.undo, classes="ew-do-undo", tooltip="Takes your last change back")
        self.schedules = make.button("Scheduled reports", lambda: None, classes="ew-do-schedules")
        tools = make.box(
            [
                self.undo,
                *(
                    make.button(label, partial(model.open, panel), classes=f"ew-do-{panel}", tooltip=tooltip)
                    for panel, label, tooltip in TOOLS
                ),
                self.schedules,
            ],
            "ew-buttons",
        )
        self.tree = TreeView(model.tree, make)
        self.tree.hand.on_drop(guard(self._dropped))
        self.search = make.input("Search", "Any word", classes="ew-input ew-search")
        self.status = make.select("Status", STATUS_FILTERS, classes="ew-input ew-filter")
        self.kind = make.select("Type", KINDS, classes="ew-input ew-filter")
        self.matches = make.text("ew-note ew-found")
        self.clear = make.button("Clear filters", model.tree.clear, kind="quiet", classes="ew-do-clear")
        ways = make.box(
            [
                make.button("Expand all", model.tree.expand, kind="quiet", classes="ew-do-expand"),
                make.button("Collapse all", model.tree.collapse, kind="quiet", classes="ew-do-collapse"),
                self.clear,
                self.matches,
            ],
            "ew-buttons",
        )
        left = make.box(
            [
                make.box([make.text("ew-h", Markup("<h2>Meter tree</h2>")), self.add], "ew-bar"),
                make.box([self.search, self.status, self.kind], "ew-filters"),
                ways,
                self.tree.widget,
                make.text("ew-legend", marks.legend()),
            ],
            "ew-panel ew-left",
        )
        self.ask = AskView(model.ask, make, guard)
        self.ratios = RatiosView(model.ratios, make, guard)
        self.details = DetailsView(
            model.details,
            make,
            {
                "edit": model.begin_edit,
                "exchange": model.begin_exchange,
                "hand_reading": model.begin_hand_reading,
                "service": model.begin_service,
                "limits": model.begin_own_limits,
                "duplicate": lambda: model.begin_add(model.details.row),
                **{name: self._asking(name) for name in ("move", "status", "template", "delete")},
            },
            [self.ask.widget],
            [self.ratios.widget],
        )
        self.form = FormView(model.form, make, guard)
        self.bulk = BulkView(model.bulk, make, files, model.back)
        self.readings = ReadingsView(model.readings, make, model.back, guard)
        self.deleted = DeletedView(model.deleted, make, model.back, guard)
        self.exchange = ExchangeView(model.exchange, make, model.back, guard)
        self.hand_reading = HandReadingView(model.hand_reading, make, model.back, guard)
        self.together = TogetherView(model.together, make, model.back, guard)
        self.service = ServiceView(model.service, make, model.back, guard)
        self.templates = TemplatesView(model.templates, make, model.back, guard)
        self.first_run = FirstRunView(model, make)
        self.limits = LimitsView(model.limits, make, model.back, guard)
        self.plant = SiteView(model.plant, make, model.back, guard, LocksView(model.locks, make, guard).widget)
        self.review = ReviewView(model.review, make, model.back, guard)
        self.gateways = GatewaysView(model.gateways, make, model.back, guard)
        self.scan = ScanView(
            model.scan, make, model.back, guard, lambda: (str(row["number"]) for row in model.meters.rows.values())
        )
        self.registers = RegistersView(model.registers, make, model.back, guard)
        self.doctor = DoctorView(model.doctor, make, model.back, guard)
        self.sides = {
            "details": self.details.widget,
            "exchange": self.exchange.widget,
            "hand_reading": self.hand_reading.widget,
            "together": self.together.widget,
            "service": self.service.widget,
            "templates": self.templates.widget,
            "form": self.form.widget,
            "bulk": self.bulk.widget,
            "readings": self.readings.widget,
            "deleted": self.deleted.widget,
            "limits": self.limits.widget,
            "doctor": self.doctor.widget,
            "gateways": self.gateways.widget,
            "scan": self.scan.widget,
            "registers": self.registers.widget,
            "review": self.review.widget,
            "site": self.plant.widget,
        }
        self.why = WhyView(model.why, make, guard)
        right = make.box([self.first_run.widget, *self.sides.values()], "ew-panel ew-right")
        self.widget = make.box(
            [
                make.box([self.title, self.notice, tools], "ew-top"),
                self.problem,
                self.why.widget,
                self.cards,
                left,
                right,
            ],
            "ew-app ew-setup",
        )
        self._link(guard)

    def _asking(self, question: str) -> Callable[[], None]:
        return lambda: self.model.question_about(question)

    def _dropped(self, line: str, onto: str) -> None:
        self.model.drop(self.tree.meter(line), self.tree.meter(onto), at_top=not onto)

    def _link(self, guard: Callable[..., Any]) -> None:
        model = self.model
        for name, widget in (("search", self.search), ("status", self.status), ("kind", self.kind)):
            self._filter(name, widget, guard)
        model.tree.observe(lambda _: self._show_matches(), "note")
        self._show_matches()
        for names, handler in (
            (["site", "asks"], lambda: put(self.title, header(model.site, model.asks))),
            (["problem"], lambda: put(self.problem, markup.problem(model.problem))),
            (["notice"], lambda: put(self.notice, notice(model.notice))),
            (["cards"], lambda: put(self.cards, markup.cards(model.cards))),
            (["side", "empty"], self._show_side),
        ):
            model.observe(lambda _, handler=handler: handler(), names)
            handler()
        model.undo.observe(lambda _: self._show_undo(), ["busy", "text"])
        self._show_undo()

    def _filter(self, name: str, widget: ipywidgets.Widget, guard: Callable[..., Any]) -> None:
        def typed(change: dict[str, Any]) -> None:
            self.model.tree.set_trait(name, change["new"] or "")

        def written(change: dict[str, Any]) -> None:
            if widget.value != change["new"]:
                widget.value = change["new"]

        widget.observe(guard(typed), "value")
        self.model.tree.observe(written, name)

    def _show_matches(self) -> None:
        put(
            self.matches,
            Markup('<span role="status">{}</span>').format(self.model.tree.note) if self.model.tree.note else Markup(),
        )
        shown(self.clear, bool(self.model.tree.note))

    def _show_undo(self) -> None:
        undo = self.model.undo
        self.undo.disabled = undo.busy or not undo.text
        self.undo.tooltip = f"Undo: {undo.text}" if undo.text else "There is nothing to undo"

    def _show_side(self) -> None:
        first = self.model.empty and self.model.side == "details"
        shown(self.first_run.widget, first)
        for name, widget in self.sides.items():
            shown(widget, name == self.model.side and not first)


def header(site: str, asks: str = "") -> Markup:
    """Name of the page and of the site, and the instant of the states."""
    return Markup(
        '<div class="ew-title">{}<h1>Energy meter setup</h1><p><b>{}</b>'
        '<span class="ew-live">as of <span class="ew-asof">…</span></span></p>{}</div>'
    ).format(markup.home(), site, _asking_for(asks))


def _asking_for(text: str) -> Markup:
    return Markup('<p class="ew-careful">⚠ {}</p>').format(text) if text else Markup()


def notice(text: str) -> Markup:
    """Banner with the result of the last action."""
    return Markup('<div class="ew-done" role="status">✓ {}</div>').format(text) if text else Markup()
