"""Examples of balances, losses and flows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import SPAN, Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_NODE: JsonObject = {
    "meter": "mtr_5", "number": "PMD", "name": "Process main distribution", "type": "distribution",
    "parent_id": "mtr_2", "depth": 2, "supply_kwh": 412_300.5, "demand_kwh": 395_800.25, "loss_kwh": 16_500.25,
    "loss_percent": 4.002, "site_percent": 2.35, "uncertainty_kwh": 5_140.5, "completeness": 0.998, "estimated": 0.0,
    "verdict": "hotspot",
    "reason": "16,500 kWh ± 5,100 kWh, 4.0 % of the supply, growing with the load", "rank": 1, "unmetered_kw": None,
    "counted_twice": [], "assumed_classes": True, "nominal_classes": ["UNIT-A"], "below_range": [],
    "uncertainty_reason": "limits of error by the load of each meter, k = 2; PMD: usual classes assumed, …",
    "children": [
        {
            "meter": "mtr_12", "number": "UNIT-A", "name": "Unit A", "type": "unit", "taken_kwh": 41_250.5,
            "delivered_kwh": 0.0,
        }
    ],
}  # fmt: skip
FLOW: JsonObject = {
    "unit": "kWh", "from": "2026-10-05T00:00:00+05:30", "to": "2026-10-06T00:00:00+05:30",
    "nodes": [{"id": "mtr_1", "number": "GRID", "name": "Grid", "type": "grid", "parent_id": None,
               "seen_by_parent": True, "producer": False, "metering": "known", "colour": "green", "value": 9120.5,
               "export": 0.0, "loss": 19.3, "loss_percent": 0.212, "verdict": "within_error", "through": 9120.5}],
    "links": [{"source": "mtr_1", "target": "mtr_2", "value": 9101.2, "kind": "flow"},
              {"source": "mtr_1", "target": "losses", "value": 19.3, "kind": "loss"}],
    "completeness": 1.0,
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "balance": Shown(
        "Every node",
        {
            **listed([_NODE]),
            "from": "2026-10-01T00:00:00+05:30",
            "to": "2026-11-01T00:00:00+05:30",
            "threshold_percent": 3.0,
            "timezone": "Asia/Kolkata",
            "lost": {
                "nodes": 14,
                "loss_kwh": 65_100.5,
                "certain_kwh": 54_600.25,
                "site_percent": 9.29,
                "completeness": 0.992,
            },
            "meters": [
                {
                    "meter": "mtr_5",
                    "number": "PMD",
                    "uncertainty_percent": 1.5917,
                    "by_load": True,
                    "below_range": False,
                }
            ],
        },
    ),
    "losses": Shown(
        "A row a bucket",
        {
            **listed(
                [
                    {
                        "start": "2026-10-01T00:00:00+05:30",
                        "supply_kwh": 13_300.0,
                        "demand_kwh": 12_767.5,
                        "loss_kwh": 532.5,
                        "loss_percent": 4.004,
                        "uncertainty_kwh": 165.8,
                        "completeness": 1.0,
                        "estimated": 0.0,
                        "verdict": "hotspot",
                        "reason": "530 kWh ± 170 kWh, 4.0 % of the supply, …",
                    }
                ]
            ),
            "meter": "mtr_5",
            "number": "PMD",
            "name": "Process main distribution",
            **SPAN,
            "every": "1d",
            "threshold_percent": 3.0,
        },
    ),
    "flow": Shown("Nodes and links", FLOW),
}
"""By name of the operation."""
