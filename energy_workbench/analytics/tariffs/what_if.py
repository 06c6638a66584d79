"""What would have been: another tariff, a part of the load at other hours, another contract demand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import numpy as np

from energy_workbench.analytics.tariffs.bill import Bill, History
from energy_workbench.analytics.tariffs.billing import Supply, bills, summed, total_of
from energy_workbench.analytics.tariffs.metered_energy import Flags, Ints, MeteredEnergy, span
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.calendar_words import Hours
from energy_workbench.domain.tariffs.charges.demand import DemandCharge
from energy_workbench.domain.tariffs.money import EXACT
from energy_workbench.domain.tariffs.tariff import Tariff


@dataclass(frozen=True, slots=True)
class Outcome:
    """What bills of a time come to.

    Attributes
    ----------
    bills : tuple of Bill
    total : Decimal
    by_charge : mapping of str to Decimal
    """

    bills: tuple[Bill, ...]
    total: Decimal
    by_charge: Mapping[str, Decimal]


def outcome(
    tariff: Tariff, energy: MeteredEnergy, first: date, end: date, supply: Supply, history: History | None = None
) -> Outcome:
    """What a tariff makes of metered energy; see `bills`."""
    found = tuple(bills(tariff, energy, first, end, supply, history))
    return Outcome(found, total_of(found), summed(found))


def moved(
    energy: MeteredEnergy,
    share: float,
    away_from: Iterable[Hours],
    to: Iterable[Hours],
    first: date,
    end: date,
    supply: Supply,
) -> MeteredEnergy:
    """A share of each day's energy of some hours drawn at others of the same day, evenly; no energy is lost.

    Parameters
    ----------
    share : float
        0 to 1 (0.3 for 30 %).
    away_from, to : iterable of Hours
        Of the site's clock.

    Raises
    ------
    InputError
        If it is no share, or hours are in both.
    """
    if not 0 <= share <= 1:
        raise InputError(f"{share:g} is no share of a load: 0 to 1, 0.3 for 30 %")
    whole = span(energy, first, end, supply.zone, supply.holidays)
    leaving, arriving = _within(whole.minute, away_from), _within(whole.minute, to)
    if (leaving & arriving).any():
        raise InputError("some hours are both left and moved to: keep them apart")
    channel = whole.channels["kWh"]
    values = channel.values / 1e6
    days = whole.day - int(whole.day[0])
    taken = np.where(leaving, values * share, 0.0)
    known = arriving if channel.missing is None else arriving & ~channel.missing
    room = np.bincount(days, known.astype(float), days[-1] + 1)
    per_day = np.bincount(days, taken, days[-1] + 1)
    # A day without an hour to move to keeps what it has.
    taken = np.where(room[days] > 0, taken, 0.0)
    added = np.where(known & (room[days] > 0), per_day[days] / np.maximum(room[days], 1), 0.0)
    imported = values - taken + added
    if channel.missing is not None:
        imported = np.where(channel.missing, np.nan, imported)
    starts = whole.start + whole.minutes * 60_000_000 * np.arange(whole.count, dtype=np.int64)
    estimated = None if channel.unsure is None else channel.unsure & ~np.isnan(imported)
    return MeteredEnergy(starts=starts, minutes=whole.minutes, imported=imported, estimated=estimated)


def best_contract_demand(
    tariff: Tariff,
    energy: MeteredEnergy,
    first: date,
    end: date,
    supply: Supply,
    history: History | None = None,
    step: Decimal = Decimal(1),
) -> tuple[Decimal, Mapping[Decimal, Decimal]]:
    """The contract demand at which bills of a time come to least, and what they come to at each that was tried.

    What bills come to is linear in the contract demand between the values at which a month's demand begins to be
    below the minimum or above the contract: the least is at one of them, to a step.

    Raises
    ------
    InputError
        If nothing of the tariff is by contract demand.
    """
    terms = [
        (charge, charge.contract)
        for version in tariff.versions
        for charge in version.charges
        if isinstance(charge, DemandCharge) and charge.contract
    ]
    if not terms:
        raise InputError(f"nothing of tariff {tariff.name!r} is by a contract demand")

    def cost(contract: Decimal) -> Outcome:
        agreement = replace(supply.agreement, contract_demand=contract)
        return outcome(tariff, energy, first, end, replace(supply, agreement=agreement), history)

    demands = [
        value
        for bill in cost(step).bills
        for key, value in bill.facts.demands.items()
        for charge, _ in terms
        if key == charge.name or key.startswith(f"{charge.name}/")
    ]
    kinks = {EXACT.divide(value, 1 + contract.tolerance) for value in demands for _, contract in terms}
    kinks |= {
        EXACT.divide(v, contract.minimum_share) for v in demands for _, contract in terms if contract.minimum_share
    }
    tried = {
        max(EXACT.multiply(EXACT.divide(kink, step).to_integral_value(way), step), step)
        for kink in kinks
        for way in (ROUND_FLOOR, ROUND_CEILING)
    }
    costs = {contract: cost(contract).total for contract in sorted(tried)}
    return min(costs, key=lambda contract: (costs[contract], contract)), costs


def _within(minute: Ints, hours: Iterable[Hours]) -> Flags:
    found = np.zeros(len(minute), bool)
    for each in hours:
        found |= ((minute - each.start) % 1440) < each.end - each.start
    return found
