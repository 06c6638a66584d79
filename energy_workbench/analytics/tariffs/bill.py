"""The bill of one billing month."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics.tariffs import kinds as _kinds  # noqa: F401  registers what gives lines
from energy_workbench.analytics.tariffs.costs import Costs, costs_of
from energy_workbench.analytics.tariffs.demand import measured
from energy_workbench.analytics.tariffs.line import Line, Priced
from energy_workbench.analytics.tariffs.load import Load, decimal
from energy_workbench.analytics.tariffs.local_time import midnight
from energy_workbench.analytics.tariffs.month import Account, BillingMonth, EarlierMonth, Part
from energy_workbench.analytics.tariffs.price import price
from energy_workbench.analytics.tariffs.prices import Prices
from energy_workbench.domain.tariffs.charges.basis import DemandBasis
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.days import HolidayCalendar
from energy_workbench.domain.tariffs.rounding import EXACT
from energy_workbench.domain.tariffs.tariff import Tariff

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

ZERO, TWELVE = Decimal(0), Decimal(12)
PEAK = DemandBasis("kW", 15)


@dataclass(frozen=True)
class Bill:
    """What a meter costs in a billing month.

    Attributes
    ----------
    first, end : date
        First day, and the day after the last.
    lines : tuple of Line
        In the order of the tariff; of each version by itself.
    depends_on : tuple of str
        Earlier months that it uses (`2026-03`), known or not.
    completeness : Decimal
        Of the intervals those that are known [1].
    """

    tariff: str
    currency: str
    first: date
    end: date
    lines: tuple[Line, ...]
    depends_on: tuple[str, ...]
    completeness: Decimal
    _month: BillingMonth
    _parts: list[tuple[Part, list[Priced], dict[str, tuple[str, ...]]]]

    @cached_property
    def total(self) -> Decimal:
        """Σ of the lines, exactly [currency]."""
        return sum((line.amount for line in self.lines), ZERO)

    @cached_property
    def taxes(self) -> Decimal:
        """Σ of the lines of the kind `tax` [currency]."""
        return sum((line.amount for line in self.lines if line.kind == "tax"), ZERO)

    @property
    def provisional(self) -> bool:
        """Whether any line is."""
        return any(line.provisional for line in self.lines)

    @cached_property
    def facts(self) -> EarlierMonth:
        """What later bills need of this month."""
        month, peak = self._month, measured(self._month, PEAK, None).value
        return EarlierMonth(month.facts_energy, month.facts_demand, decimal(int(month.load.kwh.sum())), peak)

    def costs(self) -> Costs:
        """What every interval costs."""
        return costs_of(self._month.load.starts, self.total, self._parts)


def bill(
    tariff: Tariff,
    load: Load,
    first: date,
    end: date,
    *,
    zone: ZoneInfo,
    calendar: HolidayCalendar | None = None,
    account: Account | None = None,
    earlier: Mapping[str, EarlierMonth] | None = None,
    prices: Mapping[str, Prices] | None = None,
    running: bool = False,
) -> Bill:
    """The bill of a billing month.

    Parameters
    ----------
    load : Load
        Of the month at least; intervals outside of it are not looked at.
    first, end : date
        Its first day, and the day after its last, of the site.
    zone : ZoneInfo
        Of the site: windows are of its clock.
    calendar : HolidayCalendar, optional
        Of the site; a tariff that names a country goes before, the own days of both count.
    earlier : mapping of str to EarlierMonth, optional
        By month (`2026-03`) what is known of it.
    prices : mapping of str to Prices, optional
        By the name of a series.
    running : bool
        Whether the month is not over, so that every line is provisional.

    Returns
    -------
    Bill
        Sums of lines are exact: energies are whole milliwatt-hours, money is decimal, each line rounded once as its
        charge says.

    Raises
    ------
    InputError
        If a day is before the first version, or the meter does not measure what is charged.
    """
    whole = load.between(midnight(first, zone), midnight(end, zone))
    month = BillingMonth(
        tariff, whole, first, end, zone=zone, calendar=_calendar(tariff, calendar), account=account or Account(),
        earlier=earlier or {}, prices=prices or {},
    )  # fmt: skip
    parts = []
    for part in month.parts:
        above: dict[str, list[Priced]] = {}
        for charge in part.version.charges:
            if not _applies(charge, month):
                continue
            above[charge.name] = price(charge, month, part, above)
        made_of = {charge.name: getattr(charge, "on", ()) for charge in part.version.charges}
        parts.append((part, [each for lines in above.values() for each in lines], made_of))
    if tariff.total_rounding is not None:
        _round_total(tariff, parts)
    lines = tuple(each.line for _, priced, _ in parts for each in priced)
    known = int(whole.known.sum())
    return Bill(
        tariff.name, tariff.currency, first, end,
        tuple(replace(line, provisional=True) for line in lines) if running else lines,
        tuple(sorted(month.asked)),
        (Decimal(known) / max(len(whole.known), 1)).quantize(Decimal("0.000001")),
        month, parts,
    )  # fmt: skip


def _calendar(tariff: Tariff, site: HolidayCalendar | None) -> HolidayCalendar:
    of_site = site or HolidayCalendar()
    if tariff.country:
        return HolidayCalendar(tariff.country, tariff.region, {**of_site.own, **tariff.own_days})
    return of_site.with_own(tariff.own_days) if tariff.own_days else of_site


def _applies(charge: Charge, month: BillingMonth) -> bool:
    """Whether the hours of use are those of a charge: of this month and the eleven before, as far as they are known."""
    low, high = charge.common.hours_from, charge.common.hours_below
    if low is None and high is None:
        return True
    peak, energy, known = measured(month, PEAK, None).value, decimal(int(month.load.kwh.sum())), 1
    for back in range(1, 12):
        earlier = month.earlier(back)
        if earlier is not None and earlier.kwh is not None and earlier.peak_kw is not None:
            peak, energy, known = max(peak, earlier.peak_kw), energy + earlier.kwh, known + 1
    if not peak:
        return low is None
    hours = EXACT.divide(energy * TWELVE, peak * known)
    return (low is None or hours >= low) and (high is None or hours < high)


def _round_total(tariff: Tariff, parts: list[tuple[Part, list[Priced], dict[str, tuple[str, ...]]]]) -> None:
    """A line with what the rounding of the total adds."""
    assert tariff.total_rounding is not None
    total = sum((each.line.amount for _, priced, _ in parts for each in priced), ZERO)
    if parts and (rest := tariff.total_rounding(total) - total):
        parts[-1][1].append(Priced(Line("Rounding", "rounding", None, tariff.currency, None, rest)))
