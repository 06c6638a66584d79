"""What each interval bears of a bill, so that intervals, days and meters add up to it.

Energy charges lie where their energy was, demand charges in proportion to the energy of their window, fixed charges
evenly over their days, per cent and taxes as the lines that they are of. Each interval's cost is told to 10⁻⁶ of the
currency; what is left of the bill, by its rounding too, is the remainder.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import Final

import numpy as np

from energy_workbench.analytics.tariffs.billing import PricedMonth
from energy_workbench.analytics.tariffs.metered_energy import MINUTE, Floats, Ints
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.tariffs.money import EXACT, of_micro

REMAINDER: Final = "rounding"
"""Name of the line of what no interval bears."""


@dataclass(frozen=True, slots=True)
class IntervalCosts:
    """Costs of the intervals of a bill.

    Attributes
    ----------
    starts : array of int64, shape (n,)
        When each begins [µs since 1970, UTC].
    minutes : int
    costs : array of int64, shape (n,)
        [10⁻⁶ of the currency].
    remainder : Decimal
        What the bill comes to beyond them, exactly.
    """

    starts: Ints
    minutes: int
    costs: Ints
    remainder: Decimal

    @property
    def total(self) -> Decimal:
        """Of the bill: its intervals and the remainder, exactly."""
        return EXACT.add(of_micro(int(self.costs.sum())), self.remainder)


def interval_costs(month: PricedMonth, charge: str | None = None) -> IntervalCosts:
    """What each interval of a bill bears.

    Parameters
    ----------
    charge : str, optional
        One charge alone; all by default.
    """
    with localcontext(EXACT):
        found = np.zeros(month.span.count, np.int64)
        amount = Decimal(0)
        for part, priced in month.priced:
            if charge is not None and priced.line.charge != charge:
                continue
            found += np.rint(spread_of(part, priced) * 1e6).astype(np.int64)
            amount += priced.line.amount
        starts = month.span.start + month.span.minutes * MINUTE * np.arange(month.span.count, dtype=np.int64)
        return IntervalCosts(starts, month.span.minutes, found, amount - of_micro(int(found.sum())))


def spread_of(part: Part, priced: Priced) -> Floats:
    """What each interval of the month bears of a line [currency]."""
    return (priced.costs or part.spread(priced.line.amount, part.evenly))()
