"""Examples of the site, its overview and the doctor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.examples.energy import PATTERN
from energy_workbench.api.reference.examples.losses import FLOW
from energy_workbench.api.reference.examples.meters import COUNTS
from energy_workbench.api.reference.shown import Shown
from energy_workbench.contract.rows.payload import JsonObject

_COUNTED: JsonObject = {
    "polls": 90, "success_percent": 97.78, "missed": 0, "late": 0, "latency_p50_ms": 41.0, "latency_p95_ms": 62.5,
    "lateness_p95_ms": 12.0, "errors": {"no_answer": 2}, "exceptions": {"2": 1},
    "last_error": "unit 3 of tcp://192.168.1.20:502 did not answer in 1 s",
    "last_error_at": "2026-10-05T09:00:02+00:00",
}  # fmt: skip
_TOLD: JsonObject = {
    "verdict": "warning",
    "text": "2 of 90 polls did not give everything",
    "advice": "look at the plugs",
}
_SITE: JsonObject = {
    "site": "plant",
    "name": "Plant", "timezone": "Europe/Berlin", "currency": None, "country": "DE", "keep_readings_days": None,
    "not_stated": ["currency"],
    "advice": "The site states no currency: say it on the meter setup page, or …",
}  # fmt: skip
_STATED: JsonObject = {"name": "Works Nord", "timezone": "Europe/Berlin", "country": "DE", "currency": "EUR",
    "keep_readings_days": 400,
}  # fmt: skip
_CARDS: JsonObject = {
    "total": 92, "active": 92, "online": 90, "warnings": 2, "power_now_kw": None,
    "power_now_reason": "GRID-2 is out of service since 11 Oct 2026 10:00: what goes through it is not metered",
    "energy_kwh": 9120.5, "energy_reason": "", "demand_peak_kw": 512.4,
    "demand_peak_at": "2026-10-05T11:15:00+05:30", "demand_block_minutes": 15, "left_out": ["GRID-3"],
    "silent": [], "speaking": ["GRID", "SOLAR"], "completeness": 0.998,
}  # fmt: skip
_LEAF: JsonObject = {
    "id": "mtr_1", "number": "GRID", "name": "Grid", "type": "grid", "flow": "bidirectional", "parent_id": None,
    "status": "active", "health": "good", "health_reason": "", "communication": "online", "colour": "green",
    "power_kw": 412.5, "energy_kwh": 9120.5, "last_seen": "2026-10-05T14:30:02+05:30", "x": None, "y": None,
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "site": Shown("The plant", _SITE),
    "set_site": Shown(
        "The plant",
        {**_SITE, "effects": ["days, weeks and months are cut at midnight of …"]},
        body="What changes of it; `country` and `currency` null: not stated; `keep_readings_days` null: for ever.",
        sends=_STATED,
    ),
    "overview": Shown(
        "The dashboard's answer",
        {
            "now": "2026-10-05T14:30:05+05:30",
            "site": _SITE,
            "period": "today",
            "cards": _CARDS,
            "summary": COUNTS,
            "flow": FLOW,
            "flow_now": {**FLOW, "unit": "kW", "from": None, "to": None},
            "pattern": PATTERN,
            "tree": [_LEAF],
        },
    ),
    "doctor": Shown(
        "How everything is, and what to do",
        {
            "at": "2026-10-05T09:00:05+00:00",
            "verdict": "warning",
            "live": True,
            "seconds": 900.0,
            "checks": [{"name": "spool", "verdict": "good", "text": "276 readings wait for the lake", "advice": ""}],
            "gateways": [
                {
                    "url": "tcp://192.168.1.20:502",
                    **_TOLD,
                    "meters": 12,
                    "online": 11,
                    "connected": True,
                    "utilisation": 0.31,
                    **_COUNTED,
                }
            ],
            "meters": [
                {
                    "meter": "mtr_12",
                    "number": "UNIT-A",
                    "gateway": "tcp://192.168.1.20:502",
                    "unit_id": 3,
                    "profile": "schneider_pm5xxx",
                    **_TOLD,
                    "breaker": "closed",
                    "last_seen": "2026-10-05T09:00:02+00:00",
                    **_COUNTED,
                }
            ],
        },
    ),
}
"""By name of the operation."""
