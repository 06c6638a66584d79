"""What a bill is: lines, their sum, what they rest on, and what later months will ask of this one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from energy_workbench.domain.tariffs.charges.prices import PriceSeries
from energy_workbench.domain.tariffs.money import total


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a bill.

    Attributes
    ----------
    charge, kind : str
        Name of the charge, and its kind; a tax's is `tax`.
    window, block : str
        Which window and block of the charge; empty where it has none. A block is told by its bounds (`100-300`).
    detail : str
        What kind of line it is beside that: `excess`, `correction`; empty for the charge itself.
    quantity, unit, rate : Decimal, str, Decimal
        `amount` is quantity × rate × share, rounded as the charge states; of per cent the quantity is what it is of.
    share : Fraction
        Of the month, by days, that the line is of.
    amount : Decimal
    since, until : date
        Days of which it is; `until` is left out.
    at : tuple of datetime
        When the demand was, UTC: beginnings of its blocks.
    estimated : Decimal
        How much of the quantity is estimated.
    missing_hours : Decimal
        For how long nothing is known of it [h].
    could_change : Decimal
        By how much the amount might differ, as far as can be said: what rests on estimates, and what might be missing.
    provisional : bool
        Whether it is of a month that is still running, or rests on months that are not known.
    depends_on : tuple of date
        Earlier months, by their first day, that it rests on.
    notes : tuple of str
        What is worth knowing of it.
    """

    charge: str
    kind: str
    quantity: Decimal
    unit: str
    rate: Decimal
    amount: Decimal
    since: date
    until: date
    window: str = ""
    block: str = ""
    detail: str = ""
    share: Fraction = Fraction(1)
    at: tuple[datetime, ...] = ()
    estimated: Decimal = Decimal(0)
    missing_hours: Decimal = Decimal(0)
    could_change: Decimal = Decimal(0)
    provisional: bool = False
    depends_on: tuple[date, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """The charge, and its window where it has one, as `MonthFacts` names it."""
        return key_of(self.charge, self.window)


def key_of(charge: str, window: str = "") -> str:
    """How `MonthFacts` names a charge, or a window of it."""
    return f"{charge}/{window}" if window else charge


@dataclass(frozen=True, slots=True, kw_only=True)
class MonthFacts:
    """What later months ask of a month.

    Attributes
    ----------
    energy : Decimal or None
        Imported [kWh]; None where it is not known.
    demands : mapping of str to Decimal
        Measured, by charge, or charge and window (`Demand/peak`), in the charge's unit.
    energies : mapping of str to Decimal
        By energy charge, or charge and window.
    amounts : mapping of str to Decimal
        By charge.
    """

    energy: Decimal | None = None
    demands: Mapping[str, Decimal] = field(default_factory=dict)
    energies: Mapping[str, Decimal] = field(default_factory=dict)
    amounts: Mapping[str, Decimal] = field(default_factory=dict)


History = Mapping[date, MonthFacts]
"""Facts of earlier months, by their first day: of bills, or typed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What holds of a meter's supply beside the tariff.

    Attributes
    ----------
    contract_demand : Decimal or None
        In the unit of the demand charge.
    meters : int
        How many meters fixed charges are for.
    hours_of_use : Decimal or None
        Of a year, as agreed until the year's last month settles it [h]; None for the months so far, as a year's.
    peaks : mapping of str to tuple of datetime
        By demand charge, the instants that the utility named.
    series : mapping of str to PriceSeries
        By their name.
    """

    contract_demand: Decimal | None = None
    meters: int = 1
    hours_of_use: Decimal | None = None
    peaks: Mapping[str, tuple[datetime, ...]] = field(default_factory=dict)
    series: Mapping[str, PriceSeries] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """A bill of one billing month, or of some of its days.

    Attributes
    ----------
    tariff, currency : str
    first, end : date
        Days of the site; `end` is left out.
    month : date
        First day of the billing month.
    lines : tuple of Line
    completeness : float
        Share of its time of which the imported energy is known [0 to 1].
    facts : MonthFacts
        For later months.
    """

    tariff: str
    currency: str
    first: date
    end: date
    month: date
    lines: tuple[Line, ...]
    completeness: float
    facts: MonthFacts

    @property
    def total(self) -> Decimal:
        """Sum of its lines, exactly."""
        return total(line.amount for line in self.lines)

    @property
    def taxes(self) -> Decimal:
        """Sum of its taxes, which are among the lines."""
        return total(line.amount for line in self.lines if line.kind == "tax")

    @property
    def provisional(self) -> bool:
        """Whether any line is."""
        return any(line.provisional for line in self.lines)

    @property
    def depends_on(self) -> tuple[date, ...]:
        """Earlier months, by their first day, that it rests on."""
        return tuple(sorted({month for line in self.lines for month in line.depends_on}))
