"""Running books of a node: intervals come in stretch by stretch, spans whose loss is known go out.

The loss of a span is known where the registers of all meters of the node are known at both of its ends: it is the
difference of their differences, however its energy was distributed over the intervals between.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.losses.compositions import Carrier, Composition
from energy_workbench.analytics.uncertainty.uncertainty import Limits, LimitsOfMeters
from energy_workbench.domain.entities import Flow, Meter, ProductionRegister

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


class Energies(Protocol):
    """Intervals of meters side by side, as `Reader.matrices` gives them with estimates."""

    @property
    def imported(self) -> Any:
        """Primary [kWh], a row a meter; NaN where a part of it is not known."""

    @property
    def exported(self) -> Any:
        """As imported."""

    @property
    def begun(self) -> Any:
        """At the start of which intervals the registers are known, a row a meter."""

    @property
    def ended(self) -> Any:
        """At the end of which they are."""

    @property
    def apparent(self) -> Any:
        """Primary [kVAh], a row a meter; None where nobody asked."""

    @property
    def reactive(self) -> Any:
        """Primary [kvarh], likewise."""

    def row(self, key: int) -> int | None:
        """The row of a meter; None where it has none."""


@dataclass(slots=True)
class NodeBooks:
    """The books of one composition of a node.

    Attributes
    ----------
    rest : tuple of array, or None
        `up, down, whole site, errors, nets` of the intervals since the last instant at which all registers were known,
        while none of them is unknown: their span is not over.
    rest_known : array of bool, shape (m, n + 1)
        At which of their edges each register is known.
    before : array of bool, shape (m, 1)
        Which registers are known at the end of the interval before.
    """

    of: Composition
    rest: tuple[Array, ...] | None = None
    rest_known: Any = None
    before: Any = None

    carriers: tuple[Carrier, ...] = field(init=False)

    def __post_init__(self) -> None:
        self.carriers = self.of.carriers

    @property
    def loaded(self) -> list[int]:
        """Keys of the meters whose limits of error depend on the load: those behind a CT."""
        return [each.meter.key for each in self.carriers if each.meter.ratio.has_ct]

    def take(
        self, energies: Energies, start: int, count: int, site: Array, limits: LimitsOfMeters
    ) -> tuple[int, Any, tuple[Array, ...]] | None:
        """Take the intervals of a stretch that are the composition's.

        Parameters
        ----------
        start, count : int
            Number of the stretch's first interval since 1970, and of its intervals.
        site : array of float, shape (count,)
            What the whole site was supplied with [kWh].
        limits : LimitsOfMeters
            Of the meters behind a CT, over the stretch.

        Returns
        -------
        tuple, or None
            First interval, edges at which all registers are known, and by interval what the meters delivered and took,
            the site's supply, what errors can make of it, and, where a calculated meter is part of it, what each
            measured one adds to it; None where fewer than two edges are known.
        """
        low, high = max(self.of.first - start, 0), min(self.of.last - start, count)
        if low > high or self.of.last < start:
            return None
        part = slice(low, high)
        read = [_read(child, energies, part) for child in self.of.children]
        own = _passed(read) if self.of.passing else _read(self.of.node, energies, part, of_node=True)
        read = [own, *read]
        up, down = (np.stack([sides[place] for sides in read]) for place in (0, 1))
        none = np.zeros((len(read), 1), bool)
        before = none if self.before is None else self.before
        if low > 0:
            before = self._known(energies.ended, energies, low - 1)
        after = self._known(energies.begun, energies, high) if high < count else none
        begun, ended = (np.stack([sides[place] for sides in read]) for place in (2, 3))
        # An edge is known where the interval before it ends at a known register, or that after it begins at one.
        known = np.concatenate([before, ended], axis=1) | np.concatenate([begun, after], axis=1)
        first = start + low
        errors, nets = self._errors(limits, energies, read, part)
        columns: tuple[Array, ...] = (up, down, site[part], errors, nets)
        self.before = ended[:, -1:] if high > low else before
        anchored = self.rest is not None
        if self.rest is not None:
            first -= self.rest[2].size
            columns = tuple(np.concatenate(both, axis=-1) for both in zip(self.rest, columns, strict=True))
            joint = self.rest_known[:, -1:] | known[:, :1]
            known = np.concatenate([self.rest_known[:, :-1], joint, known[:, 1:]], axis=1)
        self.rest = None
        common = known.all(axis=0)
        common[0] |= anchored
        edges = np.flatnonzero(common)
        if len(edges) and high == count:
            self._keep(columns, known, int(edges[-1]))
        return (first, edges, columns) if len(edges) > 1 else None

    def _errors(
        self, limits: LimitsOfMeters, energies: Energies, read: Sequence[Read], part: slice
    ) -> tuple[Array, Array]:
        """What the devices of the loaded meters can make of it, shape (e, 4, n), and what each adds, shape (c, n)."""
        size = part.stop - part.start
        errors = np.empty((len(self.loaded), 4, size))
        if not self.of.made:
            sides = {meter.key: of for meter, of in zip(self.of.members, read, strict=True)}
            for key, out in zip(self.loaded, errors, strict=True):
                up, down, *_ = sides[key]
                _of(limits, key).errors(up, down, part, out)
            return errors, np.empty((0, size))
        nets = np.stack([_net(carrier, energies, part) for carrier in self.carriers])
        loaded = [
            (carrier, net) for carrier, net in zip(self.carriers, nets, strict=True) if carrier.meter.ratio.has_ct
        ]
        for (carrier, net), out in zip(loaded, errors, strict=True):
            _of(limits, carrier.meter.key).errors(np.zeros(size), net, part, out)
            out[2:] *= carrier.scale
        return errors, nets

    def _keep(self, columns: tuple[Array, ...], known: Any, last: int) -> None:
        """Remember the intervals after the last edge, if their span can still become known."""
        up, down, *_ = rest = tuple(of[..., last:] for of in columns)
        if up.shape[1] and not np.isnan(up.sum() + down.sum()):
            self.rest = tuple(of.copy() for of in rest)
            self.rest_known = known[:, last:].copy()

    def _known(self, edges: Any, energies: Energies, place: int) -> Any:
        """Which registers are known at an edge of an interval, shape (m, 1)."""
        rows = [energies.row(meter.key) for meter in self.of.members]
        known = [row is not None and bool(edges[row, place]) for row in rows]
        if self.of.passing:
            known[0] = all(known[1:])
        return np.array(known)[:, None]


def _of(limits: LimitsOfMeters, key: int) -> Limits:
    found = limits.of(key)
    assert found is not None, "asked of those behind a CT only"
    return found


Read = tuple[Any, Any, Any, Any]
"""What a meter delivers upwards and takes downwards [kWh], and at which starts and ends its register is known."""


def _passed(below: Sequence[Read]) -> Read:
    """What goes through a node without a meter: what those below it take, less what they deliver."""
    net = np.sum([down - up for up, down, *_ in below], axis=0)
    begun, ended = (np.all([sides[place] for sides in below], axis=0) for place in (2, 3))
    return np.maximum(-net, 0.0), np.maximum(net, 0.0), begun, ended


def _net(carrier: Carrier, energies: Energies, part: slice) -> Array:
    """What a measured meter adds to the balance [kWh]; what is not known adds nothing."""
    row = energies.row(carrier.meter.key)
    if row is None:
        return np.zeros(part.stop - part.start)
    imported, exported = np.nan_to_num(energies.imported[row, part]), np.nan_to_num(energies.exported[row, part])
    return np.asarray(carrier.imported * imported + carrier.exported * exported)


def _read(meter: Meter, energies: Energies, part: slice, *, of_node: bool = False) -> Read:
    """What a meter delivers upwards and takes downwards [kWh], and at which starts and ends its register is known."""
    row, size = energies.row(meter.key), part.stop - part.start
    measured = None if row is None else (energies.imported[row, part], energies.exported[row, part])
    sides = sides_of(meter, measured, of_node=of_node)
    # Out of service: something may go through it, and nobody meters it.
    if row is not None and sides is not None and meter.metered and all(part.meter.metered for part in meter.made_of):
        return *sides, energies.begun[row, part], energies.ended[row, part]
    return np.full(size, np.nan), np.full(size, np.nan), np.zeros(size, bool), np.zeros(size, bool)


def sides_of(meter: Meter, measured: Any, *, of_node: bool = False) -> tuple[Any, Any] | None:
    """What a meter delivers upwards and takes downwards, an array each [kWh]; None where it has no energies.

    A meter that never tells its other register has none: it counts nothing there. What it takes, or a producer
    produces, has to be told.
    """
    if measured is None:
        return None
    unknown = [bool(np.isnan(side).all()) for side in measured]
    if unknown[consumed_column(meter) == "energy_export_kwh"]:
        return None
    imported, exported = (np.zeros(len(side)) if no else side for side, no in zip(measured, unknown, strict=True))
    if meter.flow is Flow.BIDIRECTIONAL or (of_node and meter.flow is Flow.CONSUMER):
        return exported, imported
    if meter.flow is Flow.CONSUMER:
        return np.where(np.isnan(imported), np.nan, 0.0), imported
    in_import = meter.production_register is ProductionRegister.IMPORT
    return (imported, exported) if in_import else (exported, imported)


def supplied(parts: Sequence[Meter], energies: Energies, part: slice) -> Array:
    """What a site is supplied with, interval by interval [kWh]: from outside, and by its own producers.

    NaN where a part of it is not known, or out of service.

    Parameters
    ----------
    parts : sequence of Meter
        Those of the site's use.
    """
    energy = np.zeros(part.stop - part.start) if parts else np.full(part.stop - part.start, np.nan)
    for meter in parts:
        up, down, *_ = _read(meter, energies, part, of_node=True)
        energy += up if meter.flow is Flow.PRODUCER else down
    return energy
