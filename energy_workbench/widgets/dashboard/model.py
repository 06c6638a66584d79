"""Model of the overview page: the last overview of the site, and the figures and cards made from it."""

from __future__ import annotations

import time
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from traitlets import CInt, Dict, Enum, Instance, Int, List, Unicode

from energy_workbench.analytics.condensing.cells import CELL
from energy_workbench.analytics.condensing.flows import sizes
from energy_workbench.analytics.condensing.folding import group_of
from energy_workbench.analytics.condensing.part import inside
from energy_workbench.contract.results import Overview, Pattern, PowerFlow
from energy_workbench.contract.rows.flow import Leaf, PlaceRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.pages import OVERVIEW as PAGE
from energy_workbench.domain.pages import PATTERN
from energy_workbench.domain.site.area import Area
from energy_workbench.domain.site.floor_plan import FloorPlan
from energy_workbench.domain.time.resolution import resolution
from energy_workbench.figures import distributions, meter_map, pattern, power_flow
from energy_workbench.figures.flows.fewer import MOST, MOST_OF_LINES, Fewer
from energy_workbench.figures.flows.power_flow import OVERVIEW
from energy_workbench.figures.flows.sankey import drawn_nodes
from energy_workbench.figures.maps.meter_plan import floor_plan, meter_plan
from energy_workbench.figures.schema import Figure
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.dashboard.branch import Counts, Found, Part
from energy_workbench.widgets.dashboard.cards import calm, count_cards, meter_cards, notes, site_cards
from energy_workbench.widgets.dashboard.markup import LISTED
from energy_workbench.widgets.finding import hits, no_hit
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import LIVE, PageModel, Selection
from energy_workbench.widgets.paging.opening import drawn_as_one, turned_page
from energy_workbench.widgets.paging.pager import turned

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


ROWS = 150
"""Meters that the page is told of one by one; of more it asks for the part that it shows."""

FOUND = 200
"""Meters of a search that are asked for of a plant with more than that."""


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
    found : Found or None
        What was searched for, where the page has not all meters.
    places : sequence of PlaceRow or None
        What is on the floor plan, where the page has not all meters.
    """

    overview: Overview
    pattern: Pattern
    own: Pattern | None
    plan: FloorPlan | None
    gone: bool = False
    found: Found | None = None
    places: Sequence[PlaceRow] | None = None


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
    area = Unicode("").tag(address="area", asks=True)
    """The part of the floor plan that is seen, where the page has not all meters; empty for all of it."""
    find = Unicode("").tag(address="find")
    """Text of number or name that is searched for in the map."""
    sought = Unicode("").tag(asks=True)
    """The same, where the page has not all meters and asks for what matches."""
    skip = CInt(0, min=0, max=100_000).tag(address="skip", asks=True)
    """So many of the largest below the chosen meter are drawn as one."""

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
    """Meters that need attention, the worst first, as many as are told of."""
    troubled = Int(0)
    """How many there are."""
    listed = Int(0)
    """So many of them are on the pages of the list before the one in view."""
    calm = Unicode()
    """The sentence that stands there where none does."""
    path = List()
    """Numbers from the root to the meter whose part of the tree the flow shows; empty for all of it."""
    matches = Int(-1)
    """Meters that match the search; -1 without one."""
    folded = List()
    """What the flow draws as one: its name, and the query of the address that looks inside."""
    drawn = Int(0)
    """Meters that the flow draws by themselves."""

    _kept: tuple[Selection, float, Overview] | None = None
    """The selection and time of the last overview, and that."""
    picture: FloorPlan | None = None
    """The floor plan, once somebody has looked at it."""
    _flow_asked = False
    """Whether the address says what flows."""
    _found: Found | None = None
    _places: Sequence[PlaceRow] | None = None

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        choices.observe(lambda _: self._imply_flow(), "period")
        choices.observe(lambda _: self.set_trait("skip", 0), "meter")
        choices.observe(lambda _: self.set_trait("listed", 0), "meter")
        self.observe(lambda _: self._seek(), "find")

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
        try:
            return self._fetch(selection)
        except NotFoundError:
            if not selection.meter:
                raise
            return replace(self._fetch(replace(selection, meter="")), gone=True)

    def _fetch(self, selection: Selection) -> Fetched:
        overview, choices = self._overview(selection), dict(selection.own)
        plan = self.picture
        if choices["map_kind"] == "floor" and plan is None:
            plan = self.workbench.floor_plan()
        own = self._over_time(selection.meter, selection.period, overview) if selection.meter else None
        found = self._look_for(choices["sought"]) if choices["sought"] and overview.part else None
        places = None
        if choices["map_kind"] == "floor" and overview.part:
            places = self.workbench.places(choices["area"] or None, most=ROWS)
        shape = self._pattern(selection.meter or None, overview, own)
        return Fetched(overview, shape, own, plan, found=found, places=places)

    def _look_for(self, text: str) -> Found:
        table = self.workbench.meters(q=text, limit=FOUND)
        rows = {row["number"]: row for row in table.rows}
        return Found(text, table.total, [rows[number] for number in hits(text, _names(table.rows))])

    def _seek(self) -> None:
        """Ask for what matches the search, where the page has not all meters."""
        part = None if self.overview is None else self.overview.part
        self.sought = self.find.strip() if part is not None else ""

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
            same = overview.part is None and (before.period, before.own) == (selection.period, selection.own)
            if same and before.meter != selection.meter and time.monotonic() - at < LIVE:
                self._kept = selection, at, overview
                return overview
        overview = self.workbench.overview(
            selection.period, meter=selection.meter or None, most=ROWS, skip=dict(selection.own)["skip"]
        )
        self._kept = selection, time.monotonic(), overview
        return overview

    def show(self, fetched: Fetched) -> None:
        overview = fetched.overview
        implied = self._implied_flow
        self.shown_pattern, self.own = fetched.pattern, fetched.own
        self.overview, self.picture, self._found = overview, fetched.plan, fetched.found
        self._places = fetched.places
        self._seek()
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
        meters = self._meters
        focus = self._focus(meters)
        self.path = [meters[key]["number"] for key in self._above(focus, meters)]
        lines = self.detail == "overview"
        self.flow_figure = power_flow(
            self.flow.to_dict(),
            theme=theme,
            levels=OVERVIEW if lines else None,
            meters=meters,
            root=focus,
            colour=self.paint,
            fewer=self._fewer(MOST_OF_LINES if lines else MOST),
        )
        self.drawn = sum(group_of(key) is None for key in drawn_nodes(self.flow_figure))
        numbers = {key: row["number"] for key, row in meters.items()}
        at = focus or ""
        page = partial(self._page, parent=at)
        self.folded = drawn_as_one(self.flow_figure, numbers, at, page, self.address())
        part = Part.of(overview, self.meter)
        self.states_figure = distributions(part.counts if self.meter else overview.summary, theme=theme)
        self.map_figure = self._map(tree, overview.site["name"])
        self.cards, self.notes = self._cards(overview, part), notes(overview, whole=self.meter is None)
        self.calm, self.attention, self.troubled = calm(part), list(part.attention), part.troubled
        self.listed = self.listed if self.listed < len(part.attention) else 0

    @property
    def meters_in_view(self) -> int:
        """Meters of the part of the tree that the flow is of."""
        overview = self.overview
        if overview is None:
            return 0
        part = overview.part
        if part is None:
            return len(inside(overview.tree, self._focus(self._meters) or ""))
        return part["inside"]

    @property
    def _meters(self) -> dict[str, Leaf]:
        """Rows of the tree by id, with those above the part that is shown; each after the one above it."""
        overview, _ = self._shown()
        above = overview.part["above"] if overview.part else []
        return {row["id"]: row for row in (*above, *overview.tree)}

    def _fewer(self, most: int) -> Fewer:
        """How much of the flow is drawn: the largest by the energy of the period, that of now too."""
        overview, _ = self._shown()
        flow = PowerFlow.from_dict(overview.flow)
        above = {row["id"]: row["parent_id"] for row in overview.tree}
        skipped = overview.part["skipped"] if overview.part else 0
        return Fewer(most, by=sizes(flow.links, above), skip=0 if skipped else self.skip)

    @property
    def chosen(self) -> bool:
        """Whether a period is chosen: the pattern and the flow are of it then."""
        return bool(self.choices.period)

    @property
    def meter(self) -> Leaf | None:
        """The chosen meter, which cards, states and flow are about with those below it; None for the whole site."""
        tree = () if self.overview is None or self.own is None else self.overview.tree
        return next((row for row in tree if self.choices.meter in (row["id"], row["number"])), None)

    def _cards(self, overview: Overview, part: Part) -> list[Card]:
        meter, own = self.meter, self.own
        if meter is None or own is None:
            return [*count_cards(Counts.of_site(overview.cards), "in the tree"), *site_cards(overview)]
        where = f"{meter['number']} and below"
        return [*count_cards(part.cards, where), *meter_cards(meter, own, overview.period)]

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
        self.matches, matching = self._matching(tree)
        if self.map_kind == "plan":
            return meter_plan(tree, theme=self.theme, matching=matching)
        if self.map_kind == "floor":
            return self._floor(tree, matching)
        return meter_map(tree, theme=self.theme, site=site, kind=self.map_kind, matching=matching)

    def _floor(self, tree: Sequence[Leaf | PlaceRow], matching: set[str] | None) -> Figure:
        area = None
        if self._places is not None:
            tree, area = self._places, Area.of(self.area)
            matching = None if self._found is None else {row["id"] for row in self._found.rows}
        if self.picture is None:
            return floor_plan(tree, theme=self.theme, matching=matching, area=area)
        image = f"data:{self.picture.media};base64,{b64encode(self.picture.content).decode()}"
        size = (self.picture.width, self.picture.height)
        return floor_plan(tree, theme=self.theme, image=image, size=size, matching=matching, area=area)

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
        text = self.find if text is None else text
        tree = () if self.overview is None else self.overview.tree
        if self.overview is None or self.overview.part is None:
            return hits(text, _names(tree))
        if self._found is None or self._found.text != text.strip():
            return []
        return [row["number"] for row in self._found.rows]

    def _matching(self, tree: Sequence[Leaf]) -> tuple[int, set[str] | None]:
        """How many meters a search finds, and ids of the rows of the tree that have them; -1 and None without one."""
        if not self.find.strip():
            return -1, None
        found = set(self.found())
        if self._found is None:
            return len(found), {row["id"] for row in tree if row["number"] in found}
        shown = {row["id"] for row in tree}
        return self._found.total, {
            next((key for key in (row["id"], f"others:{row['parent_id'] or ''}", row["parent_id"]) if key in shown), "")
            for row in self._found.rows
        }

    def enter(self, text: str) -> None:
        """Show the first meter that a search finds."""
        found = self.found(text)
        if text.strip() and not found and self.overview is not None and self.overview.part is not None:
            # It is asked for while somebody types: Enter may come before.
            found = self._named(text.strip()) or [row["number"] for row in self._look_for(text.strip()).rows]
        if found:
            self.choices.meter = found[0]
        elif text.strip():
            self.problem = no_hit(text)

    def _named(self, text: str) -> list[str]:
        try:
            return [self.workbench.meter(text)["number"]]
        except NotFoundError:
            return []

    def choose(self, meter: str) -> None:
        """Show the pattern of the meter with that id; of what is drawn as one, look inside."""
        meters = self._meters
        if (group := group_of(meter)) is not None:
            self._open(*group)
        elif meter.startswith(f"{CELL}:"):
            self.area = str(Area.of(meter.partition(":")[2]))
        elif meter in meters:
            self.choices.meter = meters[meter]["number"]
        elif meter != "site":
            self.choices.meter = meter

    def _open(self, kind: str, parent: str) -> None:
        """Show what is drawn as one: below its meter, and where that is in view the next, or the larger, ones."""
        meters = self._meters
        if parent != (self._focus(meters) or ""):
            self.choices.meter = meters[parent]["number"] if parent in meters else ""
            return
        if f"{kind}:{parent}" in drawn_nodes(self.flow_figure).keys() | meters.keys():
            self.skip = self._page(kind, parent)

    def _page(self, kind: str, parent: str) -> int:
        """How many of the largest below a meter in view are one where the next, or the larger, ones are shown."""
        meters = self._meters
        drawn = drawn_nodes(self.flow_figure)
        shown = [key for key, row in meters.items() if (row["parent_id"] or "") == parent and group_of(key) is None]
        # Of meters at the top that nothing flows between the map alone shows something.
        return turned_page(kind, self.skip, sum(key in drawn for key in shown) or len(shown))

    def turn(self, by: int) -> None:
        """Show the next meters that need attention, or those before."""
        self.listed = turned(self.listed, LISTED, len(self.attention), by)

    def flow_table(self) -> Sheet:
        """Rows of the flow: source, target and size of each link."""
        flow = self.flow
        if self.overview is not None and self.overview.part is not None:
            # All of it, for who takes it along.
            flow = self.workbench.flow(None if self.flow_view == "now" else self.period)
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
        tree = overview.tree if overview.part is None else self.workbench.overview(self.period).tree
        return sheet(f"Meters {overview.site['name']}", tree, columns)


def _names(rows: Iterable[Leaf | MeterRow]) -> Iterator[tuple[str, str]]:
    return ((row["number"], row["name"]) for row in rows)
