"""Lines of energy: by window and block, by adjustments of months, and at prices of a series."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np

from energy_workbench.analytics.tariffs.demand import measured
from energy_workbench.analytics.tariffs.kinds.demand import billing_demand
from energy_workbench.analytics.tariffs.line import Line, Priced
from energy_workbench.analytics.tariffs.load import decimal
from energy_workbench.analytics.tariffs.local_time import EPOCH_DAY
from energy_workbench.analytics.tariffs.month import BillingMonth, Part, key
from energy_workbench.analytics.tariffs.price import Above, kind_of, price
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.demand import Demand
from energy_workbench.domain.tariffs.charges.energy import Energy, Export
from energy_workbench.domain.tariffs.charges.power_factor import Reactive
from energy_workbench.domain.tariffs.charges.series import Adjustment, PriceSeries
from energy_workbench.domain.tariffs.rates import Rate, split
from energy_workbench.domain.tariffs.rounding import EXACT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ZERO, ONE = Decimal(0), Decimal(1)
STEP = Decimal("0.000001")
COARSE = "intervals reach over an edge of a window: each counts where it begins"


class Windowed:
    """Energy of a part of a month, by window of a scheme."""

    def __init__(self, month: BillingMonth, part: Part, scheme: str, energy: Array) -> None:
        self.month, self.part, self.scheme, self.energy = month, part, scheme, energy
        self.codes = month.codes(part, scheme) if scheme else None
        self.names = part.version.schemes[scheme].names if scheme else ("",)
        self.sums = self._by_window(energy)
        self._estimated = self._by_window(energy * month.load.estimated[part.cut]) if month.has_estimates else None
        known = month.load.known[part.cut]
        self._missing = None if month.complete else self._by_window((~known).astype(np.int64))
        self.coarse = month.coarse(part, scheme)

    def _by_window(self, values: Array) -> Array:
        if self.codes is None:
            return np.array([values.sum()])
        # Sums below 2⁵³ are exact as floats too: nine billion kWh.
        return np.bincount(self.codes, values, len(self.names)).astype(np.int64)

    def mask(self, window: str) -> Array:
        """Which intervals are in a window."""
        if self.codes is None:
            return np.ones(len(self.energy), bool)
        return self.codes == self.names.index(window)

    def of(self, window: str) -> Decimal:
        """Energy in a window [unit]."""
        return decimal(self.sums[self.names.index(window)])

    def estimated(self, window: str) -> Decimal:
        """Of a window's energy what is estimated [1]."""
        at = self.names.index(window)
        if self._estimated is None or not self.sums[at]:
            return ZERO
        return (decimal(self._estimated[at]) / decimal(self.sums[at])).quantize(STEP)

    def missing(self, window: str) -> Decimal:
        """Of a window's intervals those that are not known [1]."""
        if self._missing is None:
            return ZERO
        at = self.names.index(window)
        return (Decimal(int(self._missing[at])) / Decimal(max(int(self.mask(window).sum()), 1))).quantize(STEP)

    def weights(self, window: str) -> Array:
        """How a line of a window is spread: by its energy."""
        return np.where(self.mask(window), self.energy, 0)


@price.register
def _energy(charge: Energy, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    credit = isinstance(charge, Export)
    energy = (month.load.export if credit else month.load.energy(charge.unit))[part.cut]
    windowed = Windowed(month, part, charge.rates.scheme, energy)
    months = _months_of_year(month, charge.year_month) if charge.per == "year" else range(0)
    scale = _scale(charge, month, part)
    lines: list[Priced] = []
    for window, rate in charge.rates.by_window:
        quantity = windowed.of(window)
        if not part.days_of(charge.rates.scheme, window):
            continue
        name = key(charge, window)
        month.facts_energy[name] = month.facts_energy.get(name, ZERO) + quantity
        unknown: list[str] = []
        if charge.per == "day" and len(rate) > 1:
            blocks = _daily(windowed, window, rate)
        elif charge.per == "year" and len(rate) > 1:
            blocks, unknown = _yearly(month, months, name, quantity, rate)
        elif charge.together and len(rate) > 1:
            blocks = _together(windowed, quantity, rate, scale)
        else:
            blocks = list(split(quantity, rate, scale))
        for amount_of, price_of in blocks:
            lines.append(
                _line(charge, month, part, windowed, window, amount_of, -price_of if credit else price_of, unknown)
            )
    return lines


def _line(
    charge: Energy | Reactive, month: BillingMonth, part: Part, windowed: Windowed, window: str,
    quantity: Decimal, rate: Decimal, unknown: list[str],
) -> Priced:  # fmt: skip
    amount = month.rounding(charge)(EXACT.multiply(quantity, rate))
    estimated = windowed.estimated(window)
    notes = ([COARSE] if windowed.coarse else []) + [f"{each} is not known" for each in unknown]
    line = Line(
        charge.name, kind_of(charge), quantity, charge.unit if isinstance(charge, Energy) else "kvarh", rate, amount,
        window=window, share=part.share, estimated=estimated, missing=windowed.missing(window),
        could_change=abs(amount * estimated).quantize(Decimal("0.01")) if estimated else ZERO,
        provisional=bool(unknown), notes=tuple(notes),
    )  # fmt: skip
    return Priced(line, lambda: windowed.weights(window))


def _scale(charge: Energy, month: BillingMonth, part: Part) -> Decimal:
    """What thresholds of a month are multiplied by."""
    if charge.per == "kWh per kW" and charge.demand is not None:
        of = next((each for each in part.version.charges if each.name == charge.billing_demand_of), None)
        billed = billing_demand(of, month, part) if isinstance(of, Demand) else ZERO
        return part.prorated(max(billed, measured(month, charge.demand, None).value))
    if charge.per == "day of the month":
        return Decimal(part.days)
    return part.prorated(ONE)


def _daily(windowed: Windowed, window: str, rate: Rate) -> list[tuple[Decimal, Decimal]]:
    """Blocks that begin anew each day, added up."""
    day = windowed.month.day[windowed.part.cut]
    if not len(day):
        return [(ZERO, rate[0].rate)]
    sums = np.bincount(day - day[0], windowed.weights(window)).astype(np.int64)
    blocks, below = [], 0
    for block in rate:
        top = np.iinfo(np.int64).max if block.up_to is None else int(block.up_to.scaleb(6))
        blocks.append((decimal(int((np.clip(sums, below, top) - below).sum())), block.rate))
        below = top
    return [each for each in blocks if each[0]] or [(ZERO, rate[0].rate)]


def _together(windowed: Windowed, quantity: Decimal, rate: Rate, scale: Decimal) -> list[tuple[Decimal, Decimal]]:
    """All windows fill the blocks together: each has of each block as much as of the whole."""
    whole = decimal(int(windowed.sums.sum()))
    if not whole:
        return [(ZERO, rate[0].rate)]
    cut = [
        (EXACT.divide(EXACT.multiply(part, quantity), whole).quantize(STEP), of)
        for part, of in split(whole, rate, scale)
    ]
    # What rounding leaves is in the first block, so that the blocks are the window's energy.
    first = cut[0][0] + quantity - sum((part for part, _ in cut), ZERO)
    return [(first, cut[0][1]), *cut[1:]]


def _months_of_year(month: BillingMonth, begins: int) -> range:
    """How many months back the months of the year before this one are."""
    return range(1, (month.first.month - begins) % 12 + 1)


def _yearly(
    month: BillingMonth, months: range, name: str, quantity: Decimal, rate: Rate
) -> tuple[list[tuple[Decimal, Decimal]], list[str]]:
    """Blocks that the year fills: what lies above what its earlier months had."""
    before, unknown = ZERO, []
    for back in months:
        earlier = month.earlier(back)
        if earlier is None or name not in earlier.energies:
            unknown.append(f"the energy {back} months before" if back > 1 else "the energy of the month before")
        else:
            before += earlier.energies[name]
    had = [(ZERO, ZERO)] * len(rate)
    filled = list(split(before, rate))
    had[: len(filled)] = filled
    now = list(split(before + quantity, rate))
    blocks = [(total - had[at][0], of) for at, (total, of) in enumerate(now) if total != had[at][0]]
    return blocks or [(ZERO, rate[0].rate)], unknown


@price.register
def _reactive(charge: Reactive, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    windowed = Windowed(month, part, charge.rates.scheme, month.load.energy("kvarh")[part.cut])
    active = Windowed(month, part, charge.rates.scheme, month.load.kwh[part.cut])
    lines = []
    for window, rate in charge.rates.by_window:
        if not part.days_of(charge.rates.scheme, window):
            continue
        free = EXACT.multiply(active.of(window), charge.free_share)
        above_free = max(ZERO, windowed.of(window) - free)
        lines += [
            _line(charge, month, part, windowed, window, quantity, of, [])
            for quantity, of in split(above_free, rate, part.prorated(ONE))
        ]
    return lines


@price.register
def _adjustment(charge: Adjustment, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    day = month.day[part.cut]
    names = _calendar_months(day)
    energy = None if charge.unit == "%" else month.load.energy(charge.unit)[part.cut]
    whole = sum((each.line.amount for name in charge.on for each in above.get(name, ())), ZERO)
    lines: list[Priced] = []
    for name, low, high, days in names:
        rate, sure = _rate_of(charge, name)
        if energy is None:
            # Per cent of what falls on the days of this calendar month.
            quantity = EXACT.divide(EXACT.multiply(whole, Decimal(days)), Decimal(sum(each[3] for each in names)))
            unit, factor = month.tariff.currency, rate / 100
        else:
            quantity, unit, factor = decimal(int(energy[low:high].sum())), charge.unit, rate
        mask = np.zeros(len(day), np.int64)
        mask[low:high] = 1
        spread = mask if energy is None else energy * mask
        amount = month.rounding(charge)(EXACT.multiply(quantity, factor))
        line = Line(
            charge.name, kind_of(charge), quantity, unit, factor, amount,
            share=part.share, provisional=not sure,
            notes=() if sure else (f"the rate of {name} is not known: the last one before it",),
        )  # fmt: skip
        lines.append(Priced(line, lambda spread=spread: spread))  # type: ignore[misc]
    return lines


def _calendar_months(day: Array) -> list[tuple[str, int, int, int]]:
    """Calendar months that days lie in: name, first interval, the one after the last, and how many days."""
    found: list[tuple[str, int, int, int]] = []
    low = 0
    while low < len(day):
        at = date.fromordinal(int(day[low]) + EPOCH_DAY)
        following = date(at.year + at.month // 12, at.month % 12 + 1, 1).toordinal() - EPOCH_DAY
        high = int(np.searchsorted(day, following))
        found.append((f"{at:%Y-%m}", low, high, int(day[high - 1]) - int(day[low]) + 1))
        low = high
    return found


def _rate_of(charge: Adjustment, month: str) -> tuple[Decimal, bool]:
    """The rate of a month, and whether it is stated; else the last one before it.

    Raises
    ------
    InputError
        If there is none before it.
    """
    before = [(name, rate) for name, rate in charge.months if name <= month]
    if not before:
        raise InputError(f"{charge.name!r} states no rate for {month}, nor for a month before it: add it to `months`")
    return before[-1][1], before[-1][0] == month


@price.register
def _series(charge: PriceSeries, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    prices = month.prices.get(charge.series)
    if prices is None:
        known = ", ".join(month.prices) or "none"
        raise InputError(f"{charge.name!r} needs the prices {charge.series!r}: give that series (there is {known})")
    load = month.load
    energy = (load.export if charge.export else load.kwh)[part.cut]
    micro, known_price = prices.at(load.starts[part.cut])
    # Products of two integers can be longer than a machine's word: Python's have any length.
    product = sum(a * b for a, b in zip(energy.tolist(), micro.tolist(), strict=True))
    worth = EXACT.multiply(Decimal(product).scaleb(-12), charge.factor) / (1000 if charge.per == "MWh" else 1)
    quantity = decimal(int(energy.sum()))
    worth += EXACT.multiply(quantity, charge.adder)
    worth = -worth if charge.export else worth
    without = not bool(known_price.all())
    line = Line(
        charge.name, kind_of(charge), quantity, "kWh",
        EXACT.divide(worth, quantity).quantize(STEP) if quantity else None, month.rounding(charge)(worth),
        share=part.share, provisional=without,
        notes=("some prices are not known: their energy is not priced",) if without else (),
    )  # fmt: skip
    factor = float(charge.factor) / (1000 if charge.per == "MWh" else 1)
    return [Priced(line, lambda: energy * (micro * factor + float(charge.adder) * 1e6))]
