"""Lines that are made of other lines, of days and of contracts: fixed, per cent, power factor, minimum."""

from __future__ import annotations

import math
from decimal import Decimal

from energy_workbench.analytics.tariffs.line import Line, Priced
from energy_workbench.analytics.tariffs.load import apparent, decimal
from energy_workbench.analytics.tariffs.month import BillingMonth, Part
from energy_workbench.analytics.tariffs.price import Above, kind_of, price
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.fixed import Fixed, Minimum
from energy_workbench.domain.tariffs.charges.percent import Percent
from energy_workbench.domain.tariffs.charges.power_factor import POINT, PowerFactor
from energy_workbench.domain.tariffs.rounding import EXACT

ZERO, HUNDRED = Decimal(0), Decimal(100)


def total_of(above: Above, names: tuple[str, ...]) -> Decimal:
    """Sum of the lines of some charges [currency]."""
    return sum((each.line.amount for name in names for each in above.get(name, ())), ZERO)


def _units(charge: Fixed | Minimum, month: BillingMonth, part: Part) -> Decimal:
    """How many of what a fixed rate is for, before the share of days.

    Raises
    ------
    InputError
        If it is for a contract demand, and none is stated.
    """
    if charge.per == "day":
        return Decimal(part.days)
    if charge.per == "meter":
        return Decimal(month.account.meters)
    if charge.per == "further meter":
        return Decimal(max(month.account.meters - 1, 0))
    if charge.per == "month":
        return Decimal(1)
    contract = month.account.contract if month.account.contract is not None else charge.contract
    if contract is None:
        raise InputError(f"{charge.name!r} is per {charge.per} of contract demand: state `contract`")
    return contract


@price.register
def _fixed(charge: Fixed, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    del above
    units = _units(charge, month, part)
    amount = EXACT.multiply(units, charge.rate)
    amount = amount if charge.per == "day" else part.prorated(amount)
    line = Line(
        charge.name, kind_of(charge), units, charge.per, charge.rate, month.rounding(charge)(amount), share=part.share
    )
    return [Priced(line)]


@price.register
def _minimum(charge: Minimum, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    least = EXACT.multiply(_units(charge, month, part), charge.rate)
    least = least if charge.per == "day" else part.prorated(least)
    lacks = max(ZERO, least - total_of(above, charge.on))
    if not lacks:
        return []
    line = Line(
        charge.name, kind_of(charge), lacks, month.tariff.currency, Decimal(1), month.rounding(charge)(lacks),
        share=part.share, notes=(f"up to the least amount of {month.rounding(charge)(least)}",),
    )  # fmt: skip
    return [Priced(line)]


@price.register
def _percent(charge: Percent, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    base = total_of(above, charge.on)
    rate = charge.percent / HUNDRED
    amount = month.rounding(charge)(EXACT.multiply(base, rate))
    line = Line(charge.name, kind_of(charge), base, month.tariff.currency, rate, amount, share=part.share)
    return [Priced(line)]


@price.register
def _power_factor(charge: PowerFactor, month: BillingMonth, part: Part, above: Above) -> list[Priced]:
    load = month.load
    active = int(load.kwh.sum())
    if load.kvah is not None:
        whole = int(load.kvah.sum())
    else:
        reactive = None if load.kvarh is None else load.kvarh.sum(keepdims=True)
        whole = int(apparent(load.kwh.sum(keepdims=True), reactive)[0])
    if not whole:
        return []
    factor = charge.quantity(EXACT.divide(decimal(active), decimal(whole)))
    percent = percent_of(charge, factor)
    base = total_of(above, charge.on)
    amount = month.rounding(charge)(EXACT.multiply(base, percent / HUNDRED))
    line = Line(
        charge.name, kind_of(charge), base, month.tariff.currency, percent / HUNDRED, amount, share=part.share,
        notes=(f"power factor {factor}",),
    )  # fmt: skip
    return [Priced(line)]


def percent_of(charge: PowerFactor, factor: Decimal) -> Decimal:
    """Per cent of the named lines at a power factor, by the table."""
    before = ZERO
    for row in charge.table:
        if row.below is None:
            points = math.floor((factor - before) / POINT)
            return row.percent + row.each_point * points
        if factor < row.below:
            points = math.ceil((row.below - factor) / POINT)
            return row.percent + row.each_point * points
        before = row.below
    return ZERO
