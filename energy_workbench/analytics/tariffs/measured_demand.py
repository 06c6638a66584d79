"""Demand as it was measured: mean power over blocks, the highest of them, and what is not known of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal

import numpy as np

from energy_workbench.analytics.tariffs.bill import key_of
from energy_workbench.analytics.tariffs.metered_energy import MINUTE, PER_KWH, Channel, Flags, Floats, Ints, Span
from energy_workbench.analytics.tariffs.part import Demand, Part
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.money import EXACT, MICRO
from energy_workbench.domain.time.clock import to_micros

ENERGY_OF = {"kW": "kWh", "kVA": "kVAh", "kvar": "kvarh"}


def measured(charge: DemandCharge, part: Part) -> Mapping[str, Demand]:
    """The month's demand, by window of its charge, of those that occur in the month.

    An estimate is no peak: a block of which any energy is estimated or missing counts only where no other is known.

    Raises
    ------
    InputError
        If the meter does not tell the energy that it is of, or its intervals do not make up blocks of that length.
    """
    if charge.name not in part.demands:
        part.demands[charge.name] = _measured(charge, part)
    return part.demands[charge.name]


def _measured(charge: DemandCharge, part: Part) -> dict[str, Demand]:
    channel = part.channel(ENERGY_OF[charge.unit], charge)
    blocks = _Blocks(charge, part.whole, channel)
    windows = part.windows(charge.schedule)
    peaks = part.agreement.peaks.get(charge.name, ()) or charge.peaks
    found = {}
    for index, window in enumerate(part.names(charge.schedule)):
        inside = blocks.begins & (windows[: len(blocks.sums)] == index) if charge.schedule else blocks.begins
        if peaks or charge.named_peaks:
            found[window] = blocks.named(peaks, inside)
            continue
        if charge.per == "day":
            # Each day's maximum is billed by the version of its day.
            own = np.arange(len(blocks.sums))
            inside = inside & (own >= part.begin) & (own < part.stop)
        if inside.any():
            found[window] = blocks.daily(inside) if charge.per == "day" else blocks.highest(inside)
    return found


def highest_of(demands: Mapping[str, Demand]) -> Decimal:
    """The highest of all windows."""
    return max((each.value for each in demands.values()), default=Decimal(0))


def by_key(charge: DemandCharge, demands: Mapping[str, Demand]) -> Iterator[tuple[str, Decimal]]:
    """Each window's demand, as `MonthFacts` names it."""
    for window, each in demands.items():
        yield key_of(charge.name, window), each.value


class _Blocks:
    """Blocks of a month: their energies [10⁻⁶ kWh], where they begin, and which are known."""

    def __init__(self, charge: DemandCharge, whole: Span, channel: Channel) -> None:
        self.charge, self.whole = charge, whole
        self.notes: tuple[str, ...] = ()
        size, rest = divmod(charge.block, whole.minutes)
        self.minutes = charge.block
        if not size:
            size, self.minutes = 1, whole.minutes
            self.notes = (
                f"intervals of {whole.minutes} min tell no demand over {charge.block} min: theirs, which is lower",
            )
        elif rest:
            raise InputError(
                f"{charge.name!r} is over {charge.block} min, which intervals of {whole.minutes} min do not make up"
            )
        self.size = size
        self.sums = _windowed(channel.values, size)
        self.unsure = _any(channel.unsure, size, len(self.sums))
        self.missing = _any(channel.missing, size, len(self.sums))
        self.begins: Flags = np.ones(len(self.sums), bool)
        if not charge.sliding and self.size > 1:
            self.begins = whole.minute[: len(self.sums)] % self.minutes == 0

    def highest(self, inside: Flags) -> Demand:
        """The mean of the highest blocks."""
        known = inside if self.unsure is None else inside & ~self.unsure
        unknown = 0 if self.missing is None else int((inside & self.missing).sum())
        notes = self.notes
        if not known.any():
            known, notes = inside, (*notes, "no block of it was measured in whole: by estimates")
        places = self._top(known)
        value = self._mean(places)
        could_be = value if self.unsure is None else max(value, self._mean(self._top(inside)))
        if len(places) < self.charge.highest:
            notes = (*notes, f"the mean of {len(places)}, where {self.charge.highest} are wanted")
        at = tuple(self.whole.at(each) for each in places)
        return Demand(value=value, at=at, could_be=could_be, unknown=unknown, notes=notes)

    def daily(self, inside: Flags) -> Demand:
        """The sum of each day's highest blocks [kW · d]."""
        days = self.whole.day[: len(self.sums)]
        found = [self.highest(inside & (days == day)) for day in np.unique(days[inside]).tolist()]
        return Demand(
            value=sum((each.value for each in found), Decimal(0)),
            at=tuple(at for each in found for at in each.at),
            could_be=sum((each.could_be for each in found), Decimal(0)),
            unknown=sum(each.unknown for each in found),
            notes=tuple(dict.fromkeys(note for each in found for note in each.notes)),
        )

    def named(self, peaks: tuple[datetime, ...], inside: Flags) -> Demand:
        """The mean of the blocks that hold some instants, of those within the month."""
        step = self.whole.minutes * MINUTE
        places = []
        for instant in peaks:
            place = (to_micros(instant) - self.whole.start) // step
            if 0 <= place < self.whole.count:
                before = np.flatnonzero(self.begins[: place + 1])
                if before.size and place - before[-1] < self.size and inside[before[-1]]:
                    places.append(int(before[-1]))
        if not places:
            return Demand(value=Decimal(0), notes=(*self.notes, "the utility named no peak within the month"))
        unknown = 0 if self.missing is None else sum(bool(self.missing[each]) for each in places)
        value = self._mean(np.array(places))
        return Demand(
            value=value, at=tuple(map(self.whole.at, places)), could_be=value, unknown=unknown, notes=self.notes
        )

    def _top(self, inside: Flags) -> Ints:
        """Where the highest blocks are, the first of those as high."""
        places = np.flatnonzero(inside)
        sums = self.sums[places]
        if self.charge.highest == 1:
            return places[np.argmax(sums)][None]
        order = np.argsort(-sums, kind="stable")
        if self.charge.on_different_days:
            _, first = np.unique(self.whole.day[places[order]], return_index=True)
            order = order[np.sort(first)]
        return places[order[: self.charge.highest]]

    def _mean(self, places: Ints) -> Decimal:
        whole = int(self.sums[places].sum()) * 60
        return (
            EXACT.divide(Decimal(whole), Decimal(self.minutes * PER_KWH * len(places))).quantize(MICRO).normalize() + 0
        )


def _windowed(values: Floats, size: int) -> Floats:
    """Sums of so many values one after the other, which are whole numbers: exact."""
    if size == 1:
        return values
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return sums[size:] - sums[:-size]


def _any(flags: Flags | None, size: int, count: int) -> Flags | None:
    if flags is None:
        return None
    found: Flags = _windowed(flags.astype(np.float64), size)[:count] > 0
    return found
