"""Bills of a meter: each billing month's lines, by the versions that hold in it and the months before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, localcontext
from zoneinfo import ZoneInfo

from energy_workbench.analytics.tariffs.bill import Agreement, Bill, History, MonthFacts
from energy_workbench.analytics.tariffs.measured_demand import by_key, measured
from energy_workbench.analytics.tariffs.metered_energy import MeteredEnergy, Span, span
from energy_workbench.analytics.tariffs.part import Part, Priced
from energy_workbench.analytics.tariffs.pricing import LINES
from energy_workbench.domain.tariffs.billing_months import BillingMonth, billing_months, earlier, earlier_of_year
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.holiday_calendar import HolidayCalendar
from energy_workbench.domain.tariffs.money import EXACT, of_micro, total
from energy_workbench.domain.tariffs.tariff import Tariff

NO_HOLIDAYS = HolidayCalendar()
PLAIN = Agreement()


@dataclass(frozen=True, slots=True, kw_only=True)
class Supply:
    """Where and how a meter is supplied.

    Attributes
    ----------
    zone : ZoneInfo
        Of the site: days, months and windows are its.
    holidays : HolidayCalendar
        Of the site, where the tariff states none; the plant's own days are added to the tariff's.
    agreement : Agreement
    billing_day : int or None
        Day on which a billing month begins; None for the tariff's.
    """

    zone: ZoneInfo
    holidays: HolidayCalendar = NO_HOLIDAYS
    agreement: Agreement = PLAIN
    billing_day: int | None = None


@dataclass(frozen=True, slots=True)
class PricedMonth:
    """A bill, and how its lines are spread over intervals.

    Attributes
    ----------
    bill : Bill
    span : Span
        Its intervals.
    parts : tuple of Part
        With their lines.
    """

    bill: Bill
    span: Span
    parts: tuple[Part, ...]

    @property
    def priced(self) -> Iterator[tuple[Part, Priced]]:
        """Its lines in their order."""
        return ((part, each) for part in self.parts for each in part.priced)


def bills(
    tariff: Tariff,
    energy: MeteredEnergy,
    first: date,
    end: date,
    supply: Supply,
    history: History | None = None,
    today: date | None = None,
) -> list[Bill]:
    """A bill for each billing month between two days.

    Parameters
    ----------
    first, end : date
        Days of the site; `end` is left out. A month that they cut is billed by its days.
    history : mapping of date to MonthFacts, optional
        Of earlier months, by their first day; months that are billed here are known to those after them.
    today : date, optional
        A month that has not ended by then is provisional.

    Raises
    ------
    InputError
        If the tariff does not hold on all days, or asks for what the meter does not tell or nobody stated.
    """
    found = []
    for month in priced_months(tariff, energy, first, end, supply, history, today):
        found.append(month.bill)
        # Lines know how they are spread over a part that knows them: a circle, with the month's arrays in it.
        for part in month.parts:
            part.priced.clear()
    return found


def priced_months(
    tariff: Tariff,
    energy: MeteredEnergy,
    first: date,
    end: date,
    supply: Supply,
    history: History | None = None,
    today: date | None = None,
) -> list[PricedMonth]:
    """Bills with what `interval_costs` needs; see `bills`."""
    if supply.billing_day is not None:
        tariff = replace(tariff, billing_day=supply.billing_day)
    months = billing_months(first, end, tariff.billing_day)
    tariff.parts(first, end)
    whole = span(energy, first, end, supply.zone, holidays_of(tariff, supply))
    known = dict(history or {})
    found = []
    with localcontext(EXACT):
        for month in months:
            priced = _month(tariff, month, whole, supply.agreement, known, today)
            found.append(priced)
            if month.whole:
                known[month.month_first] = priced.bill.facts
    return found


def months_needed(tariff: Tariff, first: date, end: date, billing_day: int | None = None) -> list[date]:
    """First days of the earlier months that bills between two days ask for, oldest first."""
    needed: set[date] = set()
    if billing_day is not None:
        tariff = replace(tariff, billing_day=billing_day)
    months = billing_months(first, end, tariff.billing_day)
    for month in months:
        first_day = month.month_first
        for version, _, _ in tariff.parts(month.first, month.end):
            for charge in version.charges:
                if isinstance(charge, DemandCharge) and charge.ratchet:
                    of = charge.ratchet.of
                    before = earlier(first_day, charge.ratchet.months, tariff.billing_day)
                    needed |= {each for each in before if not of or each.month in of}
                begins = getattr(charge, "year_begins", None)
                of_year = getattr(charge, "per", "") == "year" or getattr(charge, "per_year", False)
                if uses := getattr(charge, "hours_of_use", None):
                    named = version.demand_named(uses.demand)
                    begins = named.year_begins if named else 1
                if begins is not None and (uses or of_year):
                    needed |= set(earlier_of_year(first_day, begins, tariff.billing_day))
    return sorted(each for each in needed if each < months[0].month_first)


def holidays_of(tariff: Tariff, supply: Supply) -> HolidayCalendar:
    """The holidays of a tariff at a site: its own with the plant's, or the site's."""
    if tariff.holidays is None:
        return supply.holidays
    own = tariff.holidays
    days = tuple(dict.fromkeys((*own.days, *supply.holidays.days)))
    working = tuple(each for each in (*own.working, *supply.holidays.working) if each not in own.days)
    return replace(own, days=days, working=working)


def _month(
    tariff: Tariff, month: BillingMonth, whole: Span, agreement: Agreement, history: History, today: date | None
) -> PricedMonth:
    versions = tariff.parts(month.first, month.end)
    for version, _, _ in versions:
        for schedule in version.schedules:
            whole.windows(version, schedule)
    own = whole.cut(whole.index_of(month.first), whole.index_of(month.end))
    parts = []
    for version, since, until in versions:
        part = Part(
            tariff, version, month, since, until, own, own.index_of(since), own.index_of(until), agreement, history
        )
        for charge in version.charges:
            part.priced.extend(LINES[charge.kind](charge, part))
        parts.append(part)
    lines = tuple(each.line for part in parts for each in part.priced)
    if today is not None and month.month_end > today:
        lines = tuple(replace(each, provisional=True) for each in lines)
    missing = own.channels["kWh"].missing
    known = 1.0 if missing is None else 1 - float(missing.mean())
    bill = Bill(
        tariff=tariff.name,
        currency=tariff.currency,
        first=month.first,
        end=month.end,
        month=month.month_first,
        lines=lines,
        completeness=known,
        facts=_facts(own, parts),
    )
    return PricedMonth(bill, own, tuple(parts))


def _facts(own: Span, parts: Iterable[Part]) -> MonthFacts:
    demands: dict[str, Decimal] = {}
    energies: dict[str, Decimal] = {}
    amounts: dict[str, Decimal] = {}
    for part in parts:
        for charge in part.version.charges:
            if isinstance(charge, DemandCharge):
                demands |= dict(by_key(charge, measured(charge, part)))
        for each in part.priced:
            _add(amounts, each.line.charge, each.line.amount)
        for key, value in part.energies.items():
            _add(energies, key, value)
    return MonthFacts(
        energy=of_micro(int(own.channels["kWh"].values.sum())), demands=demands, energies=energies, amounts=amounts
    )


def _add(sums: dict[str, Decimal], key: str, value: Decimal) -> None:
    sums[key] = EXACT.add(sums.get(key, Decimal(0)), value)


def summed(bills: Iterable[Bill]) -> Mapping[str, Decimal]:
    """Amounts of some bills by charge."""
    found: dict[str, Decimal] = {}
    for bill in bills:
        for line in bill.lines:
            _add(found, line.charge, line.amount)
    return found


def total_of(bills: Iterable[Bill]) -> Decimal:
    """What some bills come to."""
    return total(each.total for each in bills)
