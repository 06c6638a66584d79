"""Base of the viewers' pages: it requests what the reader selected, and drops answers to an earlier selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from traitlets import HasTraits, Instance, TraitError, Unicode

from energy_workbench.domain.pages import Page
from energy_workbench.domain.time import clock
from energy_workbench.figures.theme import DARK, LIGHT, Theme
from energy_workbench.widgets.choices import Choices

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

LIVE = 5.0
"""Pause between the requests of a page that shows what is measured now [s]."""

SLOW = 60.0
"""The same of a page that shows intervals, which change each quarter of an hour [s]."""


@dataclass(frozen=True)
class Selection:
    """The selection that a request is for.

    Attributes
    ----------
    period : str
        As people write it.
    meter, compare : str
        Empty where the page does not take one, or none is chosen.
    own : tuple of (str, value)
        The page's own choices that the request depends on.
    """

    period: str
    meter: str
    compare: str
    own: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True)
class Answer:
    """What a request fetched, and the selection that it was for."""

    selection: Selection
    fetched: Any


class PageModel(HasTraits):
    """Headless: it needs no widget, no browser and no kernel.

    A page is a subclass with `page`, `ask` (fetches, in a thread, touches no trait), `show` (takes what was fetched)
    and `draw` (makes what the view renders, of what was taken and of how it is to be seen). A trait of its own that is
    tagged `address="key"` stands in the page's address; one tagged `asks=True` brings a new request when it changes,
    any other is drawn at once.
    """

    page: ClassVar[Page]
    default_period: ClassVar[str] = "last 7 days"
    takes: ClassVar[frozenset[str]] = frozenset({"period"})
    """Which of `period`, `meter` and `compare` a reader chooses here."""
    paper: ClassVar[str] = "portrait"
    """How it lies on paper: `portrait` or `landscape`."""
    every: ClassVar[float] = SLOW
    """Pause between requests [s]."""
    of_meters: ClassVar[bool] = True
    """Whether it has nothing to show where the site has no meter."""

    problem = Unicode("")
    """What the reader is told when something is wrong; empty while all is well."""
    as_of = Instance(datetime, allow_none=True)
    """When the shown values are from, in the site's zone."""

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(**own)
        self.workbench, self.choices = workbench, choices
        self._known = False
        choices.observe(self._draw, "dark")
        if seen := [name for name in self.traits(address=bool) if name not in self.traits(asks=True)]:
            self.observe(self._draw, seen)

    @property
    def period(self) -> str:
        """The chosen period, or the page's own."""
        return self.choices.period or self.default_period

    @property
    def subject(self) -> str:
        """The meter that the page is about, for whoever prints it; empty for the whole site."""
        return self.choices.meter if "meter" in self.takes else ""

    @property
    def theme(self) -> Theme:
        """The palette that the reader's browser prefers."""
        return DARK if self.choices.dark else LIGHT

    def selection(self) -> Selection:
        """The present selection."""
        return Selection(
            self.period,
            self.choices.meter if "meter" in self.takes else "",
            self.choices.compare if "compare" in self.takes else "",
            tuple((name, getattr(self, name)) for name in sorted(self.traits(asks=True))),
        )

    def question(self) -> Callable[[], Answer]:
        """The request for the present selection; may be called in a thread."""
        selection = self.selection()
        return lambda: Answer(selection, self.ask(selection))

    def take(self, answer: Answer) -> None:
        """Show an answer, unless something else has been chosen since it was requested."""
        if answer.selection != self.selection():
            return
        with self.hold_trait_notifications():
            self.problem = ""
            self.show(answer.fetched)
            self._known = True
            self.draw()

    def refresh(self) -> None:
        """Fetch and show."""
        self.take(self.question()())

    def ask(self, selection: Selection) -> Any:
        """Fetch what the page shows from the service; runs in a thread."""
        raise NotImplementedError

    def show(self, fetched: Any) -> None:
        """Take what was fetched, and say when it is from (`dated`)."""
        raise NotImplementedError

    def draw(self) -> None:
        """Make what the view renders; a trait whose value is the same again notifies nobody."""
        raise NotImplementedError

    def _draw(self, _: Any) -> None:
        if self._known:
            with self.hold_trait_notifications():
                self.draw()

    def follow(self, query: dict[str, str]) -> None:
        """Set the page's own choices by the query of an address; an invalid value is the default."""
        for name, trait in self.traits(address=bool).items():
            default = trait.default_value
            try:
                self.set_trait(name, query.get(trait.metadata["address"], default))
            except TraitError:
                self.set_trait(name, default)

    def address(self) -> dict[str, str]:
        """The page's own choices as the query of an address, without those at their default."""
        parameters = {}
        for name, trait in self.traits(address=bool).items():
            value = getattr(self, name)
            if value != trait.default_value:
                parameters[trait.metadata["address"]] = str(value)
        return parameters

    def enter(self, text: str) -> None:
        """Go to the first hit of the page's own search; a page without one has nothing to do."""

    def dated(self, zone: str, instant: str | None = None) -> None:
        """Note when what is shown is from: an instant of the answer, or now."""
        at = datetime.fromisoformat(instant) if instant else clock.now()
        self.as_of = at.astimezone(ZoneInfo(zone))

    @property
    def age(self) -> float:
        """Age of the shown values [s]; 0 before the first."""
        return max(0.0, (clock.now() - self.as_of.astimezone(UTC)).total_seconds()) if self.as_of else 0.0
