"""Composition of a node's balance over time: its meters, which of them were in service, and whose errors count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from energy_workbench.analytics.flow import children_of
from energy_workbench.domain.entities import Flow, Meter, Unread
from energy_workbench.domain.formulas.linear_forms import Form, summed, taken

Tree = tuple[int, int, Sequence[Meter]]
"""First interval and the one after the last, as numbers since 1970, and the meters in the order of the tree then."""


@dataclass(frozen=True, slots=True)
class Carrier:
    """A measured meter whose error is one of a node's loss.

    Attributes
    ----------
    imported, exported : float
        Factors with which its registers add to supply − demand, of a child the other way round [1].
    """

    meter: Meter
    imported: float
    exported: float

    @property
    def scale(self) -> float:
        """What its errors count by, whichever way it goes [1]."""
        return max(abs(self.imported), abs(self.exported))


@dataclass(frozen=True, slots=True)
class Composition:
    """A node and what its meter sees, over consecutive intervals.

    Attributes
    ----------
    children : tuple of Meter
        Below it, and below those that nobody reads: each of these passes through what is below it.
    first, last : int
        Numbers of intervals since 1970, half-open.
    shown : tuple of Meter
        The node's own children.
    through : mapping of int to int
        By key of each of `children` that of the node's own child that it is, or that passes it through.
    without : tuple of Meter
        Those that are left out by an assumption: they gave no reading yet.
    """

    node: Meter
    children: tuple[Meter, ...]
    first: int
    last: int
    shown: tuple[Meter, ...] = ()
    through: Mapping[int, int] = field(default_factory=dict)
    without: tuple[Meter, ...] = ()

    @property
    def members(self) -> tuple[Meter, ...]:
        """The node's meter and those of its children."""
        return (self.node, *self.children)

    @property
    def unmetered(self) -> tuple[Meter, ...]:
        """Those that are out of service: what goes through them is not metered, so the balance has no say."""
        own = [meter for meter in self.members if not meter.unread]
        measured = {each.key: each for meter in own for each in (meter, *(part.meter for part in meter.made_of))}
        return tuple(meter for meter in measured.values() if not meter.metered)

    @property
    def passing(self) -> bool:
        """Whether the node has no meter: there is nothing that its children could be compared with."""
        return self.node.unread is Unread.NO_METER

    @property
    def made(self) -> bool:
        """Whether a calculated meter is part of it."""
        return any(meter.made_of for meter in self.members)

    @property
    def carriers(self) -> tuple[Carrier, ...]:
        """The measured meters whose errors count, by their net factors: what stands on both sides cancels."""
        if not self.made:
            return tuple(Carrier(meter, 1.0, 1.0) for meter in self.members)
        known = {part.meter.key: part.meter for meter in self.members for part in meter.made_of}
        known |= {meter.key: meter for meter in self.members if not meter.made_of}
        # A node's own meter counts what flows back too, whatever flow it is of.
        own: Form = {(self.node.key, "export"): -1.0} if self.node.flow is Flow.CONSUMER else {}
        sides = [taken(self.node, _of(self.node)), own if not self.node.made_of else {}]
        total = summed([*sides, *(_negative(taken(child, _of(child))) for child in self.children)])
        found = []
        for key, meter in known.items():
            turned = -1.0 if key in self.through else 1.0
            factors = (turned * total.get((key, register), 0.0) for register in ("import", "export"))
            found.append(Carrier(meter, *factors))
        return tuple(found)


def compositions(trees: Iterable[Tree]) -> list[Composition]:
    """Each node's compositions, by time; a change of the tree elsewhere does not end one.

    Parameters
    ----------
    trees : iterable of Tree
        By time. An interval between two of them, in which the tree changed, belongs to the nodes that did not.
    """
    running: dict[int, Composition] = {}
    over: list[Composition] = []
    for low, high, meters in trees:
        below, now = children_of(meters), {}
        for node in meters:
            if (composition := _composed(node, below, low, high)) is None:
                continue
            before = running.get(node.key)
            if before is not None and _kind(before) == _kind(composition):
                del running[node.key]
                composition = replace(composition, first=before.first)
            now[node.key] = composition
        over += running.values()
        running = now
    return sorted([*over, *running.values()], key=lambda composition: composition.first)


def _composed(node: Meter, below: Mapping[int | None, Sequence[Meter]], first: int, last: int) -> Composition | None:
    """A node with what it sees; None where nothing is expected below it, or it was not there yet."""
    seen = tuple(child for child in below.get(node.key, ()) if child.seen_by_parent)
    if not seen or node.unread is Unread.NOT_YET:
        return None
    reached = [(child.key, each) for child in seen for each in _reached(child, below)]
    without = tuple(each for _, each in reached if each.unread)
    members = [(own, each) for own, each in reached if not each.unread]
    if not members:
        if not any(each.unread is Unread.ASSUMED for each in without):
            return None
        # Nothing is known of any of them, so nothing can be said of the node.
        members, without = [(child.key, child) for child in seen], ()
    return Composition(
        node,
        tuple(each for _, each in members),
        first,
        last,
        shown=seen,
        through={each.key: own for own, each in members},
        without=tuple(each for each in without if each.unread is Unread.ASSUMED),
    )


def _reached(child: Meter, below: Mapping[int | None, Sequence[Meter]]) -> Iterator[Meter]:
    """A meter, or what it passes through where nobody reads it; itself where there is nothing below it."""
    waiting = [child]
    while waiting:
        meter = waiting.pop()
        seen = [each for each in below.get(meter.key, ()) if each.seen_by_parent]
        if meter.unread and seen:
            waiting += seen[::-1]
        else:
            yield meter


def _of(meter: Meter) -> Form | None:
    """The form of a calculated meter."""
    return {(part.meter.key, part.register): part.factor for part in meter.made_of} or None


def _negative(form: Form) -> Form:
    return {of: -factor for of, factor in form.items()}


def _kind(composition: Composition) -> list[tuple[object, ...]]:
    return [
        *((meter.key, meter.flow, meter.production_register, meter.metered, meter.unread, *_terms(meter))
          for meter in composition.members),
        tuple(meter.key for meter in composition.shown),
        tuple(composition.through.items()),
        tuple(meter.key for meter in composition.without),
    ]  # fmt: skip


def _terms(meter: Meter) -> Iterator[tuple[int, str, float]]:
    return ((part.meter.key, part.register, part.factor) for part in meter.made_of)
