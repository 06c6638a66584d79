"""Bills beside those of NREL's engine, `PySAM.Utilityrate5`, which shares nothing with ours.

Tariffs are random ones in OpenEI's form: ours are read from it, PySAM's tables are made of it here. Compared are all
lines of each month of 2018, in UTC, without holidays and rounding, which is what PySAM knows.

PySAM looks one month further back than it is told in the months of a year before which its lookback begins
(`rate_data::get_billing_demand`): demands of the year before are 0 here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.bill import Agreement, Bill
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.domain.tariffs.files.urdb import ENERGY, EXPORT, FLAT, TOU, read_urdb
from tests.analytics.tariffs.loads import UTC, amount, lines, metered, unrounded
from tests.examples import examples

utilityrate5 = pytest.importorskip("PySAM.Utilityrate5", reason="PySAM has no wheel for this Python")

HUGE = 1e38
WITHIN = 0.01
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNITS = ("kWh", "kWh/kW", "kWh daily", "kWh/kW daily")

# With an adjustment none is below 0: PySAM credits no energy that is drawn.
prices = st.integers(20, 5000).map(lambda each: each / 10_000)
demand_prices = st.integers(0, 3000).map(lambda each: each / 100)


@dataclass(frozen=True)
class Case:
    """A tariff and a load."""

    urdb: Mapping[str, Any]
    steps: int
    seed: int
    exports: bool


@st.composite
def matrices(draw: st.DrawFn, periods: int) -> list[list[int]]:
    rows = draw(st.lists(st.lists(st.integers(0, periods - 1), min_size=24, max_size=24), min_size=1, max_size=3))
    return [rows[draw(st.integers(0, len(rows) - 1))] for _ in range(12)]


@st.composite
def structures(draw: st.DrawFn, price: st.SearchStrategy[float], unit: str, top: int, tiers: int) -> list[list[Any]]:
    limits = sorted(draw(st.sets(st.integers(1, top), min_size=tiers - 1, max_size=tiers - 1)))
    found = []
    for _ in range(draw(st.integers(1, 4))):
        period = [
            {"rate": draw(price), "adj": draw(st.sampled_from([0, 0.0123, -0.002])), "max": limit} for limit in limits
        ]
        period.append({"rate": draw(price)})
        found.append([tier | {"unit": unit} if unit else tier for tier in period])
    return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    exports = draw(st.booleans())
    unit = "kWh" if exports else draw(st.sampled_from(UNITS))
    top = {"kWh": 60_000, "kWh daily": 4000, "kWh/kW": 600, "kWh/kW daily": 22}[unit]
    energy = draw(structures(prices, unit, top, 1 if exports else draw(st.integers(1, 3))))
    if exports:
        energy = [[tier | {"sell": draw(prices)} for tier in period] for period in energy]
    steps = draw(st.sampled_from([1, 4]))
    urdb: dict[str, Any] = {
        "name": "random",
        "energyratestructure": energy,
        "energyweekdayschedule": draw(matrices(len(energy))),
        "energyweekendschedule": draw(matrices(len(energy))),
        "demandwindow": 60 // steps,
        "fixedchargefirstmeter": draw(demand_prices),
        "fixedchargeunits": "$/month",
    }
    if draw(st.booleans()):
        flat = draw(structures(demand_prices, "", 300, draw(st.integers(1, 3))))
        urdb |= {
            "flatdemandstructure": flat,
            "flatdemandmonths": [draw(st.integers(0, len(flat) - 1)) for _ in range(12)],
        }
        if draw(st.booleans()):
            urdb |= {"lookbackpercent": draw(st.integers(40, 100)) / 100, "lookbackrange": draw(st.integers(1, 11))}
    if "lookbackpercent" not in urdb and draw(st.booleans()):
        tou = draw(structures(demand_prices, "", 300, draw(st.integers(1, 2))))
        urdb |= {
            "demandratestructure": tou,
            "demandweekdayschedule": draw(matrices(len(tou))),
            "demandweekendschedule": draw(matrices(len(tou))),
        }
    # Of a month whose energy is credited, PySAM's minimum is above 0, ours above what it comes to.
    least = draw(st.sampled_from(["", "$/month", "$/year"])) if not exports else ""
    if least:
        urdb |= {
            "mincharge": draw(st.integers(1, 200)) * (100 if least == "$/month" else 2000),
            "minchargeunits": least,
        }
    return Case(urdb, steps, draw(st.integers(0, 10**6)), exports)


def load_of(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Power that is drawn and fed in [kW], of each step of the year."""
    random = np.random.default_rng(case.seed)
    count = 8760 * case.steps
    hour = np.arange(count) / case.steps
    shape = 1 + 0.5 * np.sin(hour / 24 * 2 * np.pi) + 0.3 * np.sin(hour / 8760 * 2 * np.pi)
    load = np.round(random.uniform(5, 250) * shape * random.uniform(0.3, 1.7, count), 3)
    if not case.exports:
        return load, np.zeros(count)
    sun = np.clip(np.sin((hour % 24 - 6) / 12 * np.pi), 0, None)
    return load, np.round(random.uniform(50, 400) * sun * random.uniform(0, 1, count), 3)


def tiers(structure: list[list[Any]], periods_from: int, what: tuple[str, ...]) -> list[list[float]]:
    """PySAM's rows: period, tier, upper limit, …"""
    rows = []
    for number, period in enumerate(structure):
        for tier, each in enumerate(period):
            limit = each.get("max", HUGE)
            rate = each["rate"] + each.get("adj", 0)
            row = [number + periods_from, tier + 1, limit]
            if "unit" in what:
                row += [UNITS.index(each["unit"])]
            rows.append([*row, rate, *([each.get("sell", 0)] if "sell" in what else [])])
    return rows


def by_pysam(case: Case) -> Mapping[str, Any]:
    urdb = case.urdb
    engine = utilityrate5.new()
    load, fed = load_of(case)
    engine.Load.load = load.tolist()
    engine.SystemOutput.gen = fed.tolist()
    engine.SystemOutput.degradation = [0]
    engine.Lifetime.analysis_period, engine.Lifetime.inflation_rate = 1, 0
    engine.Lifetime.system_use_lifetime_output = 0
    rates = engine.ElectricityRates
    rates.en_electricity_rates = 1
    rates.rate_escalation = [0]
    rates.ur_metering_option = 2 if case.exports else 0
    rates.ur_nm_yearend_sell_rate = 0
    rates.ur_monthly_fixed_charge = urdb["fixedchargefirstmeter"]
    rates.ur_monthly_min_charge = urdb.get("mincharge", 0) if urdb.get("minchargeunits") == "$/month" else 0
    rates.ur_annual_min_charge = urdb.get("mincharge", 0) if urdb.get("minchargeunits") == "$/year" else 0
    rates.ur_sell_eq_buy = rates.ur_en_ts_sell_rate = rates.ur_en_ts_buy_rate = 0
    rates.ur_ec_tou_mat = tiers(urdb["energyratestructure"], 1, ("unit", "sell"))
    for days in ("weekday", "weekend"):
        setattr(rates, f"ur_ec_sched_{days}", [[each + 1 for each in row] for row in urdb[f"energy{days}schedule"]])
    rates.ur_dc_enable = 1
    if "demandratestructure" in urdb:
        rates.ur_dc_tou_mat = tiers(urdb["demandratestructure"], 1, ())
        for days in ("weekday", "weekend"):
            setattr(rates, f"ur_dc_sched_{days}", [[each + 1 for each in row] for row in urdb[f"demand{days}schedule"]])
    else:
        rates.ur_dc_tou_mat = [[1, 1, HUGE, 0]]
        rates.ur_dc_sched_weekday = rates.ur_dc_sched_weekend = [[1] * 24] * 12
    if "flatdemandstructure" in urdb:
        rows = [
            [month, *row[1:]]
            for month, period in enumerate(urdb["flatdemandmonths"])
            for row in tiers([urdb["flatdemandstructure"][period]], 0, ())
        ]
        rates.ur_dc_flat_mat = rows
    else:
        rates.ur_dc_flat_mat = [[month, 1, HUGE, 0] for month in range(12)]
    if "lookbackpercent" in urdb:
        rates.ur_enable_billing_demand = 1
        rates.ur_billing_demand_lookback_percentages = [[urdb["lookbackpercent"] * 100, 1]] * 12
        rates.ur_billing_demand_lookback_period = urdb["lookbackrange"]
        rates.ur_billing_demand_minimum = 0
        rates.ur_dc_billing_demand_periods = [[1, 1]]
        rates.ur_yearzero_usage_peaks = [0] * 12
    else:
        rates.ur_enable_billing_demand = 0
    engine.execute(0)
    return engine.Outputs.export()


def by_us(case: Case) -> list[Bill]:
    (tariff,) = read_urdb(json.dumps(case.urdb))
    load, fed = load_of(case)
    net = (load - fed) / case.steps
    imported, exported = np.clip(net, 0, None), np.clip(-net, 0, None)
    energy = metered(date(2018, 1, 1), imported, minutes=60 // case.steps, exported=exported)
    supply = Supply(zone=UTC, agreement=Agreement())
    return bills(unrounded(tariff), energy, date(2018, 1, 1), date(2019, 1, 1), supply)


@settings(
    max_examples=examples(6), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(cases())
def test_each_line_is_what_pysam_says(case: Case) -> None:
    theirs, ours = by_pysam(case), by_us(case)
    for month, bill in enumerate(ours):
        said = {
            "energy": amount(bill, ENERGY, EXPORT),
            "time of use": amount(bill, TOU),
            "flat": amount(bill, FLAT),
            "fixed": amount(bill, "Fixed charge"),
            "minimum": amount(bill, "Minimum charge"),
        }
        expected = {
            "energy": theirs["charge_w_sys_ec_ym"][1][month],
            "time of use": theirs["charge_w_sys_dc_tou_ym"][1][month],
            "flat": theirs["charge_w_sys_dc_fixed_ym"][1][month],
            "fixed": theirs["charge_w_sys_fixed_ym"][1][month],
            "minimum": theirs["charge_w_sys_minimum_ym"][1][month],
        }
        for name, value in expected.items():
            assert float(said[name]) == pytest.approx(value, abs=WITHIN), f"{MONTHS[month]}: {name}"
        if not case.exports:
            table = np.array(theirs[f"charge_w_sys_ec_{MONTHS[month]}_tp"])
            compare_blocks(bill, table)


def compare_blocks(bill: Bill, table: np.ndarray) -> None:
    """Each window and block of the energy charge beside PySAM's table: headings first, sums last."""
    found = sorted(float(each.amount) for each in lines(bill, ENERGY) if abs(each.amount) > Decimal("0.005"))
    expected = sorted(each for each in table[1:-1, 1:-1].ravel().tolist() if abs(each) > 0.005)
    assert found == pytest.approx(expected, abs=WITHIN)
