"""Examples of decisions on steps of counters, and of edited intervals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_CASE: JsonObject = {
    "id": "mtr_12.energy_active_import.1791190800000000", "meter": "mtr_12", "number": "UNIT-A",
    "quantity": "energy_active_import", "from": "2026-10-05T14:30:00+05:30", "to": "2026-10-05T14:30:10+05:30",
    "name": "counter.ambiguous", "text": "the counter went from 981204.5 to 412 kWh within 0.00278 h, …",
    "evidence": {"before": 981_204.5, "after": 412.0}, "choices": ["rollover", "reset", "exchange", "glitch"],
    "decision": {
        "choice": "exchange", "reason": "device replaced", "modulus": None, "closing": 981_204.6, "opening": 411.9,
        "until": None,
    },
    "count": 1,
    "steps": [
        {
            "id": "mtr_12.energy_active_import.1791190800000000", "from": "2026-10-05T14:30:00+05:30",
            "to": "2026-10-05T14:30:10+05:30", "text": "the counter went from 981204.5 to 412 kWh within 0.00278 h, …",
        }
    ],
}  # fmt: skip
_EDITED_INTERVAL: JsonObject = {
    "start": "2026-10-05T14:15:00+05:30", "energy_import_kwh": 96.5, "reason": "read off the incomer",
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "review": Shown("Cases", listed([_CASE])),
    "decide": Shown(
        "The case",
        _CASE,
        body="A rollover takes the `modulus` where the register's is not known; an exchange `closing` and `opening`; a "
        "glitch `until`, the end of the wrong readings.",
        sends={"choice": "exchange", "reason": "device replaced", "closing": 981_204.6, "opening": 411.9},
    ),
    "edited_intervals": Shown("Edits", listed([_EDITED_INTERVAL])),
    "edit_interval": Shown(
        "The edit",
        _EDITED_INTERVAL,
        body="Primary energies [kWh, kvarh, kVAh] that take the place of the interval's, and why.",
        sends={"energy_import_kwh": 96.5, "reason": "read off the incomer"},
    ),
}
"""By name of the operation."""
