"""Energy at a series of prices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np

from energy_workbench.analytics.tariffs.metered_energy import MINUTE, PER_KWH, Floats, Ints
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.prices import PricesCharge, PriceSeries
from energy_workbench.domain.tariffs.money import EXACT, of_micro, product, to_places
from energy_workbench.domain.time.clock import to_micros

SCALE = 12
"""Decimals of a price that are reckoned with."""


def prices_lines(charge: PricesCharge, part: Part) -> Iterator[Priced]:
    """The line of the energy of each interval at the price of its time.

    Raises
    ------
    InputError
        If its series is not given, or is coarser known than intervals begin.
    """
    series = charge.prices or part.agreement.series.get(charge.series)
    if series is None:
        given = ", ".join(part.agreement.series) or "none is given"
        raise InputError(f"{charge.name!r} is by the prices {charge.series!r}, and there are: {given}")
    if series.minutes % part.whole.minutes and part.whole.minutes % series.minutes:
        raise InputError(f"prices of {series.minutes} min and intervals of {part.whole.minutes} min do not fit")
    channel = part.channel("kWh" if charge.direction == "import" else "export", charge)
    sign = 1 if charge.direction == "import" else -1
    own = part.own(channel)
    places = _places(series, part)
    known = (places >= 0) & (places < len(series.values))
    prices = [EXACT.add(EXACT.multiply(each, charge.factor), charge.adder) for each in series.values]
    whole = np.array([int(to_places(each, SCALE).scaleb(SCALE)) for each in prices], dtype=object)
    energies = own.values[known].astype(np.int64).astype(object)
    priced = sign * int((energies * whole[places[known]]).sum()) if known.any() else 0
    amount = EXACT.divide(Decimal(priced), Decimal(PER_KWH * 10**SCALE))
    quantity = of_micro(int(own.values[known].sum()))
    mean = to_places(EXACT.divide(amount, quantity), 6) if quantity else Decimal(0)
    unpriced = of_micro(int(own.values[~known].sum()))
    line = part.line(charge, quantity, "kWh", mean, amount=amount)
    notes: tuple[str, ...] = ("the rate is the mean of the prices, by energy",)
    if unpriced:
        notes = (*notes, f"no price is known of {unpriced:f} kWh more")
    estimated = 0 if own.unsure is None else int(own.values[own.unsure].sum())
    missing = 0 if own.missing is None else int(own.missing.sum())
    line = replace(
        line,
        provisional=not known.all(),
        estimated=of_micro(estimated),
        missing_hours=product(Decimal(missing), Fraction(part.whole.minutes, 60)),
        could_change=abs(product(of_micro(estimated) + unpriced, mean)),
        notes=notes,
    )

    def costs() -> Floats:
        found = np.zeros(part.whole.count)
        own_costs = np.zeros(len(own.values))
        values = np.array([float(each) for each in prices])
        own_costs[known] = sign * own.values[known] / PER_KWH * values[places[known]]
        found[part.begin : part.stop] = own_costs
        return found

    yield Priced(line, costs)


def _places(series: PriceSeries, part: Part) -> Ints:
    """Index of the price of each interval of the part; of a longer interval, that of its beginning."""
    step = part.whole.minutes * MINUTE
    starts = part.whole.start + step * np.arange(part.begin, part.stop, dtype=np.int64)
    return (starts - to_micros(series.start)) // (series.minutes * MINUTE)
