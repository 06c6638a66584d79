"""Power factor tables, and reactive energy beyond a free share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from energy_workbench.analytics.tariffs.kinds.energy import Sums, by_blocks, sums_by_window
from energy_workbench.analytics.tariffs.kinds.percent import percent_line
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.analytics.tariffs.power_factor import power_factor
from energy_workbench.domain.tariffs.charges.power_factor import Band, PowerFactorCharge, ReactiveCharge
from energy_workbench.domain.tariffs.money import EXACT, product, to_places, total


def power_factor_lines(charge: PowerFactorCharge, part: Part) -> Iterator[Priced]:
    """The line of a power factor: per cent of other lines, by the average power factor of the month."""
    exact = power_factor(charge, part)
    if exact is None:
        return
    found = to_places(exact, charge.decimals)
    percent = percent_at(charge, found)
    for each in percent_line(charge, part, percent, part.above(charge.of)):
        yield Priced(replace(each.line, notes=(f"power factor {found:f}",)), each.costs)


def percent_at(charge: PowerFactorCharge, power_factor: Decimal) -> Decimal:
    """What a power factor costs, as per cent of the lines."""
    return total(_of_band(band, power_factor, charge.neutral) for band in charge.bands)


def _of_band(band: Band, power_factor: Decimal, neutral: Decimal) -> Decimal:
    below = band.high <= neutral
    inside = band.low <= power_factor < band.high or (not below and power_factor == band.high)
    if band.each is None:
        return band.percent if inside else Decimal(0)
    way = band.high - max(power_factor, band.low) if below else min(power_factor, band.high) - band.low
    return product(band.percent, EXACT.divide(way, band.each)) if way > 0 else Decimal(0)


def reactive_lines(charge: ReactiveCharge, part: Part) -> Iterator[Priced]:
    """Lines of reactive energy beyond the free share of the active energy of the same window."""
    reactive, active = part.channel("kvarh", charge), part.whole.channels["kWh"]
    free = sums_by_window(part, active, charge.schedule)
    beyond: dict[str, Sums] = {}
    for window, each in sums_by_window(part, reactive, charge.schedule).items():
        allowed = to_places(EXACT.multiply(free[window].quantity, charge.free_share), 6)
        beyond[window] = each._replace(quantity=max(each.quantity - allowed, Decimal(0)))
    told = (f"beyond {charge.free_share:f} kvarh a kWh",) if charge.free_share else ()
    for priced in by_blocks(charge, part, reactive, beyond, Decimal(1)):
        yield Priced(replace(priced.line, notes=(*priced.line.notes, *told)), priced.costs)
