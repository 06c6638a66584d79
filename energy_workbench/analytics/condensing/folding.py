"""Which meters of a tree are shown by themselves, and which together as one: a rule on ids and sizes alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["others", "sources", "larger"]
"""Of a group: what takes, what feeds the meter above, and what is larger than what is shown of it."""

KINDS: tuple[Kind, ...] = ("others", "sources", "larger")

PAIR = 2
"""The least that is seen of a meter with many below it: the largest of these, and the others."""


@dataclass(frozen=True, slots=True)
class Group:
    """Meters side by side that are shown as one.

    Attributes
    ----------
    parent : str
        Id of the meter above them; empty at the top of the tree.
    members : tuple of str
        Ids, the largest first.
    """

    kind: Kind
    parent: str
    members: tuple[str, ...]

    @property
    def key(self) -> str:
        """What stands for it where a meter has its id."""
        return f"{self.kind}:{self.parent}"

    def text(self, count: int) -> str:
        """What it is called, as so many: `88 others`."""
        return f"{count:,} {'other sources' if self.kind == 'sources' else self.kind}"


def group_of(key: str) -> tuple[Kind, str] | None:
    """Kind and parent of the group that a key stands for; None where it is that of a meter."""
    kind, colon, parent = key.partition(":")
    return next(((each, parent) for each in KINDS if colon and each == kind), None)


@dataclass(frozen=True)
class Folding:
    """What is shown of a tree.

    Attributes
    ----------
    stands : mapping of str to str
        By id of each meter what it is part of: itself, a group, or a meter above it of which nothing below is shown.
    groups : mapping of str to Group
        By key.
    closed : set of str
        Ids of the shown meters of which nothing below is shown, though something is.
    alone : bool
        Whether a group stands for its members only where they are below another, and what is below them is by itself.
    whole : bool
        Whether every meter is shown by itself.
    """

    stands: Mapping[str, str]
    groups: Mapping[str, Group]
    closed: Set[str]
    alone: bool = False
    whole: bool = False

    def shown(self, key: str) -> bool:
        """Whether a meter, or a group that was one already, is shown by itself."""
        return self.stands.get(key) == key and key not in self.groups


@dataclass
class _Opening:
    """How many of the meters below one are shown, the largest first."""

    below: Sequence[str]
    shown: int = 1

    @property
    def cost(self) -> int:
        """Rows that it takes; a single other would be no shorter than itself."""
        return len(self.below) if self.shown >= len(self.below) - 1 else self.shown + 1

    @property
    def next_cost(self) -> int:
        return _Opening(self.below, self.shown + 1).cost


@dataclass
class _Tree:
    """Those of a tree that are looked at, and what is decided of them."""

    below: Mapping[str, list[str]]
    sizes: Mapping[str, float]
    sources: Set[str]
    stands: dict[str, str] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)

    def order(self, keys: Iterable[str]) -> list[str]:
        """The largest first; of equal ones in the order of the tree. A group stays where it was: last, or first."""
        return sorted(keys, key=self._rank)

    def _rank(self, key: str) -> tuple[int, float]:
        group = group_of(key)
        return (0 if group is None else -1 if group[0] == "larger" else 1), -self.sizes.get(key, 0.0)

    def inside(self, key: str) -> Iterator[str]:
        """All below a meter."""
        waiting = list(self.below.get(key, ()))
        while waiting:
            each = waiting.pop()
            yield each
            waiting += self.below.get(each, ())

    def show(self, keys: Iterable[str]) -> None:
        self.stands.update((key, key) for key in keys)

    def fold(self, kind: Kind, parent: str, members: Sequence[str]) -> None:
        """Make a group of some, and of all below them; a meter alone is none."""
        if len(members) == 1 and group_of(members[0]) is None:
            self.show(members)
            self.close(members)
            return
        if not members:
            return
        group = Group(kind, parent, tuple(members))
        self.groups[group.key] = group
        for member in members:
            self.stands[member] = group.key
            self.stands.update(dict.fromkeys(self.inside(member), group.key))

    def fold_others(self, parent: str, members: Sequence[str]) -> None:
        """Those that take apart from those that feed: their sum is no energy that flows anywhere."""
        self.fold("others", parent, [key for key in members if key not in self.sources])
        self.fold("sources", parent, [key for key in members if key in self.sources])

    def close(self, keys: Iterable[str]) -> None:
        """Show nothing of what is below these."""
        for key in keys:
            if inside := dict.fromkeys(self.inside(key), key):
                self.closed.add(key)
                self.stands.update(inside)

    def open(self, parents: Sequence[str], room: int, always: Set[str]) -> list[str]:
        """Show the largest below each of these meters, in so many rows; those that are shown."""
        openings = {key: _Opening(self.order(self.below[key])) for key in parents}
        for opening in openings.values():
            # Who is asked for is there, however small.
            opening.below = sorted(opening.below, key=lambda key: key not in always)
        left = room - sum(opening.cost for opening in openings.values())
        places = {key: (parent, place) for parent, each in openings.items() for place, key in enumerate(each.below)}
        # Of equal ones each meter above has its own before one of them has more.
        for key in sorted(places, key=lambda key: (*self._rank(key), places[key][1])):
            parent, place = places[key]
            opening = openings[parent]
            if left <= 0:
                break
            if place >= opening.shown and (more := opening.next_cost - opening.cost) <= left:
                opening.shown, left = opening.shown + 1, left - more
        found: list[str] = []
        for parent, opening in openings.items():
            count = len(opening.below) if opening.cost == len(opening.below) else opening.shown
            self.show(opening.below[:count])
            self.fold_others(parent, opening.below[count:])
            found += opening.below[:count]
        return found


def fold(
    parents: Mapping[str, str | None],
    sizes: Mapping[str, float],
    most: int,
    *,
    root: str = "",
    levels: int | None = None,
    sources: Set[str] = frozenset(),
    always: Set[str] = frozenset(),
    skip: int = 0,
    beside: int = 0,
) -> Folding:
    """Choose what is shown of a tree in so many rows.

    Parameters
    ----------
    parents : mapping of str to str or None
        By id of each meter that of the one above it, in the order of the tree, each after its parent.
    sizes : mapping of str to float
        By id what goes through it, in any unit; 0 where nothing is known.
    most : int
        Rows, meters and groups together.
    root : str
        Only this meter and those below it are looked at; all by default.
    levels : int, optional
        Levels below the top that are shown.
    sources : set of str
        Ids of those that feed the meter above them.
    always : set of str
        Ids of meters that are shown wherever those beside them are.
    skip : int
        So many of the largest below `root`, or at the top, are one row: the page behind them.
    beside : int
        Rows that each meter takes of which something below is shown: its loss.

    Notes
    -----
    Level by level from the top: a level is shown whole where it fits. Of the first that does not each meter above it
    has its largest and one row for its others, and what is left of the rows goes to the largest of all; where there is
    no room for that, the level above is the last. So what is shown is as complete as it can be near the top, and what
    is not shown is part of something that is.
    """
    below: dict[str, list[str]] = {}
    for key, parent in parents.items():
        below.setdefault(parent if parent is not None and parent in parents else "", []).append(key)
    tree = _Tree(below, sizes, sources)
    if 0 < skip < len(below.get(root, ())):
        ranked = tree.order(below[root])
        tree.fold("larger", root, ranked[:skip])
        tree.below = {**below, root: ranked[skip:]}
    used, depth = len(tree.groups), 0
    level = [root] if root else tree.below.get("", [])
    if len(level) > most - used:
        level = tree.open([""], most - used, always)
        used = len(tree.groups)
    tree.show(level)
    used += len(level)
    while level:
        holders = [key for key in level if tree.below.get(key)]
        room = most - used - beside * len(holders)
        whole = sum(len(tree.below[key]) for key in holders)
        if levels is not None and depth >= levels:
            tree.close(holders)
            break
        if whole > room:
            if sum(min(PAIR, len(tree.below[key])) for key in holders) > room:
                tree.close(holders)
            else:
                tree.close(tree.open(holders, room, always))
            break
        level = [child for key in holders for child in tree.below[key]]
        tree.show(level)
        used, depth = most - room + whole, depth + 1
    whole = not tree.groups and not tree.closed and len(tree.stands) == len(parents)
    return Folding(tree.stands, tree.groups, tree.closed, whole=whole)


def fold_each(
    parents: Mapping[str, str | None], sizes: Mapping[str, float], each: int, sources: Set[str] = frozenset()
) -> Folding:
    """Of more meters below one than `each`, show so many of the largest and the others as one; parameters as `fold`.

    As a balance has them: a meter with others below it is a row of its own wherever it stands in its parent's.
    """
    below: dict[str, list[str]] = {}
    for key, parent in parents.items():
        if parent is not None and parent in parents:
            below.setdefault(parent, []).append(key)
    tree = _Tree({}, sizes, sources)
    tree.show(parents)
    for parent, members in below.items():
        if len(members) > each + 1:
            tree.fold_others(parent, tree.order(members)[each:])
    return Folding(tree.stands, tree.groups, frozenset(), alone=True, whole=not tree.groups)
