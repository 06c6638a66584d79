"""Energy charges and the credit for export: quantities by window and block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from energy_workbench.analytics.tariffs.bill import key_of
from energy_workbench.analytics.tariffs.hours_of_use import settled, year_so_far
from energy_workbench.analytics.tariffs.metered_energy import Channel, Flags
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.tariffs.charges.energy import EnergyCharge, ExportCredit
from energy_workbench.domain.tariffs.charges.power_factor import ReactiveCharge
from energy_workbench.domain.tariffs.money import EXACT, MICRO, of_micro, product, total
from energy_workbench.domain.tariffs.rates import Rate

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
        factor = Fraction(1) if rate.flat else _threshold_factor(charge, part)
        for bounds, price, piece in pieces(quantity, held, rate, factor):
            line = part.line(charge, piece, charge.unit, sign * price)
            fraction = EXACT.divide(piece, quantity) if quantity else Decimal(0)
            estimated = EXACT.multiply(each.estimated, fraction).quantize(MICRO)
            known = each.intervals - each.missing
            might = EXACT.divide(piece * each.missing, Decimal(known)) if known else Decimal(0)
            line = replace(
                line,
                window=window,
                block=bounds,
                estimated=estimated,
                missing_hours=product(Decimal(each.missing), Fraction(part.whole.minutes, 60)),
                could_change=rounding.of_amount(abs(product(estimated + might, price))),
                notes=notes,
            )
            index = names.index(window)
            yield Priced(line, part.spread(line.amount, part.weights(channel, charge.schedule, index)))


def pieces(quantity: Decimal, held: Decimal, rate: Rate, factor: Fraction) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Bounds, rate and quantity of each block that has something; the first, where none has.

    Parameters
    ----------
    quantity : Decimal
        Of a window.
    held : Decimal
        What thresholds are held against: a window has its share of each block.
    factor : Fraction
        What thresholds are multiplied by.
    """
    if rate.flat or not held:
        yield "", rate.blocks[0].rate, quantity
        return
    # Whole millionths, and each block up to its end less what is below it: the pieces are the quantity, exactly.
    parts, whole = int(quantity.scaleb(6)), Fraction(held)
    below, done, found = Fraction(0), 0, False
    for block in rate.blocks:
        end = whole if block.to is None else min(Fraction(block.to) * factor, whole)
        upto = parts if block.to is None else round(parts * end / whole)
        if upto > done or (block.to is None and not found):
            last = "" if block.to is None else f"{_short(Fraction(block.to) * factor)}"
            found = True
            yield f"{_short(below)}-{last}" if last else f"over {_short(below)}", block.rate, of_micro(upto - done)
        done = upto
        below = Fraction(block.to or 0) * factor


def _short(value: Fraction) -> str:
    return f"{float(value):.10g}"


def _threshold_factor(charge: ByWindow, part: Part) -> Fraction:
    per = charge.blocks_per
    factor = Fraction(part.days) if "day" in per else part.share
    if per.startswith("kW"):
        assert isinstance(charge, EnergyCharge)
        demand = part.version.demand_named(charge.demand)
        factor *= Fraction(part.billed_demands[demand.name] if demand else 0)
    return factor
