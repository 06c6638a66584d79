"""Energies of a site's sources over a period: the grid, solar and generators, by registers and by intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.buckets import consumed_column
from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.sources import Sources, sources
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.time import axis
from energy_workbench.domain.time.period import Period
from energy_workbench.services.queries.energies import Energies
from energy_workbench.services.queries.register_intervals import Registers, begun, register_intervals
from energy_workbench.services.queries.trees import Stretch, spans

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

    Array = NDArray[np.float64]
    Mask = NDArray[np.bool_]


GROUPS: Mapping[str, tuple[str, ...]] = {
    "grid_import_kwh": ("grid",), "grid_export_kwh": ("grid",), "solar_kwh": ("solar",), "dg_kwh": ("generators",),
    "other_kwh": ("others",), "diesel_litres": ("generators",), "solar_self_used_kwh": ("grid", "solar"),
    "scope1_kg": ("generators", "others"), "scope2_location_kg": ("grid",), "scope2_market_kg": ("grid",),
    "gross_kg": ("grid", "generators", "others"), "avoided_kg": ("grid", "solar"), "dg_run_hours": ("generators",),
    "net_kg": ("grid", "generators", "others"),
}  # fmt: skip
"""Figures by name, and which sources must be measured for each; those that are not there hold nothing back."""


@dataclass(slots=True)
class Source:
    """A meter over the time in which it stands for a source of the site.

    Attributes
    ----------
    meter : Meter
    here : array of bool, shape (n,)
        In which intervals it does: meters move, and are deleted.
    measured : Measured
        By its registers over that time, as every other answer tells it [kWh].
    registers : Registers
        The same by interval.
    unmetered : array of bool, shape (n,)
        In which of them it is out of service: what goes through it is not known.
    out : Meter or None
        As it was when it was out of service.
    """

    meter: Meter
    here: Mask
    unmetered: Mask
    measured: Measured = field(default_factory=Measured)
    registers: Registers | None = None
    out: Meter | None = None

    @property
    def always(self) -> bool:
        """Whether it stands for it all the time."""
        return bool(self.here.all())

    @property
    def counts(self) -> bool:
        """Whether it is there although it tells nothing."""
        return self.meter.deleted_at is None

    @property
    def _in_import(self) -> bool:
        return consumed_column(self.meter) == "energy_import_kwh"

    @property
    def delivered_kwh(self) -> float | None:
        """What it delivers to the site: what the grid's meter takes, or a producer produces."""
        if self.out:
            return None
        return self.measured.imported if self._in_import else self.measured.exported

    @property
    def returned_kwh(self) -> float | None:
        """What flows back; a meter that knows its import and never tells an export has no register for it: nothing."""
        if self.out:
            return None
        known, exported = self.measured.imported is not None, self.measured.exported
        return 0.0 if exported is None and known else exported

    @property
    def delivered(self) -> Array:
        """`delivered_kwh` by interval; NaN where not known, nothing while it does not stand for the source."""
        assert self.registers
        energy = self.registers.imported if self._in_import else self.registers.exported
        return np.where(self.unmetered, np.nan, np.where(self.here, energy, 0.0))

    @property
    def returned(self) -> Array:
        """`returned_kwh` by interval."""
        assert self.registers
        energy = self.registers.exported
        if self.measured.exported is None:
            energy = np.where(np.isnan(self.registers.imported), np.nan, 0.0)
        return np.where(self.unmetered, np.nan, np.where(self.here, energy, 0.0))

    @property
    def close(self) -> Mask:
        """Where it was measured, or does not stand for the source."""
        assert self.registers
        return ~self.here | (self.registers.close & ~np.isnan(self.delivered))


class Group:
    """Sources of one kind.

    Parameters
    ----------
    members : iterable of Source
    count : int
        Intervals.
    """

    def __init__(self, members: Iterable[Source], count: int) -> None:
        # What was deleted and never told anything was a mistake.
        self.members = [each for each in members if each.measured != Measured() or each.counts]
        self._count = count

    def __bool__(self) -> bool:
        return bool(self.members)

    @property
    def numbers(self) -> list[str]:
        """Numbers of all."""
        return [each.meter.number for each in self.members]

    @property
    def silent(self) -> list[Meter]:
        """Those that told nothing, or were out of service: as they were then."""
        return [each.out or each.meter for each in self.members if each.delivered_kwh is None]

    @property
    def measured(self) -> dict[int, Measured]:
        """What the registers of each told, by key."""
        return {each.meter.key: each.measured for each in self.members}

    @property
    def unmetered(self) -> Mask:
        """Where one of them is out of service, so that the sum is not known."""
        return np.logical_or.reduce([np.zeros(self._count, bool), *(each.unmetered for each in self.members)])

    @property
    def delivered_kwh(self) -> float | None:
        """By registers; None where one of them is not known. Where there is none, nothing."""
        return _sum([each.delivered_kwh for each in self.members])

    @property
    def returned_kwh(self) -> float | None:
        """What flowed back, likewise."""
        return _sum([each.returned_kwh for each in self.members])

    @property
    def delivered(self) -> Array:
        """By interval, of those that are known; NaN where none is."""
        return self._added([each.delivered for each in self.members])

    @property
    def returned(self) -> Array:
        """What flowed back, likewise."""
        return self._added([each.returned for each in self.members])

    @property
    def all_delivered(self) -> Array:
        """By interval, NaN where one of them is not known."""
        return np.sum([np.zeros(self._count), *(each.delivered for each in self.members)], axis=0)

    @property
    def all_returned(self) -> Array:
        """What flowed back, likewise."""
        return np.sum([np.zeros(self._count), *(each.returned for each in self.members)], axis=0)

    @property
    def close(self) -> Mask:
        """Where all were measured."""
        return np.logical_and.reduce([np.ones(self._count, bool), *(each.close for each in self.members)])

    def _added(self, arrays: Sequence[Array]) -> Array:
        if not arrays:
            return np.zeros(self._count)
        none = np.logical_and.reduce([np.isnan(each) for each in arrays]) | self.unmetered
        return np.where(none, np.nan, np.nansum(arrays, axis=0))


@dataclass(frozen=True, slots=True)
class SiteSources:
    """All sources over the same intervals.

    Attributes
    ----------
    start : datetime
        Of the first interval, UTC.
    count : int
        Intervals that have begun.
    """

    start: datetime
    count: int
    grid: Group
    solar: Group
    generators: Group
    others: Group


def site_sources(energies: Energies, reader: Reader, trees: Sequence[Stretch], span: Period) -> SiteSources:
    """Read them.

    Parameters
    ----------
    trees : sequence of Stretch
        The tree over the period, at least one, without what was never connected; an interval in which it changes counts
        by the one before.
    """
    start, count = begun(span)
    kinds = [(sources(tree.meters), part) for tree, part in spans(trees, span)]
    keys = {meter.key for each, _ in kinds for meter in meters_of(each)}
    return together(kinds, start, count, register_intervals(reader, keys, start, count), energies.registers)


def meters_of(kind: Sources) -> list[Meter]:
    """Sources of any kind."""
    return [*kind.grid, *kind.solar, *kind.generators, *kind.others]


def together(
    kinds: Iterable[tuple[Sources, Period]],
    start: datetime,
    count: int,
    read: Mapping[int, Registers],
    measured: Callable[[Sequence[Meter], Period], Mapping[int, Measured]],
) -> SiteSources:
    """Sources over consecutive intervals, of what was read of them.

    Parameters
    ----------
    kinds : iterable of (Sources, Period)
        Which meters they are in each part of the time.
    read : mapping of int to Registers
        By key, over these intervals.
    measured : callable
        What the registers of meters tell of a part of the time, by key.
    """
    by_kind: dict[str, dict[int, Source]] = {"grid": {}, "solar": {}, "generators": {}, "others": {}}
    for kind, part in kinds:
        meters: dict[str, tuple[Meter, ...]] = {name: getattr(kind, name) for name in by_kind}
        told = measured(meters_of(kind), part)
        first, last = ((edge - start) // axis.INTERVAL for edge in (max(part.start, start), max(part.end, start)))
        for name, group in meters.items():
            for meter in group:
                source = by_kind[name].setdefault(
                    meter.key, Source(meter, np.zeros(count, bool), np.zeros(count, bool))
                )
                source.meter, source.registers = meter, read[meter.key]
                if not meter.metered:
                    source.out = meter
                    source.unmetered[first:last] = True
                source.here[first:last] = True
                source.measured = _both(source.measured, told.get(meter.key, Measured()))
    return SiteSources(start, count, *(Group(group.values(), count) for group in by_kind.values()))


def _both(one: Measured, other: Measured) -> Measured:
    imported, exported = (
        left if right is None else right if left is None else left + right
        for left, right in ((one.imported, other.imported), (one.exported, other.exported))
    )
    return Measured(imported, exported)


def _sum(values: Sequence[Any]) -> float | None:
    return None if None in values else float(sum(values))
