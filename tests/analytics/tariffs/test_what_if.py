"""What would have been: another tariff, a moved load, another contract demand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.billing import Supply
from energy_workbench.analytics.tariffs.what_if import best_contract_demand, moved, outcome
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.calendar_words import Hours
from tests.analytics.tariffs.loads import BERLIN, UTC, intervals, metered, tariff_of

FIRST, END = date(2026, 1, 1), date(2027, 1, 1)
TOU = """
    schedules:
      tou:
        day: [{hours: 06:00-22:00}]
        night: rest
"""


def test_another_tariff_is_beside_the_first_charge_by_charge() -> None:
    energy = metered(FIRST, np.ones(intervals(FIRST, END)))
    flat = outcome(tariff_of("kind: energy, name: Energy, rate: 0.25"), energy, FIRST, END, Supply(zone=UTC))
    tou = outcome(
        tariff_of("kind: energy, name: Energy, schedule: tou, rates: {day: 0.3, night: 0.1}", version=TOU),
        energy,
        FIRST,
        END,
        Supply(zone=UTC),
    )
    assert flat.total == 365 * 24
    assert tou.total == 365 * (64 * Decimal("0.3") + 32 * Decimal("0.1"))
    assert tou.by_charge == {"Energy": tou.total}


def test_a_moved_load_is_as_much_energy_at_other_hours_of_the_same_day() -> None:
    random = np.random.default_rng(4)
    energy = metered(FIRST, np.round(random.uniform(0, 9, intervals(FIRST, END, BERLIN)), 3), BERLIN)
    after = moved(
        energy, 0.3, [Hours.of_text("17:00-20:00")], [Hours.of_text("22:00-06:00")], FIRST, END, Supply(zone=BERLIN)
    )
    assert after.imported.sum() == pytest.approx(energy.imported.sum())
    day = slice(96 * 40, 96 * 41)
    assert after.imported[day].sum() == pytest.approx(energy.imported[day].sum())
    evening, night = slice(96 * 40 + 68, 96 * 40 + 80), slice(96 * 40, 96 * 40 + 24)
    assert after.imported[evening] == pytest.approx(energy.imported[evening] * 0.7)
    assert (after.imported[night] > energy.imported[night]).all()


def test_what_cannot_be_moved_is_refused() -> None:
    energy = metered(FIRST, np.ones(96))
    with pytest.raises(InputError, match="no share of a load"):
        moved(energy, 30, [], [], FIRST, date(2026, 1, 2), Supply(zone=UTC))
    with pytest.raises(InputError, match="both left and moved to"):
        moved(energy, 0.3, [Hours(0, 120)], [Hours(60, 180)], FIRST, date(2026, 1, 2), Supply(zone=UTC))


def test_the_best_contract_demand_is_the_one_of_least_cost_of_all() -> None:
    """Beside every whole one from 1 to 200."""
    random = np.random.default_rng(5)
    peaks = random.uniform(60, 160, 12)
    energy = np.full(intervals(FIRST, END), 5.0)
    for month, peak in enumerate(peaks):
        energy[96 * (15 + 30 * month)] = peak / 4
    terms = "{minimum_share: 0.8, excess_rate: 25}"
    capacity = "kind: fixed, name: Capacity, rate: 1, times: contract_demand"
    tariff = tariff_of(f"kind: demand, name: Demand, rate: 10, contract: {terms}\n{capacity}")
    best, costs = best_contract_demand(tariff, metered(FIRST, energy), FIRST, END, Supply(zone=UTC))
    billed = np.round(energy[[96 * (15 + 30 * month) for month in range(12)]] * 1e6).astype(int)

    def cost(contract: int) -> Decimal:
        found = Decimal(12 * contract)
        for each in billed.tolist():
            demand = Decimal(each) * 4 / 10**6
            found += max(min(demand, contract), contract * Decimal("0.8")) * 10 + max(demand - contract, 0) * 25
        return found

    assert best == min(range(1, 201), key=cost)
    assert costs[best] == pytest.approx(cost(int(best)), abs=Decimal("0.12"))
    with pytest.raises(InputError, match="by a contract demand"):
        best_contract_demand(
            tariff_of("kind: energy, name: E, rate: 1"), metered(FIRST, energy), FIRST, END, Supply(zone=UTC)
        )
