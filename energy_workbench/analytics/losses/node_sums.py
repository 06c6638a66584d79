"""Sums of a node's balance over the spans whose loss is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.losses.compositions import Carrier, Composition

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST_SPANS = 8
"""A line through fewer spans says nothing."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """Known spans of a node, or parts of them, by time.

    Attributes
    ----------
    first, length : array of int, shape (n,)
        First interval of each, as a number since 1970, and how many it has.
    split : array of bool, shape (n,)
        Parts of a longer span: its loss is known, but not when in it.
    up, down : array of float, shape (m, n)
        What each meter delivered upwards and took downwards [kWh], the node's own first.
    whole : array of float, shape (n,)
        What the site was supplied with meanwhile [kWh]; NaN where that is not known.
    errors : array of float, shape (e, 4, n)
        What the devices of the meters behind a CT can make of it, as `Limits.errors`.
    nets : array of float, shape (c, n)
        What each measured meter adds to supply − demand, where that is not what the meters above say [kWh].
    """

    first: NDArray[np.int64]
    length: NDArray[np.int64]
    split: NDArray[np.bool_]
    up: NDArray[np.float64]
    down: NDArray[np.float64]
    whole: NDArray[np.float64]
    errors: NDArray[np.float64]
    nets: NDArray[np.float64]

    def between(self, low: int, high: int) -> Pieces:
        """Those that begin within some intervals."""
        if not len(self.first) or (self.first[0] >= low and self.first[-1] < high):
            return self
        of = slice(*np.searchsorted(self.first, (low, high)).tolist())
        return self.where(of)

    def where(self, of: Any) -> Pieces:
        """Some of them, by a slice or a mask."""
        return Pieces(*(getattr(self, name)[..., of] for name in self.__slots__))


@dataclass(slots=True)
class Assumed:
    """Sums of the time in which a meter below the node is left out by an assumption.

    Attributes
    ----------
    valid : int
        Intervals that known spans cover.
    supply, loss : float
        [kWh]
    """

    valid: int = 0
    supply: float = 0.0
    loss: float = 0.0


@dataclass(slots=True)
class NodeSums:
    """What is known of one node over some time.

    Attributes
    ----------
    expected, valid, estimated, unmetered, passing : int
        Intervals that have been, those that known spans cover, those of them in parts of spans that reach beyond
        this time, those in which a meter of the node was out of service, and those in which it had none.
    spans : int
        Known spans and parts of them.
    supply, demand : float
        Over the known spans [kWh].
    sides : dict of int to (float, float)
        By key what each meter, the node's own too, delivered upwards and took downwards [kWh].
    nets, scales : dict of int to float
        By key of the measured meters what each adds to supply − demand, as if by an own place in it [kWh]: by so much
        its own error changes the loss; and the greatest factor by which it did [1].
    assumed : Assumed
        What of these sums is without meters that are assumed not to have been there.
    errors : dict of int to array of float, shape (4,)
        By key what the devices of a meter behind a CT can make of it, as `Limits.errors`.
    apart : dict of int to float
        By child the sum of |loss + its net draw| over the spans [kWh]: near nothing where the loss is just the child
        counted once too often.
    unlike : float
        Sum of |loss| over the spans [kWh].
    runs : int
        Unbroken stretches of known spans; each counter is rounded at both ends of each.
    whole : float
        What the site was supplied with over the same spans [kWh]; NaN where that is not known.
    """

    expected: int = 0
    valid: int = 0
    estimated: int = 0
    unmetered: int = 0
    passing: int = 0
    spans: int = 0
    supply: float = 0.0
    demand: float = 0.0
    sides: dict[int, tuple[float, float]] = field(default_factory=dict)
    nets: dict[int, float] = field(default_factory=dict)
    scales: dict[int, float] = field(default_factory=dict)
    assumed: Assumed = field(default_factory=lambda: Assumed())
    errors: dict[int, NDArray[np.float64]] = field(default_factory=dict)
    apart: dict[int, float] = field(default_factory=dict)
    unlike: float = 0.0
    runs: int = 0
    whole: float = 0.0
    moments: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))
    """Of the means over each span, weighed with its length: sums of supply, loss, supply², supply × loss."""
    end: int = -1
    """Interval after the last known one."""

    @property
    def loss(self) -> float:
        """Supply − demand [kWh]."""
        return self.supply - self.demand

    def add(self, of: Composition, parts: Pieces, loaded: Sequence[int] = (), carriers: Sequence[Carrier] = ()) -> None:
        """Take known spans, later than those taken before.

        Parameters
        ----------
        of : Composition
            Whose members are the rows of the pieces.
        loaded : sequence of int
            Keys of those behind a CT, as the rows of the errors.
        carriers : sequence of Carrier
            As the rows of the nets, where there are any.
        """
        keys = [meter.key for meter in of.members]
        if not len(parts.first):
            return
        after = parts.first + parts.length
        self.valid += int(parts.length.sum())
        self.estimated += int(parts.length[parts.split].sum())
        self.spans += len(parts.first)
        self.runs += int(parts.first[0] != self.end) + int(np.count_nonzero(parts.first[1:] != after[:-1]))
        self.end = int(after[-1])
        supply = parts.down[0] + parts.up[1:].sum(axis=0)
        demand = parts.up[0] + parts.down[1:].sum(axis=0)
        loss = supply - demand
        self.supply += float(supply.sum())
        self.demand += float(demand.sum())
        self.whole += float(parts.whole.sum())
        self.unlike += float(np.abs(loss).sum())
        mean = supply / parts.length
        self.moments += [supply.sum(), loss.sum(), (supply * mean).sum(), (loss * mean).sum()]
        apart = np.abs(loss + parts.down[1:] - parts.up[1:]).sum(axis=1).tolist()
        for key, distance in zip(keys[1:], apart, strict=True):
            self.apart[key] = self.apart.get(key, 0.0) + distance
        for key, up, down in zip(keys, parts.up.sum(axis=1).tolist(), parts.down.sum(axis=1).tolist(), strict=True):
            before = self.sides.get(key, (0.0, 0.0))
            self.sides[key] = before[0] + up, before[1] + down
            if not len(parts.nets):
                self._carry(key, down - up, 1.0)
        for carrier, net in zip(carriers if len(parts.nets) else (), parts.nets.sum(axis=1).tolist(), strict=True):
            self._carry(carrier.meter.key, net, carrier.scale)
        if of.without:
            self.assumed.valid += int(parts.length.sum())
            self.assumed.supply += float(supply.sum())
            self.assumed.loss += float(loss.sum())
        for key, errors in zip(loaded, parts.errors.sum(axis=-1), strict=True):
            self.errors[key] = self.errors.get(key, 0.0) + errors

    def _carry(self, key: int, net: float, scale: float) -> None:
        self.nets[key] = self.nets.get(key, 0.0) + net
        self.scales[key] = max(self.scales.get(key, 0.0), scale)

    def line(self) -> tuple[float, float] | None:
        """Loss = a + b × supply through the spans: (a [kWh an interval], b [1]); None where supply is steady."""
        if self.spans < LEAST_SPANS:
            return None
        x, y, xx, xy = (float(moment) / self.valid for moment in self.moments)
        variance = xx - x * x
        if variance <= 1e-6 * max(xx, 1e-12):
            return None
        slope = (xy - x * y) / variance
        return y - slope * x, slope


def pieces(first: int, edges: Any, cuts: Any, up: Any, down: Any, whole: Any, errors: Any, nets: Any) -> Pieces:
    """The known spans between some edges, cut where buckets begin.

    Parameters
    ----------
    first : int
        The interval with which the arrays begin, as a number since 1970.
    edges : array of int, shape (s + 1,)
        Places at which the registers of all meters are known, ascending, from the first to the last.
    cuts : array of int
        Numbers of the intervals at which buckets begin.
    up, down : array of float, shape (m, t)
        As of `Pieces`, by interval; NaN where a part of it is not known.
    whole : array of float, shape (t,)
    errors : array of float, shape (e, 4, t)
    nets : array of float, shape (c, t)
    """
    low, high = int(edges[0]), int(edges[-1])
    up, down, whole, errors, nets = (of[..., low:high] for of in (up, down, whole, errors, nets))
    edges = edges - low
    inner = cuts - first - low
    inner = inner[(inner > 0) & (inner < high - low)]
    marks = np.union1d(edges, inner) if len(inner) else edges
    places, length = marks[:-1], np.diff(marks)
    if len(places) != high - low:
        columns = (up, down, whole, errors, nets)
        up, down, whole, errors, nets = (np.add.reduceat(of, places, axis=-1) for of in columns)
    known = ~np.isnan(up.sum(axis=0) + down.sum(axis=0))
    split = np.zeros(len(places), bool)
    if len(marks) != len(edges):
        span = np.searchsorted(edges, places, "right") - 1
        split = length != np.diff(edges)[span]
        # A part of a span that is not known is not known either.
        known = ~np.bincount(span, ~known, len(edges) - 1).astype(bool)[span]
    parts = Pieces(places + first + low, length, split, up, down, whole, errors, nets)
    return parts if known.all() else parts.where(known)
