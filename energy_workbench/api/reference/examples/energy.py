"""Examples of intervals, patterns, comparisons, demand and completeness."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import SPAN, Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_ENERGY: JsonObject = {
    "start": "2026-10-05T14:00:00+05:30", "energy_import_kwh": 398.25, "energy_export_kwh": 0.0, "demand_kw": 431.2,
    "energy_reactive_kvarh": 116.2, "energy_apparent_kvah": 414.9, "power_factor": 0.96, "quality": "actual",
    "completeness": 1.0,
}  # fmt: skip
_COMPARISON: JsonObject = {
    "items": [
        {
            "start": "2026-10-05T00:00:00+05:30", "energy_kwh": 4200.5, "quality": "actual", "completeness": 1.0,
            "before_start": "2026-09-07T00:00:00+05:30", "before_kwh": 4000.0, "before_quality": "actual",
            "before_completeness": 1.0, "change_percent": 5.01,
        }
    ],
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "against": "previous", "every": "1d",
    "total_kwh": 130_215.5, "before_kwh": 120_000.0, "change_percent": 5.01, "totals_percent": 8.51, "days": 31.0,
    "before_days": 30.0, "shift_days": 28, "completeness": 0.998,
    "before_completeness": 1.0, **SPAN, "before_start": "2026-09-01T00:00:00+05:30",
    "before_end": "2026-10-01T00:00:00+05:30",
}  # fmt: skip
_DEMAND: JsonObject = {
    **listed(
        [
            {
                "start": "2026-10-01T00:00:00+05:30", "end": "2026-11-01T00:00:00+05:30", "maximum": 431.2,
                "at": "2026-10-14T10:30:00+05:30", "energy": 130_215.5, "load_factor": 0.406,
                "load_factor_share": 0.998,
                "diversity_factor": 1.12, "diversity_reason": "", "completeness": 0.998,
                "children": [{"number": "UNIT-A-MACHINE-01", "kw": 88.5, "share": 0.205, "reason": ""}],
            }
        ]
    ),
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "unit": "kW", "block_minutes": 30, "kind": "block",
    **SPAN,
}  # fmt: skip
_OF_METER: JsonObject = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "energy_import_kwh": 51230.4,
    "energy_export_kwh": 0.0, "energy_reactive_kvarh": 14942.2, "total_kwh": 51230.4, "peak_kw": 489.0,
    "peak_at": "2026-10-02T11:15:00+05:30", "block_minutes": 15, "load_factor": 0.62, "load_factor_share": 1.0,
    "mean_load_kw": 305.0, "mean_load_share": 1.0, "power_factor": 0.96, "completeness": 1.0,
    "days": 31, "estimated_days": 0, "missing_days": 0,
}  # fmt: skip
_POINT: JsonObject = {
    "start": "2026-10-05T14:00:00+05:30", "energy_kwh": 398.25, "demand_kw": 431.2, "quality": "actual",
    "completeness": 1.0,
}  # fmt: skip
PATTERN: JsonObject = {
    "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "from": "2026-09-28T15:00:00+05:30",
    "to": "2026-10-05T15:00:00+05:30", "every": "1h", "timezone": "Asia/Kolkata", "points": [_POINT],
    "total_kwh": 51230.4, "peak_kw": 489.0, "peak_at": "2026-10-02T11:15:00+05:30", "block_minutes": 15,
    "load_factor": 0.62,
    "completeness": 1.0, "running": True, "reactive_kvarh": 14942.2, "power_factor": 0.96,
    "load_factor_share": 1.0, "mean_load_kw": 305.0, "mean_load_share": 1.0,
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "intervals": Shown(
        "Rows of energy",
        {**listed([_ENERGY]), "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "every": "1h", **SPAN},
    ),
    "pattern": Shown("The pattern; with `by`, rows that say how the load is spread", PATTERN),
    "compare": Shown("Both times", _COMPARISON),
    "demand": Shown("A row a billing month", _DEMAND),
    "energies": Shown(
        "Every meter",
        {
            **listed([_OF_METER]),
            "from": "2026-10-01T00:00:00+05:30",
            "to": "2026-11-01T00:00:00+05:30",
            "timezone": "Asia/Kolkata",
        },
    ),
    "metering_periods": Shown(
        "Read once an hour, then every 15 minutes",
        listed(
            [
                {
                    "start": "2026-10-01T00:00:00+05:30",
                    "end": "2026-11-01T00:00:00+05:30",
                    "period": "1h",
                    "stated": False,
                },
                {
                    "start": "2026-11-01T00:00:00+05:30",
                    "end": "2026-11-30T14:00:00+05:30",
                    "period": "15min",
                    "stated": True,
                },
            ]
        ),
    ),
    "completeness": Shown(
        "Every meter",
        {
            **listed(
                [
                    {
                        "meter": "mtr_12",
                        "number": "UNIT-A",
                        "name": "Unit A",
                        "status": "active",
                        "polled": True,
                        "complete": [1.0, 0.9688],
                        "quality": ["actual", "missing"],
                    }
                ]
            ),
            "days": ["2026-10-01", "2026-10-02"],
            "from": "2026-10-01T00:00:00+05:30",
            "to": "2026-10-03T00:00:00+05:30",
            "timezone": "Asia/Kolkata",
        },
    ),
}
"""By name of the operation."""
