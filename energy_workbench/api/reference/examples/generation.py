"""Examples of own generation and emission factors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import SPAN, Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_GENERATION_COMPARISON: JsonObject = {
    **listed(
        [
            {
                "name": "grid_import_kwh", "value": 610_000.0, "before": 560_000.0, "change_percent": 5.3,
                "totals_percent": 8.93,
            }
        ]
    ),
    "against": "previous", **SPAN, "before_start": "2026-09-01T00:00:00+05:30",
    "before_end": "2026-10-01T00:00:00+05:30", "days": 31.0, "before_days": 30.0,
}  # fmt: skip
_FACTOR: JsonObject = {
    "name": "grid_location", "value": 0.7117, "unit": "kg CO₂/kWh", "valid_from": "2024-04-01", "year": 2024,
    "source": "CEA V21", "gases": "CO₂", "meaning": "grid electricity, average of the grid", "own": False,
}  # fmt: skip
_GENERATION: JsonObject = {
    **SPAN, "dg_kwh": 5120.5, "dg_run_hours": 18.25, "dg_hours_counted": False, "diesel_litres": 1480.2,
    "diesel_estimated": True, "litres_per_kwh": 0.289, "solar_kwh": 90_400.0, "solar_self_used_kwh": 88_000.0,
    "solar_self_used_share": 0.973, "solar_share": 0.12, "grid_import_kwh": 610_000.0, "grid_export_kwh": 2400.0,
    "use_kwh": 703_120.5, "scope1_kg": 3966.9, "scope2_location_kg": 434_137.0, "scope2_market_kg": 434_137.0,
    "market_is_location": True, "market_basis": "no contractual factor is stated: the grid's average is used",
    "other_kwh": 0.0, "left_out": [], "avoided_kg": 62_629.6, "net_kg": 438_103.9, "completeness": 0.998,
    "generators": [{
        "number": "DG", "energy_kwh": 5120.5, "run_hours": 18.25, "hours_counted": True, "litres": 1480.2,
        "litres_estimated": True, "litres_per_kwh": 0.289, "hours_estimated": False, "load_litres": 1480.2,
        "fuel_deviation": None, "rated_kw": 400.0, "rated_assumed": False, "mean_load": 0.701,
    }],
    "factors": [{
        "name": "diesel", "value": 2.68, "unit": "kg CO₂/L", "valid_from": None, "year": None, "source": "IPCC 2006",
        "gases": "CO₂", "holds": True, "old": False,
    }],
    "days": [{
        "day": "2026-10-01", "grid_import_kwh": 19_600.0, "grid_export_kwh": 80.0, "dg_kwh": 0.0, "solar_kwh": 3100.0,
        "other_kwh": 0.0,
        "diesel_litres": 0.0, "solar_self_used_kwh": 3020.0, "scope1_kg": 0.0, "scope2_location_kg": 13_949.3,
        "scope2_market_kg": 13_949.3, "avoided_kg": 2149.3,
    }],
    "estimated": ["diesel_litres", "scope1_kg"], "known": {"grid": 0.998, "solar": 1.0, "generators": 1.0},
    "unknown": [{"source": "solar", "meter": "SOLAR", "reason": "SOLAR has no data in this period"}],
    "missing_factors": [{"name": "grid_location", "reason": "the site states no country, …", "advice": "state …"}],
    "units": dict.fromkeys(
        ("scope1_kg", "scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg"), "kg CO₂"
    ),
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "generation": Shown("The period", _GENERATION),
    "compare_generation": Shown("Both times", _GENERATION_COMPARISON),
    "factors": Shown("Factors by kind and date", listed([_FACTOR])),
    "set_factor": Shown(
        "The factor",
        _FACTOR,
        body="A factor; without `valid_from` it holds from the beginning of time",
        sends={
            "name": "diesel",
            "value": 2.66155,
            "valid_from": "2025-01-01",
            "source": "DEFRA 2025, 100 % mineral diesel",
            "gases": "CO2, CH4, N2O",
        },
    ),
}
"""By name of the operation."""
