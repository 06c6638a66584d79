"""Model of the overview page: the last overview of the site, and the figures and cards made from it."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from traitlets import Dict, Enum, Instance, Int, List, Unicode

from energy_workbench.contract.results import Overview, Pattern, PowerFlow
from energy_workbench.contract.rows.flow import Cards, Leaf
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.pages import OVERVIEW as PAGE
from energy_workbench.domain.pages import PATTERN
from energy_workbench.domain.site.floor_plan import FloorPlan
from energy_workbench.domain.time.resolution import resolution
from energy_workbench.figures import distributions, meter_map, pattern, power_flow
from energy_workbench.figures.flows.power_flow import OVERVIEW
from energy_workbench.figures.maps.meter_plan import floor_plan, meter_plan
from energy_workbench.figures.schema import Figure
from energy_workbench.figures.wording.generation import without
from energy_workbench.figures.wording.site import speak_for
from energy_workbench.figures.wording.words import amount, percent
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.branch import Counts, branch, counted
from energy_workbench.widgets.finding import hits, no_hit
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import LIVE, PageModel, Selection

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought.

    Attributes
    ----------
    overview : Overview
        Of the period.
    pattern : Pattern
        Of the chosen period, or of the last days where none is chosen; of the chosen meter, or of the site's root.
    own : Pattern or None
        The chosen meter over the period; None where none is chosen, or it is gone.
    plan : FloorPlan or None
    gone : bool
        Whether there is no such meter any more.
    """

    overview: Overview
    pattern: Pattern
    own: Pattern | None
    plan: FloorPlan | None
    gone: bool = False


class Model(PageModel):
    """The site as a whole: cards, power flow, states, consumption pattern and map."""

    page = PAGE
    default_period = "today"
    paper = "landscape"
    takes = frozenset({"period", "meter"})
    every = LIVE

    flow_view = Enum(("now", "period"), "now").tag(address="flow")
    detail = Enum(("overview", "all"), "overview").tag(address="detail")
    paint = Enum(("state", "loss"), "state").tag(address="paint")
    """What a node of the flow is coloured by."""
    map_kind = Enum(("treemap", "icicle", "plan", "floor"), "treemap").tag(address="map", asks=True)
    find = Unicode("").tag(address="find")
    """Text of number or name that is searched for in the map."""

    overview: Overview | None = Instance(Overview, allow_none=True)
    own: Pattern | None = Instance(Pattern, allow_none=True)
    """The chosen meter over the period."""
    shown_pattern: Pattern | None = Instance(Pattern, allow_none=True)
    flow_figure = Dict()
    states_figure = Dict()
    pattern_figure = Dict()
    map_figure = Dict()
    cards = List()
    notes = List()
    """Notes about the cards, a sentence each."""
    attention = List()
    """Meters that need attention, the worst first."""
    calm = Unicode()
    """The sentence that stands there where none does."""
    path = List()
    """Numbers from the root to the meter whose part of the tree the flow shows; empty for all of it."""
    matches = Int(-1)
    """Meters that match the search; -1 without one."""

    _kept: tuple[Selection, float, Overview] | None = None
    """The selection and time of the last overview, and that."""
    picture: FloorPlan | None = None
    """The floor plan, once somebody has looked at it."""
    _flow_asked = False
    """Whether the address says what flows."""

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        choices.observe(lambda _: self._imply_flow(), "period")

    def _imply_flow(self) -> None:
        """Who chooses a period means its energy, until he asks for the power of now, which not every site reports."""
        self.flow_view = self._implied_flow

    @property
    def _implied_flow(self) -> str:
        return "period" if self.chosen or self._powerless else "now"

    @property
    def _powerless(self) -> bool:
        """Whether it is known that no meter reports its power."""
        tree = () if self.overview is None else self.overview.tree
        return bool(tree) and all(row["power_kw"] is None for row in tree)

    def follow(self, query: dict[str, str]) -> None:
        super().follow(query)
        self._flow_asked = query.get("flow") in ("now", "period")
        if not self._flow_asked:
            self._imply_flow()

    def address(self) -> dict[str, str]:
        told = super().address()
        told.pop("flow", None)
        return told if self.flow_view == self._implied_flow else told | {"flow": self.flow_view}

    def ask(self, selection: Selection) -> Fetched:
        overview = self._overview(selection)
        plan = self.picture
        if ("map_kind", "floor") in selection.own and plan is None:
            plan = self.workbench.floor_plan()
        if selection.meter:
            try:
                own = self._over_time(selection.meter, selection.period, overview)
                return Fetched(overview, self._pattern(selection.meter, overview, own), own, plan)
            except NotFoundError:
                return Fetched(overview, self._pattern(None, overview), None, plan, gone=True)
        return Fetched(overview, self._pattern(None, overview), None, plan)

    def _pattern(self, meter: str | None, overview: Overview, own: Pattern | None = None) -> Pattern:
        """Consumption over the chosen period; without a choice over the last days."""
        whole = Pattern.from_dict(overview.pattern)
        if self.chosen:
            return own or (self._over_time(whole.number, overview.period, overview) if whole.number else whole)
        return whole if meter in (None, whole.meter, whole.number) else self.workbench.over_time(meter, PATTERN)

    def _over_time(self, meter: str, period: str, overview: Overview) -> Pattern:
        """Consumption of a meter, as finely as its shape is seen."""
        start, end = (datetime.fromisoformat(overview.flow[edge]) for edge in ("from", "to"))
        return self.workbench.over_time(meter, period, every=resolution(end - start))

    def _overview(self, selection: Selection) -> Overview:
        """The overview; a recent one is used again when only the meter changes."""
        if self._kept:
            before, at, overview = self._kept
            same = (before.period, before.own) == (selection.period, selection.own)
            if same and before.meter != selection.meter and time.monotonic() - at < LIVE:
                self._kept = selection, at, overview
                return overview
        overview = self.workbench.overview(selection.period)
        self._kept = selection, time.monotonic(), overview
        return overview

    def show(self, fetched: Fetched) -> None:
        overview = fetched.overview
        implied = self._implied_flow
        self.shown_pattern, self.own = fetched.pattern, fetched.own
        self.overview, self.picture = overview, fetched.plan
        if self.flow_view == implied and not self._flow_asked:
            self._imply_flow()
        if fetched.gone:
            self.problem = f"Meter “{self.choices.meter}” no longer exists: the whole site is shown."
        seen = [row["last_seen"] for row in overview.tree if row["last_seen"]]
        self.dated(overview.timezone, max(seen, default=overview.now))

    def draw(self) -> None:
        overview, shown = self._shown()
        theme, tree = self.theme, overview.tree
        # The browser draws one chart after the other: what a reader chose comes first.
        self.pattern_figure = pattern(shown.to_dict(), theme=theme)
        meters = {row["id"]: row for row in tree}
        focus = self._focus(meters)
        self.path = [meters[key]["number"] for key in self._above(focus, meters)]
        self.flow_figure = power_flow(
            self.flow.to_dict(),
            theme=theme,
            levels=OVERVIEW if self.detail == "overview" else None,
            meters=meters,
            root=focus,
            colour=self.paint,
        )
        part = branch(tree, self.meter)
        self.states_figure = distributions(overview.summary if self.meter is None else counted(part), theme=theme)
        self.map_figure = self._map(tree, overview.site["name"])
        self.cards, self.notes = self._cards(overview, part), notes(overview, whole=self.meter is None)
        self.calm, self.attention = _calm(part), _attention(part)

    @property
    def chosen(self) -> bool:
        """Whether a period is chosen: the pattern and the flow are of it then."""
        return bool(self.choices.period)

    @property
    def meter(self) -> Leaf | None:
        """The chosen meter, which cards, states and flow are about with those below it; None for the whole site."""
        tree = () if self.overview is None or self.own is None else self.overview.tree
        return next((row for row in tree if self.choices.meter in (row["id"], row["number"])), None)

    def _cards(self, overview: Overview, part: Sequence[Leaf]) -> list[Card]:
        meter, own = self.meter, self.own
        if meter is None or own is None:
            return [*_counts(Counts.of_site(overview.cards), "in the tree"), *_site_cards(overview)]
        where = f"{meter['number']} and below"
        return [*_counts(Counts.of(part), where), *_meter_cards(meter, own, overview.period)]

    @property
    def pattern_period(self) -> str:
        """The period that the pattern is of."""
        return self.choices.period or PATTERN

    def _shown(self) -> tuple[Overview, Pattern]:
        """Both answers that the page shows; there are none before the first round of requests."""
        assert self.overview is not None
        assert self.shown_pattern is not None
        return self.overview, self.shown_pattern

    def _map(self, tree: Sequence[Leaf], site: str) -> Figure:
        found = self.found()
        self.matches = len(found) if self.find.strip() else -1
        matching = {row["id"] for row in tree if row["number"] in found} if self.find.strip() else None
        if self.map_kind == "plan":
            return meter_plan(tree, theme=self.theme, matching=matching)
        if self.map_kind == "floor":
            return self._floor(tree, matching)
        return meter_map(tree, theme=self.theme, site=site, kind=self.map_kind, matching=matching)

    def _floor(self, tree: Sequence[Leaf], matching: set[str] | None) -> Figure:
        if self.picture is None:
            return floor_plan(tree, theme=self.theme, matching=matching)
        image = f"data:{self.picture.media};base64,{b64encode(self.picture.content).decode()}"
        size = (self.picture.width, self.picture.height)
        return floor_plan(tree, theme=self.theme, image=image, size=size, matching=matching)

    def _focus(self, meters: Mapping[str, Leaf]) -> str | None:
        """The meter whose part of the tree the flow shows: the chosen one, or what is above one without children."""
        holders = {row["parent_id"] for row in meters.values()}
        chosen = next((key for key, row in meters.items() if self.choices.meter in (key, row["number"])), None)
        if chosen is not None and chosen not in holders:
            chosen = meters[chosen]["parent_id"]
        return chosen if chosen in meters else None

    def _above(self, key: str | None, meters: Mapping[str, Leaf]) -> list[str]:
        path: list[str] = []
        while key is not None and key in meters:
            path.insert(0, key)
            key = meters[key]["parent_id"]
        return path

    @property
    def flow(self) -> PowerFlow:
        """The flow that is shown: of power now, or of the energy of the period."""
        overview, _ = self._shown()
        return PowerFlow.from_dict(overview.flow_now if self.flow_view == "now" else overview.flow)

    def found(self, text: str | None = None) -> list[str]:
        """Numbers of the meters that the search finds, the best hit first."""
        tree = () if self.overview is None else self.overview.tree
        return hits(self.find if text is None else text, ((row["number"], row["name"]) for row in tree))

    def enter(self, text: str) -> None:
        """Show the first meter that a search finds."""
        if found := self.found(text):
            self.choices.meter = found[0]
        elif text.strip():
            self.problem = no_hit(text)

    def choose(self, meter: str) -> None:
        """Show the pattern of the meter with that id."""
        tree = () if self.overview is None else self.overview.tree
        self.choices.meter = next((row["number"] for row in tree if row["id"] == meter), meter)

    def flow_table(self) -> Sheet:
        """Rows of the flow: source, target and size of each link."""
        flow = self.flow
        names = {node["id"]: node["number"] for node in flow.nodes}
        rows = [
            {"from_meter": names[link["source"]], "to_meter": names.get(link["target"], "loss"), **link}
            for link in flow.links
        ]
        columns = {"from_meter": "From", "to_meter": "To", "kind": "Kind", "value": f"Value [{flow.unit}]"}
        return sheet(f"Power flow {'now' if self.flow_view == 'now' else self.period}", rows, columns)

    def pattern_table(self) -> Sheet:
        """The shown pattern."""
        _, shown = self._shown()
        columns = {
            "start": f"Start ({shown.timezone})",
            "energy_kwh": "Energy [kWh]",
            "demand_kw": "Maximum demand [kW]",
            "quality": "Quality",
            "completeness": "Complete [1]",
        }
        return sheet(f"Consumption {shown.number} {self.pattern_period}", shown.rows, columns)

    def meters_table(self) -> Sheet:
        """All meters with their states, power and energy."""
        overview, _ = self._shown()
        columns = {
            "number": "Meter", "name": "Name", "type": "Type", "status": "Status", "health": "Health",
            "communication": "Communication", "colour": "Colour", "power_kw": "Power now [kW]",
            "energy_kwh": f"Energy {self.period} [kWh]", "last_seen": "Last seen",
        }  # fmt: skip
        return sheet(f"Meters {overview.site['name']}", overview.tree, columns)


def _counts(counts: Counts, where: str) -> list[Card]:
    """The meters of a part of the tree by state, now."""
    total, warnings = counts.total, counts.warnings
    return [
        Card("Meters", amount(total), where),
        Card("Active", amount(counts.active), f"of {total}, now", "green" if counts.active == total else "yellow"),
        Card("Online", amount(counts.online), f"of {total}, now", "green" if counts.online == total else "yellow"),
        Card("Warnings", amount(warnings), "see below" if warnings else "none", "yellow" if warnings else "green"),
    ]


def _site_cards(overview: Overview) -> list[Card]:
    """What the site uses, and how much of it is known."""
    cards, period = overview.cards, overview.period
    return [
        Card("Power now", amount(cards["power_now_kw"], "kW"), _known(cards["power_now_kw"], "used on site")),
        Card("Energy", amount(cards["energy_kwh"], "kWh"), _known(cards["energy_kwh"], period)),
        Card("Peak demand", amount(cards["demand_peak_kw"], "kW"), _peak(cards, period)),
        Card("Data", percent(cards["completeness"], 1), f"complete, {period}", _completeness(cards["completeness"])),
    ]


def _meter_cards(meter: Leaf, own: Pattern, period: str) -> list[Card]:
    """The same of one meter, by its own registers."""
    number, producer = meter["number"], meter["flow"] == "producer"
    word = "produced" if producer else "used"
    return [
        Card("Power now", amount(meter["power_kw"], "kW"), _known(meter["power_kw"], f"{word}, {number}")),
        Card(f"Energy {word}", amount(own.total_kwh, "kWh"), _known(own.total_kwh, f"{number}, {period}")),
        Card("Peak demand", amount(own.peak_kw, "kW"), _known(own.peak_kw, f"{own.block_minutes} min, {period}")),
        Card("Data", percent(own.completeness, 1), f"complete, {period}", _completeness(own.completeness)),
    ]


def _known(value: float | None, note: str) -> str:
    return "not known" if value is None else note


def _peak(cards: Cards, period: str) -> str:
    if cards["demand_peak_kw"] is None:
        return "not known"
    if cards["energy_reason"]:
        return "while all was measured"
    # An answer that was kept by an earlier version knows quarters of an hour alone.
    return f"{cards.get('demand_block_minutes', 15)} min, {period}"


def notes(overview: Overview, *, whole: bool = True) -> list[str]:
    """Notes about the cards, a sentence each: what the site does not state, what is not known and why.

    Parameters
    ----------
    whole : bool
        Whether the cards are about the whole site.
    """
    cards, site = overview.cards, overview.site
    if not whole:
        return [site["advice"]] if site.get("advice") else []
    # That a period lies in the future is told above, of all the page.
    told = {cards["energy_reason"]: f"energy, {overview.period}"} if not overview.note else {}
    now = cards["power_now_reason"]
    told[now] = f"{told[now]}, and power now" if now in told else "power now"
    told.pop("", None)
    return [
        *([site["advice"]] if site.get("advice") else []),
        *(f"The site's use ({what}) is not known, because {why}." for why, what in told.items()),
        *speak_for(cards),
        *without(cards["left_out"]),
    ]


def _completeness(share: float | None) -> str:
    return "red" if share is None or share < 0.8 else "yellow" if share < 0.98 else "green"


def _calm(tree: Sequence[Leaf]) -> str:
    """The sentence where no meter needs attention; meters that were never read are not called well."""
    silent = sum(row["colour"] == "grey" for row in tree)
    return f"✓ No meter needs attention; {silent} sent no data yet." if silent else "✓ No meter needs attention."


def _attention(tree: Sequence[Leaf]) -> list[Leaf]:
    order = {"red": 0, "orange": 1, "yellow": 2}
    return sorted((row for row in tree if row["colour"] in order), key=lambda row: order[row["colour"]])
