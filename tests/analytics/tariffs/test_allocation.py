"""Bills allocated: who bears what, and that it is the bill."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.allocation import Allocation, User, allocated
from energy_workbench.analytics.tariffs.billing import Supply, priced_months
from energy_workbench.analytics.tariffs.largest_remainder import divided
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.money import total
from tests.analytics.tariffs.loads import UTC, metered, tariff_of

FIRST, END, COUNT = date(2026, 4, 1), date(2026, 5, 1), 30 * 96
CHARGES = """
kind: energy, name: Energy, schedule: tou, rates: {day: 0.30, night: 0.10}
kind: demand, name: Demand, rate: 10
kind: fixed, name: Meter, rate: 100
kind: tax, name: VAT, percent: 19
"""
TOU = """
    schedules:
      tou:
        day: [{hours: 06:00-22:00}]
        night: rest
"""


def share(result: Allocation, user: str, charge: str) -> Decimal:
    return total(each.amount for each in result.shares if (each.user, each.charge) == (user, charge))


def allocation(users: list[User], site: np.ndarray, by: str = "coincidence") -> Allocation:
    tariff = tariff_of(CHARGES, version=TOU)
    (month,) = priced_months(tariff, metered(FIRST, site), FIRST, END, Supply(zone=UTC))
    result = allocated(month, users, by)  # type: ignore[arg-type]
    assert result.total == month.bill.total
    return result


def test_energy_is_borne_at_the_price_of_its_time() -> None:
    hour = np.arange(COUNT) % 96 // 4
    day = np.where((hour >= 6) & (hour < 22), 1.0, 0.0)
    result = allocation([User(name="day", energy=day), User(name="night", energy=1 - day)], np.ones(COUNT))
    assert share(result, "day", "Energy") == Decimal("0.30") * int(day.sum())
    assert share(result, "night", "Energy") == Decimal("0.10") * int((1 - day).sum())


def test_demand_is_borne_by_what_each_drew_then_or_by_own_peaks() -> None:
    site, one, other = np.full(COUNT, 2.0), np.ones(COUNT), np.ones(COUNT)
    one[700], other[700], site[700] = 6, 2, 8
    other[100], one[100], site[100] = 4, 1, 5
    users = [User(name="one", energy=one), User(name="other", energy=other)]
    then = allocation(users, site)
    assert (share(then, "one", "Demand"), share(then, "other", "Demand")) == (240, 80)
    own = allocation(users, site, "own_peak")
    assert (share(own, "one", "Demand"), share(own, "other", "Demand")) == (192, 128)


def test_losses_common_loads_and_fixed_charges_are_borne_by_keys() -> None:
    users = [
        User(name="big", energy=np.full(COUNT, 0.25), key=300),
        User(name="small", energy=np.full(COUNT, 0.25), key=100),
    ]
    result = allocation(users, np.ones(COUNT))
    assert result.common_kwh == COUNT / 2
    assert (share(result, "big", "Meter"), share(result, "small", "Meter")) == (75, 25)
    # Half of the energy is theirs, a quarter each; of the other half three quarters and one.
    energy = share(result, "big", "Energy") + share(result, "small", "Energy")
    assert share(result, "big", "Energy") == energy * 5 / 8


def test_taxes_are_borne_as_what_they_are_of() -> None:
    users = [User(name="one", energy=np.full(COUNT, 0.7)), User(name="other", energy=np.full(COUNT, 0.3))]
    result = allocation(users, np.ones(COUNT))
    before = {
        name: sum(share(result, name, charge) for charge in ("Energy", "Demand", "Meter")) for name in ("one", "other")
    }
    assert share(result, "one", "VAT") == pytest.approx(before["one"] * Decimal("0.19"), abs=Decimal("0.01"))


def test_where_they_drew_more_than_the_site_it_is_theirs_in_proportion() -> None:
    users = [User(name="one", energy=np.ones(COUNT)), User(name="other", energy=np.full(COUNT, 3.0))]
    result = allocation(users, np.full(COUNT, 2.0))
    assert result.common_kwh == -2 * COUNT
    assert share(result, "other", "Energy") == share(result, "one", "Energy") * 3


def test_what_nobody_drew_is_borne_by_keys() -> None:
    users = [User(name="one", energy=np.zeros(COUNT), key=3), User(name="other", energy=np.zeros(COUNT), key=1)]
    result = allocation(users, np.zeros(COUNT))
    assert (share(result, "one", "Meter"), share(result, "other", "Meter")) == (75, 25)
    assert share(result, "one", "VAT") == Decimal("14.25")


def test_a_cent_that_is_left_goes_to_the_largest_remainder() -> None:
    assert divided(Decimal("100.00"), {"a": 1, "b": 1, "c": 1}) == {
        "a": Decimal("33.34"),
        "b": Decimal("33.33"),
        "c": Decimal("33.33"),
    }
    assert divided(Decimal("-0.05"), {"a": 1, "b": 2}) == {"a": Decimal("-0.02"), "b": Decimal("-0.03")}
    assert divided(Decimal("10"), {"a": 0, "b": 0}) == {"a": 5, "b": 5}
    with pytest.raises(ValueError, match="among somebody"):
        divided(Decimal(1), {})


def test_users_are_some_each_with_a_name_and_energies_of_the_bill() -> None:
    for users, reason in (
        ([], "to somebody"),
        ([User(name="a", energy=np.ones(COUNT))] * 2, "a name of its own"),
        ([User(name="a", energy=np.ones(3))], "2880 intervals"),
    ):
        with pytest.raises(InputError, match=reason):
            allocation(users, np.ones(COUNT))
