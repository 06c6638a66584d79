"""The bills of a year by NREL's utility rate engine (PySAM `Utilityrate5`), an independent implementation."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySAM import Utilityrate5

UNLIMITED = 1e38
UNITS = {"kWh": 0, "kWh/kW": 1, "kWh daily": 2}


def sam(record: dict[str, Any], load_kw: np.ndarray, peaks_before: list[float]) -> dict[str, np.ndarray]:
    """Twelve amounts of each line of a record of OpenEI [$]: a year of 8,760 hours that begins on a Monday.

    Parameters
    ----------
    peaks_before : list of float
        Maximum of each month of the year before [kW].
    """
    model = Utilityrate5.new()
    rates, number = model.ElectricityRates, float
    energy = record["energyratestructure"]
    rates.ur_ec_sched_weekday = _table(record["energyweekdayschedule"])
    rates.ur_ec_sched_weekend = _table(record["energyweekendschedule"])
    rates.ur_ec_tou_mat = [
        [period + 1, tier + 1, number(of.get("max", UNLIMITED)), UNITS[of.get("unit", "kWh")], number(of["rate"]), 0]
        for period, tiers in enumerate(energy)
        for tier, of in enumerate(tiers)
    ]
    rates.ur_dc_enable = 1
    rates.ur_dc_sched_weekday = _table(record["demandweekdayschedule"])
    rates.ur_dc_sched_weekend = _table(record["demandweekendschedule"])
    demand = record["demandratestructure"]
    rates.ur_dc_tou_mat = [
        [period + 1, tier + 1, number(of.get("max", UNLIMITED)), number(of["rate"])]
        for period, tiers in enumerate(demand)
        for tier, of in enumerate(tiers)
    ]
    rates.ur_dc_flat_mat = [
        [month, tier + 1, number(of.get("max", UNLIMITED)), number(of["rate"])]
        for month, period in enumerate(record["flatdemandmonths"])
        for tier, of in enumerate(record["flatdemandstructure"][period])
    ]
    ratchet = record["demandratchetpercentage"]
    rates.ur_enable_billing_demand = int(any(ratchet))
    rates.ur_billing_demand_minimum = 0
    rates.ur_billing_demand_lookback_period = 11
    rates.ur_billing_demand_lookback_percentages = [[number(share) * 100, 1] for share in ratchet]
    rates.ur_dc_billing_demand_periods = [[period + 1, 1] for period in range(len(demand))]
    rates.ur_yearzero_usage_peaks = peaks_before
    rates.ur_monthly_fixed_charge = number(record["fixedchargefirstmeter"])
    rates.ur_monthly_min_charge = number(record["mincharge"])
    rates.ur_annual_min_charge = 0
    rates.ur_metering_option = 0
    rates.ur_sell_eq_buy = 0
    rates.rate_escalation = [0]
    rates.en_electricity_rates = 1
    model.Lifetime.assign({"analysis_period": 1, "inflation_rate": 0, "system_use_lifetime_output": 0})
    model.SystemOutput.assign({"degradation": [0], "gen": [0.0] * len(load_kw)})
    model.Load.assign({"load": load_kw.tolist(), "load_escalation": [0]})
    model.execute(0)
    made = model.Outputs
    return {
        "Energy": np.array(made.year1_monthly_ec_charge_without_system),
        "Demand": np.array(made.year1_monthly_dc_fixed_without_system),
        "Demand by time": np.array(made.year1_monthly_dc_tou_without_system),
        "Fixed": np.array(made.year1_monthly_fixed_without_system),
        "Minimum": np.array(made.year1_monthly_minimum_without_system),
    }


def _table(schedule: list[list[int]]) -> list[list[int]]:
    return [[period + 1 for period in row] for row in schedule]
