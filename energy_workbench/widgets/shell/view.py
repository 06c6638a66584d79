"""View of the head of every viewers' page: menu, title, meter and period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from energy_workbench.domain.pages import REPORTS, Page
from energy_workbench.widgets.directory import Names
from energy_workbench.widgets.finding import LISTED, SUGGESTED
from energy_workbench.widgets.markup import ahead, home
from energy_workbench.widgets.page_model import PageModel
from energy_workbench.widgets.parts import Parts, put, shown
from energy_workbench.widgets.period_picker import PeriodPicker

SEPARATOR = " — "
"""Between the number and the name of a meter that can be picked."""


def label(number: str, name: str) -> str:
    """A meter as it is offered."""
    return f"{number}{SEPARATOR}{name}" if name else number


@dataclass(frozen=True, slots=True)
class Printed:
    """What a page says of itself on paper, and in pictures of its charts.

    Attributes
    ----------
    site, meter, period : str
        For people; an empty meter is the whole site.
    slug : str
        The period as part of the name of a file.
    paper : str
        `portrait` or `landscape`.
    """

    site: str
    meter: str
    period: str
    slug: str
    paper: str


class HeadView:
    """Menu, title, pickers and banner; `widgets` are what to display, from top to bottom."""

    def __init__(self, pages: Sequence[Page], make: Parts) -> None:
        self._pages = pages
        self.menu = make.text("ew-menu", menu(pages, "", ""))
        self.title = make.text("ew-head")
        self.meter = make.finder("Meter: part of number or name")
        self.period = PeriodPicker(layout=make.layout)
        self.printed = make.text("ew-printed")
        self.ahead = make.text("ew-problems")
        self.problem = make.text("ew-problems")
        self.widgets = [
            self.menu,
            make.box([self.title, make.box([self.meter, self.period], "ew-picks")], "ew-top"),
            self.printed,
            self.ahead,
            self.problem,
        ]

    def enter(self, page: PageModel) -> None:
        """Show the title and pickers of that page."""
        put(self.title, title(page.page))
        shown(self.meter, "meter" in page.takes)
        shown(self.period, "period" in page.takes)
        self.period.compares = "compare" in page.takes

    def name(self, names: Names, page: str, site: str) -> None:
        """Set the names of site and meters."""
        put(self.menu, menu(self._pages, page, site))
        # Of very many a browser is offered those alone that have what is typed: it is told at each key then.
        if self.meter.continuous_update != (many := len(names.meters) > LISTED):
            self.meter.continuous_update, self.meter.options = many, ()
        options = () if many else tuple(map(label, names.meters, names.meters.values()))
        if options and options != tuple(self.meter.options):
            self.meter.options = options

    def suggest(self, found: Sequence[str], names: Names) -> None:
        """Offer meters for what is typed, by their numbers, where there are too many to list."""
        self.meter.options = tuple(label(number, names.meters[number]) for number in found[:SUGGESTED])

    @property
    def asks_while_typing(self) -> bool:
        """Whether a text is none that was chosen yet: until Enter, or until it is one of those offered."""
        text = self.meter.value
        return bool(self.meter.continuous_update and not (SEPARATOR in text and text in self.meter.options))

    def choose(self, meter: str, period: str, compare: str, title: tuple[str, str, str], coming: str) -> None:
        """Show what is chosen: `title` is what the period means with first and last day, `coming` that it comes yet."""
        if self.meter.value != meter:
            self.meter.value = meter
        picker = self.period
        with picker.hold_sync():
            picker.value, picker.compare = period, compare
            picker.label, picker.first, picker.last = title
        put(self.ahead, ahead(coming))

    def tell(self, about: Printed) -> None:
        """Set what a printed page says of itself."""
        put(self.printed, printed(about))


def menu(pages: Sequence[Page], here: str, site: str) -> Markup:
    """The menu: links, so that a page can also be opened beside this one."""
    links = Markup().join(
        Markup('<a href="{}" title="{}"{}>{}</a>').format(
            page.name, page.about, " aria-current=page" if page.name == here else "", page.title
        )
        for page in pages
    )
    name = Markup("<b>{}</b>").format(site) if site else Markup("<b>Energy Workbench</b>")
    reports = Markup('<a class="ew-away" href="{}" title="{}">{}</a>').format(
        REPORTS.name, REPORTS.about, REPORTS.title
    )
    return Markup(
        '{} {}<nav aria-label="Pages">{}{}</nav>'
        '<span class="ew-live"><span class="ew-asof">…</span> <span class="ew-age"></span></span>'
    ).format(home(), name, links, reports)


def printed(about: Printed) -> Markup:
    """The line below the title of a printed page; the browser adds when it was printed."""
    words = " · ".join(filter(None, [about.site, about.meter or "whole site", about.period]))
    return Markup(
        '<p class="ew-told" data-site="{}" data-meter="{}" data-period="{}" data-slug="{}" data-paper="{}">'
        '{} · printed <span class="ew-printed-at"></span></p>'
    ).format(about.site, about.meter, about.period, about.slug, about.paper, words)


def title(page: Page) -> Markup:
    """Title of a page with its subtitle."""
    return Markup('<div class="ew-title"><h1>{}</h1><p>{}</p></div>').format(page.title, page.about)
