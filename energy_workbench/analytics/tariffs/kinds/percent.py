"""Per cent of lines, taxes, and the minimum that lines come to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np

from energy_workbench.analytics.tariffs.kinds.energy import unit_line
from energy_workbench.analytics.tariffs.metered_energy import Floats
from energy_workbench.analytics.tariffs.part import Part, Priced, sum_of
from energy_workbench.domain.tariffs.charges.charge import OnLines
from energy_workbench.domain.tariffs.charges.percent import MinimumCharge, PercentCharge, TaxCharge
from energy_workbench.domain.tariffs.money import EXACT, product, total


def percent_lines(charge: PercentCharge, part: Part) -> Iterator[Priced]:
    """The line of a surcharge or discount."""
    yield from percent_line(charge, part, charge.percent, part.above(charge.of))


def tax_lines(charge: TaxCharge, part: Part) -> Iterator[Priced]:
    """The line of a tax."""
    if charge.percent is not None:
        yield from percent_line(charge, part, charge.percent, part.above(charge.of))
        return
    assert charge.rate is not None
    yield from unit_line(charge, part, charge.unit, charge.rate)


def percent_line(charge: OnLines, part: Part, percent: Decimal, of: Sequence[Priced]) -> Iterator[Priced]:
    """Per cent of some lines, spread as they are."""
    base = sum_of(of)
    could_change = total(each.line.could_change for each in of)
    line = part.line(
        charge,
        base,
        "%",
        percent,
        amount=product(base, percent, Decimal("0.01")),
        provisional=any(each.line.provisional for each in of),
        could_change=abs(product(could_change, percent, Decimal("0.01"))),
    )
    yield Priced(line, part.spread(line.amount, lambda: costs_of(of, part)))


def costs_of(of: Sequence[Priced], part: Part) -> Floats:
    """What each interval bears of some lines [currency]."""
    found = np.zeros(part.whole.count)
    for each in of:
        spread = each.costs or part.spread(each.line.amount, part.evenly)
        found += spread()
    return found


def minimum_lines(charge: MinimumCharge, part: Part) -> Iterator[Priced]:
    """The line of what others are short of a minimum; none where they are not."""
    of = part.above(charge.of)
    times = part.times(charge.times, charge)
    least = EXACT.multiply(charge.least, times)
    if charge.per == "year":
        months = part.months_of_year(charge.year_begins)
        if len(months) < 11 or part.end != part.month.month_end:
            return
        known = [part.history[each] for each in months if each in part.history]
        names = set(charge.of) or {each.line.charge for each in part.priced}
        reached = total(amount for each in known for name, amount in each.amounts.items() if name in names)
        short = least - reached - sum_of(of)
        if short > 0:
            line = part.line(charge, Decimal(1), "year", short, amount=short)
            yield Priced(replace(line, depends_on=tuple(months), provisional=len(known) < len(months)))
        return
    floor = product(least, Decimal(part.days)) if charge.per == "day" else product(least, part.share)
    short = floor - sum_of(of)
    if short > 0:
        line = part.line(charge, Decimal(1), "month", short, amount=short)
        yield Priced(replace(line, notes=(f"the lines it is of come to {sum_of(of):f}, and {floor:f} at least",)))
