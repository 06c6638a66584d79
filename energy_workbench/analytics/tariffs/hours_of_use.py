"""A year so far: its maximum demand, its hours of use, and what earlier months were billed by less than that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

from energy_workbench.analytics.tariffs.bill import Line, MonthFacts
from energy_workbench.analytics.tariffs.measured_demand import highest_of, measured
from energy_workbench.analytics.tariffs.metered_energy import PER_KWH
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.domain.tariffs.charges.charge import Charge, HoursOfUse
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.money import EXACT, product


@dataclass(frozen=True, slots=True)
class Year:
    """The months of a year before this one, as far as they are known.

    Attributes
    ----------
    months : tuple of date
        All of them, by their first day.
    facts : tuple of MonthFacts
        Of those that are known.
    applies : tuple of bool
        Whether the charge applied by what was known in each of them, and now.
    """

    months: tuple[date, ...]
    facts: tuple[MonthFacts, ...]
    applies: tuple[bool, ...]

    @property
    def provisional(self) -> bool:
        """Whether some month of it is not known."""
        return len(self.facts) < len(self.months)

    @property
    def applied(self) -> bool:
        """Whether the charge applied in the month before."""
        return len(self.applies) > 1 and self.applies[-2]

    @property
    def now(self) -> bool:
        """Whether it applies now."""
        return self.applies[-1]


def year_so_far(condition: HoursOfUse | None, part: Part, charge: DemandCharge | None = None) -> Year:
    """The year of a charge that is settled by it.

    Hours of use are its energy so far ÷ its maximum so far × 12 ÷ its months so far; what the agreement states holds
    instead until the year's last month.
    """
    demand = charge if condition is None else part.version.demand_named(condition.demand)
    assert demand is not None
    months = tuple(part.months_of_year(demand.year_begins))
    facts = tuple(part.history[each] for each in months if each in part.history)
    if condition is None:
        return Year(months, facts, (True,) * (len(facts) + 1))
    energy, peak = Decimal(0), Decimal(0)
    agreed = part.agreement.hours_of_use
    applies = []
    own = MonthFacts(
        energy=Decimal(int(part.whole.channels["kWh"].values.sum())) / PER_KWH,
        demands={demand.name: highest_of(measured(demand, part))},
    )
    for number, each in enumerate((*facts, own), start=1):
        energy += each.energy or Decimal(0)
        peak = max(peak, peak_of(each, demand.name))
        hours = EXACT.divide(energy * 12, peak * number) if peak else Decimal(0)
        applies.append(condition.holds(agreed if agreed is not None and number < 12 else hours))
    return Year(months, facts, tuple(applies))


def peak_of(facts: MonthFacts, charge: str) -> Decimal:
    """The highest demand that a month has of a charge, in any of its windows."""
    return max(
        (value for key, value in facts.demands.items() if key == charge or key.startswith(f"{charge}/")),
        default=Decimal(0),
    )


def settled(
    charge: Charge, part: Part, year: Year, lines: Sequence[Priced], known_now: Decimal, billed: Decimal
) -> Iterator[Priced]:
    """This month's lines where the charge applies, and what earlier months of the year are short of, or too much.

    Parameters
    ----------
    known_now : Decimal
        What earlier months come to by what is known now.
    billed : Decimal
        What they came to by what was known in the month before.
    """
    if year.now:
        for each in lines:
            yield Priced(_of_year(each.line, year), each.costs)
    correction = (known_now if year.now else Decimal(0)) - (billed if year.applied else Decimal(0))
    of_part = Fraction(part.days, (part.month.end - part.month.first).days)
    amount = product(correction, of_part)
    if amount:
        line = part.line(charge, Decimal(1), "correction", amount, amount=amount)
        notes = ("earlier months of the year, by what is known now",)
        yield Priced(_of_year(replace(line, detail="correction", notes=notes), year))


def _of_year(line: Line, year: Year) -> Line:
    return replace(line, depends_on=year.months, provisional=line.provisional or year.provisional)
