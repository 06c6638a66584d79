"""The app of all viewers' pages: it follows the browser's address, and changes the page within one kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import ipywidgets
from markupsafe import Markup

from energy_workbench.domain.pages import OVERVIEW, VIEWED
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period, zone_of
from energy_workbench.domain.time.period_text import beside
from energy_workbench.widgets.background import Background
from energy_workbench.widgets.boundary import guarded
from energy_workbench.widgets.browser.location import Here, Location
from energy_workbench.widgets.browser.polling import Poller
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.directory import Directory, Names
from energy_workbench.widgets.finding import hits, no_hit
from energy_workbench.widgets.live_page import LivePage, service
from energy_workbench.widgets.markup import problem
from energy_workbench.widgets.page_model import Answer, PageModel
from energy_workbench.widgets.pages import PageView, opened
from energy_workbench.widgets.parts import Parts, dressed, put, shown
from energy_workbench.widgets.period_picker import coming, meaning
from energy_workbench.widgets.shell.nothing import no_meter, no_reading
from energy_workbench.widgets.shell.switch import SiteSwitch
from energy_workbench.widgets.shell.view import SEPARATOR, HeadView, Printed, label

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

NAMED = {page.name: page for page in VIEWED}


@dataclass(frozen=True)
class Round:
    """What one round of requests brought."""

    page: str
    names: Names
    answer: Answer | None
    """None where the site has no meter that it could be about."""


class App(LivePage):
    """Controller of the viewers' pages, their head and the browser's location.

    A preheated kernel has run this before its viewer came: nothing is asked of the service until the
    browser's first word.

    Attributes
    ----------
    model, view
        Of the page in front. Those that were opened before stay as they are, so that coming back is instant.
    """

    def __init__(self, workbench: WorkbenchContract) -> None:
        self._guard = guarded(self._report)
        self._workbench = workbench
        self._directory = Directory(workbench)
        self._make = Parts(self._guard)
        self._opened: dict[str, tuple[PageModel, PageView]] = {}
        self._following = False
        self.choices = Choices()
        self.names = Names()
        self.head = HeadView(VIEWED, self._make)
        self.location = Location(layout=self._make.layout)
        switch = SiteSwitch(workbench, self.location, self._make.text("ew-site-line"), Background(self._report))
        self.stage = self._make.box([], "ew-stage")
        self.nothing = self._make.text("ew-nothing")
        shown(self.nothing, False)
        self.poller: Poller[Round] = Poller(self._question, self._arrived, self._fail)
        self.model: PageModel
        self.view: Any
        self._open(OVERVIEW.name)
        self.widget = self._make.box(
            [self.location, switch.widget, *self.head.widgets, self.nothing, self.stage], "ew-page ew-shell"
        )
        self.location.on_move(self._guard(self._moved))
        self.location.on_find(self._guard(self._find))
        self.head.period.on_choose(self._guard(self._choose_period))
        self.head.period.on_step(self._guard(self._step))
        self.head.period.on_compare(self._guard(lambda compare: self.choices.set_trait("compare", compare)))
        self.head.meter.observe(self._guard(self._choose_meter), "value")
        self.head.meter.on_msg(self._guard(self._entered))
        self.choices.observe(self._guard(self._changed), ["period", "meter", "compare"])

    def _open(self, name: str) -> None:
        """Bring a page to the front."""
        if name not in self._opened:
            model, view = self._opened[name] = opened(NAMED[name], self._workbench, self.choices, self._make)
            model.observe(self._guard(lambda _: self._say(model)), "problem")
            if own := list(model.traits(address=bool)) + list(model.traits(asks=True)):
                model.observe(self._guard(self._changed), own)
            self.stage.children = (*self.stage.children, view.widget)
        self.model, self.view = self._opened[name]
        for other, (_, view) in self._opened.items():
            shown(view.widget, other == name)
        self.poller.every = self.model.every
        self._show_nothing()
        self.head.enter(self.model)
        self._say(self.model)
        self._name()

    def _moved(self, here: Here) -> None:
        self.choices.dark = here.dark
        if here.moved:
            self._follow(here)
        self.poller.heard(here.visible)
        if here.moved:
            self.poller.poke()
        else:
            self._alive()

    def _follow(self, here: Here) -> None:
        """Open what an address says; the address is not written back."""
        self._following = True
        try:
            self._open(here.page if here.page in NAMED else OVERVIEW.name)
            self.choices.follow(here.query)
            self.model.follow(here.query)
        finally:
            self._following = False
        self._name()

    def _changed(self, change: dict[str, Any]) -> None:
        if self._following:
            return
        self.location.go(self.choices.address() | self.model.address(), page=self.model.page.name)
        self._name()
        if change["owner"] is self.choices or change["name"] in self.model.traits(asks=True):
            self.poller.poke()

    def _choose_period(self, text: str) -> None:
        parse_period(text, self._zone, clock.now())
        self.choices.period = text

    def _step(self, by: int) -> None:
        self.choices.period = beside(parse_period(self.model.period, self._zone, clock.now()), by, self._zone).text

    def _choose_meter(self, change: dict[str, Any]) -> None:
        text = str(change["new"]).partition(SEPARATOR)[0].strip()
        if self.head.asks_while_typing:
            if change["new"] != self._shown_meter():
                self.head.suggest(hits(text, self.names.meters.items()), self.names)
            return
        self._take_meter(text)

    def _entered(self, _: Any, content: Any, __: Any) -> None:
        """Enter was pressed where a meter is typed."""
        if isinstance(content, dict) and content.get("event") == "submit" and self.head.asks_while_typing:
            self._take_meter(self.head.meter.value.partition(SEPARATOR)[0].strip())

    def _take_meter(self, text: str) -> None:
        if found := hits(text, self.names.meters.items()):
            self.choices.meter = found[0]
        elif text:
            self._report(no_hit(text))
        self._name()

    def _shown_meter(self) -> str:
        """The chosen meter as the head shows it."""
        number = self.names.ids.get(self.choices.meter, self.choices.meter)
        return label(number, self.names.meters.get(number, ""))

    def _find(self, text: str) -> None:
        """Enter was pressed in the page's own search."""
        self.model.enter(text)

    def _name(self) -> None:
        """Write the choices into the head."""
        self.head.name(self.names, self.model.page.name, self.names.site)
        self.head.choose(
            self._shown_meter(),
            self.model.period,
            self.choices.compare,
            self._title(),
            coming(self.model.period, self._zone) if self.names.zone and "period" in self.model.takes else "",
        )
        self._tell()

    def _tell(self) -> None:
        """What the page says of itself on paper."""
        period, first, last = self._title() if "period" in self.model.takes else ("", "", "")
        slug = self.model.period if self.model.period[:1].isdigit() else "_".join(dict.fromkeys((first, last)))
        about = Printed(self.names.site, self.model.subject, period, slug.replace("/", "_"), self.model.paper)
        self.head.tell(about)

    def _title(self) -> tuple[str, str, str]:
        """What the period means, and its first and last day; empty until the site's zone is known."""
        return meaning(self.model.period, self._zone) if self.names.zone else ("", "", "")

    @property
    def _zone(self) -> ZoneInfo:
        """The site's, as far as it is known."""
        return zone_of(self.names.zone or "UTC")

    def _question(self) -> Callable[[], Round]:
        model = self.model
        ask, directory, page = model.question(), self._directory, model.page.name

        def look() -> Round:
            names = directory.look(meters=True)
            return Round(page, names, None if names.empty and model.of_meters else ask())

        return look

    def _arrived(self, fetched: Round) -> None:
        if fetched.names != self.names:
            self.names = fetched.names
            self._name()
        self._show_nothing()
        if fetched.page != self.model.page.name:
            return
        if fetched.answer is None:
            self.model.problem = ""
            self.model.dated(self.names.zone)
            self._alive()
        else:
            self._take(fetched.answer)
            self._tell()

    def _show_nothing(self) -> None:
        """Say what is missing where there is nothing to show yet: instead of the page, or above it."""
        instead = self.names.empty and self.model.of_meters
        put(self.nothing, no_meter(self.model.page) if instead else no_reading() if self.names.silent else Markup())
        shown(self.nothing, instead or self.names.silent)
        dressed(self.nothing, "ew-panel", instead)
        shown(self.stage, not instead)

    def _alive(self) -> None:
        at = self.model.as_of
        self.location.alive(f"{at:%a %d %b %Y, %H:%M:%S}" if at else "", self.model.age if at else None)

    def _say(self, model: PageModel) -> None:
        if model is self.model:
            put(self.head.problem, problem(model.problem))


def build() -> ipywidgets.Widget:
    """The app over the service that the environment names.

    Raises
    ------
    SettingsError
        If it names none.
    """
    workbench = service("dashboards")
    app = App(workbench)
    app.location.on_site(workbench.ask_of)
    return app.widget
