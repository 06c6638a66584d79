"""The days of a billing month for which one version holds, with all that a charge is priced by."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from energy_workbench.analytics.tariffs.bill import Agreement, History, Line
from energy_workbench.analytics.tariffs.metered_energy import Channel, Floats, Span
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.billing_months import BillingMonth, earlier, earlier_of_year
from energy_workbench.domain.tariffs.charges.charge import Charge, Times
from energy_workbench.domain.tariffs.money import EXACT, product, total
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.tariff import Tariff, Version

WHOLE: Final = Fraction(1)
"""Share of a line that is of all its month."""

Costs = Callable[[], Floats]
"""Gives what each interval of the month bears of a line [currency], about its amount in sum."""


@dataclass(frozen=True, slots=True)
class Priced:
    """A line, and how it is spread over the intervals of the month; evenly over its days where nothing is said."""

    line: Line
    costs: Costs | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """The demand of a month, in a window.

    Attributes
    ----------
    value : Decimal
        [kW, kVA or kvar].
    at : tuple of datetime
        Beginnings of its blocks, UTC.
    could_be : Decimal
        What it would be by estimated blocks too, where that is more.
    unknown : int
        Blocks of which some energy is missing.
    notes : tuple of str
    """

    value: Decimal
    at: tuple[datetime, ...] = ()
    could_be: Decimal = Decimal(0)
    unknown: int = 0
    notes: tuple[str, ...] = ()


@dataclass
class Part:
    """What charges are priced by.

    Attributes
    ----------
    tariff, version : Tariff, Version
    month : BillingMonth
    first, end : date
        Its days; `end` is left out.
    whole : Span
        Intervals of the month, as far as it is billed.
    begin, stop : int
        Which of them are its own.
    agreement : Agreement
    history : History
    priced : list of Priced
        Lines of the charges above.
    demands : dict of str to mapping of str to Demand
        By demand charge and window, what was measured.
    energies : dict of str to Decimal
        By energy charge and window, as `MonthFacts` names them, whether it applies or not.
    """

    tariff: Tariff
    version: Version
    month: BillingMonth
    first: date
    end: date
    whole: Span
    begin: int
    stop: int
    agreement: Agreement
    history: History
    priced: list[Priced] = field(default_factory=list)
    demands: dict[str, Mapping[str, Demand]] = field(default_factory=dict)
    energies: dict[str, Decimal] = field(default_factory=dict)

    @cached_property
    def days(self) -> int:
        """How many."""
        return (self.end - self.first).days

    @cached_property
    def share(self) -> Fraction:
        """Of the month, by days."""
        return Fraction(self.days, self.month.days)

    @property
    def calendar_month(self) -> str:
        """The month in which the billing month begins: `2026-04`."""
        return f"{self.month.month_first:%Y-%m}"

    def channel(self, unit: str, charge: Charge) -> Channel:
        """A quantity of the month's intervals.

        Raises
        ------
        InputError
            If the meter does not tell it.
        """
        if unit == "export" and unit not in self.whole.channels:
            return Channel(np.zeros(self.whole.count), None, None)
        if unit not in self.whole.channels:
            needed = "reactive or apparent energy" if unit == "kVAh" else "reactive energy"
            raise InputError(
                f"{charge.name!r} is by {unit}, and the meter tells no {needed}: "
                "add the register, or assign a tariff without it"
            )
        return self.whole.channels[unit]

    def own(self, channel: Channel) -> Channel:
        """What of a quantity is of its days."""
        return channel if (self.begin, self.stop) == (0, self.whole.count) else channel.cut(self.begin, self.stop)

    def windows(self, schedule: str) -> NDArray[np.int16]:
        """Index of the window of each of the month's intervals."""
        return self.whole.windows(self.version, schedule)

    def names(self, schedule: str) -> tuple[str, ...]:
        """Names of a schedule's windows."""
        return self.version.compiled[schedule].names if schedule else ("",)

    def notes(self, schedule: str) -> tuple[str, ...]:
        """What is to be said of the windows of its lines."""
        if schedule and self.whole.count and self.whole.straddles(self.version, schedule):
            return (f"intervals of {self.whole.minutes} min reach over edges of windows: priced by where they begin",)
        return ()

    def times(self, times: Times, charge: Charge) -> Decimal:
        """How often a rate is charged.

        Raises
        ------
        InputError
            If it is by a contract that nobody stated.
        """
        if times == "once":
            return Decimal(1)
        meters = Decimal(self.agreement.meters)
        if times == "contract_demand":
            return self.contract_demand(charge, None)
        return meters if times == "meters" else meters - 1

    def contract_demand(self, charge: Charge, stated: Decimal | None) -> Decimal:
        """What is contracted.

        Raises
        ------
        InputError
            If nobody stated it.
        """
        found = self.agreement.contract_demand if self.agreement.contract_demand is not None else stated
        if found is None:
            raise InputError(f"{charge.name!r} is by contract demand, and none is stated: state the meter's")
        return found

    def months_before(self, count: int) -> list[date]:
        """First days of so many billing months before this one, oldest first."""
        return earlier(self.month.month_first, count, self.tariff.billing_day)

    def months_of_year(self, year_begins: int) -> list[date]:
        """First days of the months of the year before this one."""
        return earlier_of_year(self.month.month_first, year_begins, self.tariff.billing_day)

    def above(self, names: Iterable[str]) -> list[Priced]:
        """Lines of the charges of some names; all above for none."""
        wanted = set(names)
        return [each for each in self.priced if not wanted or each.line.charge in wanted]

    def line(
        self,
        charge: Charge,
        quantity: Decimal,
        unit: str,
        rate: Decimal,
        *,
        share: Fraction = WHOLE,
        amount: Decimal | None = None,
        **more: Any,
    ) -> Line:
        """A line of a charge: quantity × rate × share, rounded as it states; with more that is to be said."""
        if amount is None:
            amount = EXACT.multiply(quantity, rate) if share is WHOLE else product(quantity, rate, share)
        return Line(
            charge=charge.name,
            kind=charge.kind,
            quantity=quantity,
            unit=unit,
            rate=rate,
            amount=self.rounding(charge).of_amount(amount),
            since=self.first,
            until=self.end,
            share=share,
            **more,
        )

    def rounding(self, charge: Charge) -> Rounding:
        """How a charge rounds."""
        return self.tariff.rounding_of(charge)

    def spread(self, amount: Decimal, weights: Callable[[], Floats]) -> Costs:
        """An amount in proportion to weights of the month's intervals; evenly over its days where they are all 0."""

        def costs() -> Floats:
            found = weights()
            whole = found.sum()
            if not whole:
                found = self.evenly()
                whole = found.sum()
            return found * (float(amount) / whole) if whole else found

        return costs

    def evenly(self) -> Floats:
        """The same for each interval of its days."""
        found = np.zeros(self.whole.count)
        found[self.begin : self.stop] = 1.0
        return found

    def weights(self, channel: Channel, schedule: str, window: int) -> Callable[[], Floats]:
        """A quantity of its days, within a window."""

        def found() -> Floats:
            inside = self.evenly() * channel.values
            return np.where(self.windows(schedule) == window, inside, 0.0) if schedule else inside

        return found


def sum_of(priced: Iterable[Priced]) -> Decimal:
    """Of their lines."""
    return total(each.line.amount for each in priced)
