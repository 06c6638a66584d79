"""Examples of limits, events, statements and findings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_LIMITS: JsonObject = {
    "limits": {"voltage_warning": 8.0, "voltage_critical": 15.0},
    "own": {"voltage_warning": 8.0},
    "defaults": {"voltage_warning": 10.0, "voltage_critical": 15.0},
    "rules": [
        {"name": "voltage", "label": "Voltage deviation", "unit": "%", "low": False, "meaning": "…", "source": "…"}
    ],
}

SHOWN: Final[Mapping[str, Shown]] = {
    "limits": Shown("The limits", _LIMITS),
    "set_limits": Shown(
        "The limits",
        _LIMITS,
        body="Fields of `limits`; null brings the default back, `off` switches a threshold off.",
        sends={"voltage_warning": 8.0, "current_unbalance_critical": "off", "power_factor_warning": None},
    ),
    "events": Shown(
        "Changes",
        listed(
            [
                {
                    "at": "2026-10-05T14:30:00+05:30",
                    "of": "health",
                    "from": "good",
                    "to": "warning",
                    "reason": "L2 at 198.2 V, 13.8 % below 230 V (limit 10 %)",
                }
            ]
        ),
    ),
    "history": Shown(
        "Statements",
        listed(
            [
                {
                    "at": "2026-10-05T10:00:00+05:30",
                    "until": "2026-10-05T12:00:00+05:30",
                    "meter": "mtr_12",
                    "number": "UNIT-A",
                    "of": "edit",
                    "text": "8 intervals of 15 minutes: import 124 kWh",
                    "reason": "bypass open, by the log book",
                    "by": "asha",
                    "entered": "2026-10-07T09:12:00+05:30",
                },
                {
                    "at": "2026-10-03T08:00:00+05:30",
                    "until": None,
                    "meter": "mtr_12",
                    "number": "UNIT-A",
                    "of": "status",
                    "text": "active → maintenance",
                    "reason": "",
                    "by": "asha",
                    "entered": None,
                },
            ]
        ),
    ),
    "findings": Shown(
        "Findings",
        listed(
            [
                {
                    "name": "value.power_factor",
                    "meter": "mtr_12",
                    "number": "UNIT-A",
                    "quantity": "power_factor_total",
                    "from": "2026-10-05T14:30:00+05:30",
                    "to": "2026-10-05T14:31:00+05:30",
                    "text": "Power factor total of 1.38 cannot be: a power factor lies between −1 and 1",
                    "value": 1.38,
                    "evidence": {"value": 1.38, "readings": 7},
                    "factors": [],
                    "likely": None,
                }
            ]
        ),
    ),
}
"""By name of the operation."""
