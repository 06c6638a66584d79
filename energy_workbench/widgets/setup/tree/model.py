"""Model of the tree of meters: only open branches are drawn, so that 5,000 meters open as quickly as 50."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from traitlets import HasTraits, Instance, Tuple, Unicode

from energy_workbench.widgets.finding import LISTED
from energy_workbench.widgets.setup import marks
from energy_workbench.widgets.setup.meter_tree import MeterTree

AT_START = 45
"""Meters that are drawn at opening at most: levels are opened from the top while they fit."""

AT_ONCE = 100
"""Children of one meter that are drawn at once; the rest follows on demand."""

EXPANDED = 400
"""Meters that "expand all" draws at most: each costs the browser about a millisecond."""


@dataclass(frozen=True, slots=True)
class Branch:
    """One line of the tree.

    Attributes
    ----------
    id : str
        A meter's id; that of the parent and `+more` for the line that shows more of its children.
    label : Markup
        Its text: ipytree draws HTML.
    mark : str
        Name of its status icon; empty for none.
    opened : bool
    waiting : bool
        Whether there are meters below that have not been drawn yet.
    children : tuple of Branch
        Those that are drawn, also while it is closed.
    """

    id: str
    label: Markup
    mark: str = ""
    opened: bool = False
    waiting: bool = False
    children: tuple[Branch, ...] = ()


NO_METER = "There is no meter yet. Add the first one, or import a file of meters."
NOTHING_FOUND = "No meter is like that. Clear the filters to see all."

MORE = "+more"
"""End of the id of a line that shows more children."""


class TreeModel(HasTraits):
    """Headless: open branches, the search, the chosen meter, and the branches that follow from them."""

    meters = Instance(MeterTree, ())
    search = Unicode("")
    status = Unicode("")
    kind = Unicode("")
    selected = Unicode("")
    branches = Tuple()
    """The roots, as drawn."""
    note = Unicode("")
    """Number of meters that match the search."""
    empty = Unicode("")
    """What to say where no meter is drawn."""

    def __init__(self, **choices: Any) -> None:
        super().__init__(**choices)
        self._opened: set[str] = set()
        self._drawn: set[str] = set()
        self._limits: dict[str, int] = {}
        self._closed: set[str] = set()
        self._started = self._told = False
        self.observe(self._draw, ["meters", "selected"])
        self.observe(self._searched, ["search", "status", "kind"])

    @property
    def searching(self) -> bool:
        """Whether only some meters are wanted."""
        return bool(self.search.strip() or self.status or self.kind)

    def set_open(self, key: str, opened: bool) -> None:
        """Note that a branch was opened or closed."""
        if self.searching:
            self._closed.discard(key) if opened else self._closed.add(key)
        elif opened:
            self._opened.add(key)
        else:
            self._opened.discard(key)
        self._draw()

    def more(self, key: str) -> None:
        """Draw more of a meter's children."""
        self._limits[key] = self._limits.get(key, AT_ONCE) + AT_ONCE
        self._draw()

    def expand(self) -> None:
        """Open every branch, from the top, as far as can be drawn."""
        self._closed.clear()
        self._opened.update(self._fitting(EXPANDED))
        self._draw()

    def collapse(self) -> None:
        """Close every branch but the roots."""
        self._opened = set(self.meters.below()) if len(self.meters.below()) == 1 else set()
        self._draw()

    def clear(self) -> None:
        """Search for nothing: every meter is wanted again, and the way to the chosen one is open."""
        with self.hold_trait_notifications():
            self.search = self.status = self.kind = ""
        self.reveal(self.selected)

    def reveal(self, key: str) -> None:
        """Choose a meter and open what is above it; a search that hides it ends."""
        if key not in self.meters:
            return
        if self.searching and key not in self.meters.matching(self.search, self.status, self.kind):
            self.clear()
        above = self.meters.above(key)
        self._opened.update(above)
        for child, parent in zip([key, *above], [*above, ""], strict=True):
            place = list(self.meters.below(parent)).index(child)
            while self._limits.get(parent, AT_ONCE) <= place:
                self._limits[parent] = self._limits.get(parent, AT_ONCE) + AT_ONCE
        self.selected = key
        self._draw()

    def enter(self, text: str) -> None:
        """Search for a text and choose the first meter that it finds; where one of them is chosen, the next."""
        self.search = text
        matching = self.meters.matching(self.search, self.status, self.kind) if self.searching else []
        if not matching:
            return
        exact = self.meters.id_of(text)
        first = exact if exact in matching else matching[0]
        after = matching.index(self.selected) + 1 if self.selected in matching else None
        self.reveal(first if after is None else matching[after % len(matching)])

    def _searched(self, _: Any) -> None:
        self._closed.clear()
        self._draw()

    def _draw(self, change: Any = None) -> None:
        meters = self.meters
        self._told = self._told or (change is not None and change["name"] == "meters")
        if not self._started and len(meters):
            self._started = True
            self._opened.update(self._whole_levels(AT_START))
        if self.searching:
            self._draw_matches()
            return
        self._drawn |= self._opened
        self.note, self.empty = "", "" if len(meters) or not self._told else NO_METER
        self.branches = tuple(self._branch(key) for key in self._cut(meters.below(), ""))
        if hidden := len(meters.below()) - len(self.branches):
            self.branches = (*self.branches, _more("", hidden))

    def _branch(self, key: str) -> Branch:
        below = self.meters.below(key)
        drawn = key in self._drawn
        children: tuple[Branch, ...] = ()
        if drawn and below:
            shown = self._cut(below, key)
            children = tuple(self._branch(child) for child in shown)
            if len(shown) < len(below):
                children = (*children, _more(key, len(below) - len(shown)))
        return self._line(key, opened=bool(below) and key in self._opened, waiting=bool(below), children=children)

    def _draw_matches(self) -> None:
        """Only the meters that match, with those above them."""
        meters = self.meters
        matching = meters.matching(self.search, self.status, self.kind)
        shown = matching[:EXPANDED]
        kept: set[str] = set(shown)
        for key in shown:
            for above in meters.above(key):
                if above in kept and above not in shown:
                    break
                kept.add(above)
        hits = set(matching)

        def branch(key: str) -> Branch:
            children = tuple(branch(child) for child in meters.below(key) if child in kept)
            opened = bool(children) and key not in self._closed
            return self._line(key, opened=opened, waiting=bool(children), children=children, faint=key not in hits)

        self.empty = "" if matching else NOTHING_FOUND
        rest = f", the first {len(shown)} are shown: type more" if len(shown) < len(matching) else ""
        self.note = f"{len(matching):,} of {len(meters):,} meters{rest}"
        self.branches = tuple(branch(key) for key in meters.below() if key in kept)

    def _line(self, key: str, *, faint: bool = False, **state: Any) -> Branch:
        row = self.meters[key]
        label = marks.label(row, faint=faint)
        # Where all lines fit on a few screens, what is below is seen by opening it.
        if len(self.meters) > LISTED and self.meters.below(key):
            count, worst = self.meters.concerns()[key]
            label += marks.below(count, marks.OK if worst == marks.of(row) else worst)
        return Branch(key, label, marks.of(row).name, **state)

    def _cut(self, keys: Any, parent: str) -> list[str]:
        return list(keys[: self._limits.get(parent, AT_ONCE)])

    def _whole_levels(self, most: int) -> list[str]:
        """Parents whose level can be opened whole before more than `most` meters are drawn."""
        parents_to_open: list[str] = []
        drawn = min(len(self.meters.below()), AT_ONCE)
        for parents in self.meters.levels():
            drawn += sum(min(len(self.meters.below(key)), AT_ONCE) for key in parents)
            if drawn > most:
                break
            parents_to_open += parents
        return parents_to_open

    def _fitting(self, most: int) -> list[str]:
        """Parents that can be opened, level by level, before more than `most` meters are drawn."""
        parents_to_open: list[str] = []
        drawn = min(len(self.meters.below()), AT_ONCE)
        for key in (key for parents in self.meters.levels() for key in parents):
            drawn += min(len(self.meters.below(key)), AT_ONCE)
            if drawn > most:
                break
            parents_to_open.append(key)
        return parents_to_open


def _more(parent: str, count: int) -> Branch:
    text = Markup('<span class="ew-faint">… {:,} more: show the next {}</span>').format(count, min(count, AT_ONCE))
    return Branch(parent + MORE, text)
