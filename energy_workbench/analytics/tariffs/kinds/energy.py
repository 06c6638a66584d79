"""Energy charges and the credit for export: quantities by window and block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeGuard

import numpy as np

from energy_workbench.analytics.tariffs.bill import key_of
from energy_workbench.analytics.tariffs.blocks import NOTHING, pieces
from energy_workbench.analytics.tariffs.hours_of_use import settled, year_so_far
from energy_workbench.analytics.tariffs.kinds.demand import billed_demand
from energy_workbench.analytics.tariffs.metered_energy import Channel, Flags
from energy_workbench.analytics.tariffs.part import WHOLE, Part, Priced
from energy_workbench.domain.tariffs.charges.charge import Charge, EnergyUnit
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge, ExportCredit
from energy_workbench.domain.tariffs.charges.power_factor import ReactiveCharge
from energy_workbench.domain.tariffs.money import EXACT, MICRO, of_micro, product, total

ByWindow = EnergyCharge | ExportCredit | ReactiveCharge


class Sums(NamedTuple):
    """What a window has of a quantity.

    Attributes
    ----------
    quantity, estimated : Decimal
    intervals, missing : int
    """

    quantity: Decimal
    estimated: Decimal
    intervals: int
    missing: int


def sums_by_window(part: Part, channel: Channel, schedule: str) -> Mapping[str, Sums]:
    """Sums of the part's days, of the windows that occur in them."""
    names = part.names(schedule)
    own = part.own(channel)
    if not schedule:
        return {"": _sums(own.values.sum(), len(own.values), own)}
    codes = part.windows(schedule)[part.begin : part.stop]
    quantities = np.bincount(codes, own.values, len(names))
    counts = np.bincount(codes, minlength=len(names))
    found = {}
    for index in np.flatnonzero(counts).tolist():
        cut = own if own.unsure is None else _where(own, codes == index)
        found[names[index]] = _sums(quantities[index], int(counts[index]), cut)
    return found


def _where(channel: Channel, inside: Flags) -> Channel:
    missing, unsure = (None if each is None else each[inside] for each in (channel.missing, channel.unsure))
    return Channel(channel.values[inside], missing, unsure)


def _sums(quantity: float, count: int, channel: Channel) -> Sums:
    estimated = 0 if channel.unsure is None else int(channel.values[channel.unsure].sum())
    missing = 0 if channel.missing is None else int(channel.missing.sum())
    return Sums(of_micro(int(quantity)), of_micro(estimated), count, missing)


def energy_lines(charge: EnergyCharge, part: Part) -> Iterator[Priced]:
    """Lines of an energy charge."""
    channel = part.channel(charge.unit, charge)
    sums = sums_by_window(part, channel, charge.schedule)
    rounding = part.rounding(charge)
    for window, each in sums.items():
        part.energies[key_of(charge.name, window)] = rounding.of_quantity(each.quantity)
    lines = list(by_blocks(charge, part, channel, sums, Decimal(1)))
    if charge.per_year:
        months = part.months_of_year(charge.year_begins)
        unknown = any(each not in part.history for each in months)
        lines = [
            Priced(replace(each.line, depends_on=tuple(months), provisional=unknown), each.costs) for each in lines
        ]
    if not charge.hours_of_use:
        yield from lines
        return
    year = year_so_far(charge.hours_of_use, part)
    rates = {key_of(charge.name, window): rate.blocks[0].rate for window, rate in charge.by_window.items()}
    earlier = total(
        product(facts.energies.get(key, Decimal(0)), rate) for facts in year.facts for key, rate in rates.items()
    )
    yield from settled(charge, part, year, lines, earlier, earlier)


def export_lines(charge: ExportCredit, part: Part) -> Iterator[Priced]:
    """Lines of an export credit, which are negative."""
    channel = part.channel("export", charge)
    yield from by_blocks(charge, part, channel, sums_by_window(part, channel, charge.schedule), Decimal(-1))


def unit_line(charge: Charge, part: Part, unit: EnergyUnit, rate: Decimal) -> Iterator[Priced]:
    """The line of a charge of so much a unit of all energy of the part's days."""
    channel = part.channel(unit, charge)
    sums = sums_by_window(part, channel, "")[""]
    quantity = part.rounding(charge).of_quantity(sums.quantity)
    doubt = _doubt(sums, quantity, quantity, rate, part, charge)
    line = part.line(charge, quantity, unit, rate, **doubt._asdict())
    yield Priced(line, part.spread(line.amount, part.weights(channel, "", 0)))


def by_blocks(
    charge: ByWindow, part: Part, channel: Channel, sums: Mapping[str, Sums], sign: Decimal
) -> Iterator[Priced]:
    """A line for each window and block that has something, and one at least for each window."""
    rounding = part.rounding(charge)
    quantities = {window: rounding.of_quantity(each.quantity) for window, each in sums.items()}
    whole = total(quantities.values())
    notes = part.notes(charge.schedule)
    names = part.names(charge.schedule)
    for window, each in sums.items():
        rate, quantity = charge.by_window[window], quantities[window]
        held = whole if charge.blocks_of == "total" else quantity
        factor = WHOLE if rate.flat else _threshold_factor(charge, part)
        before = _of_year_before(charge, part, channel, window) if _per_year(charge) else NOTHING
        index = names.index(window)
        for bounds, price, piece in pieces(quantity, held, rate, factor, before):
            doubt = _doubt(each, piece, quantity, price, part, charge)
            line = part.line(
                charge,
                piece,
                charge.unit,
                sign * price,
                window=window,
                block=bounds,
                notes=notes,
                **doubt._asdict(),
            )
            yield Priced(line, part.spread(line.amount, part.weights(channel, charge.schedule, index)))


class Doubt(NamedTuple):
    """What of a line is estimated or missing, and what that could change; see `Line`."""

    estimated: Decimal = Decimal(0)
    missing_hours: Decimal = Decimal(0)
    could_change: Decimal = Decimal(0)


NO_DOUBT = Doubt()


def _doubt(sums: Sums, piece: Decimal, quantity: Decimal, price: Decimal, part: Part, charge: Charge) -> Doubt:
    """The doubt about a line: what is missing may be as much as its known intervals have."""
    if not sums.missing and not sums.estimated:
        return NO_DOUBT
    fraction = EXACT.divide(piece, quantity) if quantity else Decimal(0)
    estimated = EXACT.multiply(sums.estimated, fraction).quantize(MICRO)
    known = sums.intervals - sums.missing
    might = EXACT.divide(piece * sums.missing, Decimal(known)) if known else Decimal(0)
    return Doubt(
        estimated,
        product(Decimal(sums.missing), Fraction(part.whole.minutes, 60)),
        part.rounding(charge).of_amount(abs(product(estimated + might, price))),
    )


def _per_year(charge: ByWindow) -> TypeGuard[EnergyCharge]:
    return isinstance(charge, EnergyCharge) and charge.per_year


def _of_year_before(charge: EnergyCharge, part: Part, channel: Channel, window: str) -> Decimal:
    """What the year has had of the charge before these days: of earlier months, and of the month's other days."""
    key = key_of(charge.name, window)
    months = [part.history[each] for each in part.months_of_year(charge.year_begins) if each in part.history]
    total_of = charge.blocks_of == "total"
    earlier = channel.values[: part.begin]
    if not total_of and charge.schedule:
        index = part.names(charge.schedule).index(window)
        earlier = earlier[part.windows(charge.schedule)[: part.begin] == index]
    found = total(
        value
        for facts in months
        for name, value in facts.energies.items()
        if name == key or (total_of and (name == charge.name or name.startswith(f"{charge.name}/")))
    )
    return EXACT.add(found, of_micro(int(earlier.sum())))


def _threshold_factor(charge: ByWindow, part: Part) -> Fraction:
    per = charge.blocks_per
    if per == "year":
        return WHOLE
    factor = Fraction(part.days) if "day" in per else part.share
    if per.startswith("kW"):
        assert isinstance(charge, EnergyCharge)
        demand = part.version.demand_named(charge.demand)
        assert demand is not None
        factor *= Fraction(billed_demand(demand, part))
    return factor
