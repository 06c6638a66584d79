"""Fixed charges: by days of the month, months or years."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.tariffs.charges.fixed import FixedCharge
from energy_workbench.domain.tariffs.money import EXACT


def fixed_lines(charge: FixedCharge, part: Part) -> Iterator[Priced]:
    """The line of a fixed charge."""
    times = part.times(charge.times, charge)
    if charge.per == "day":
        yield Priced(part.line(charge, EXACT.multiply(times, Decimal(part.days)), "d", charge.rate))
    elif charge.per == "year":
        yield Priced(part.line(charge, times, "year", charge.rate, share=part.share / 12))
    else:
        yield Priced(part.line(charge, times, "month", charge.rate, share=part.share))
