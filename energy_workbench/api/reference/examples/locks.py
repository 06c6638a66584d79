"""Examples of locked months."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_REPORT: JsonObject = {
    "run": 41, "name": "Monthly to the board", "report": "monthly", "period": "2026-09",
    "sent_at": "2026-10-01T06:00:12+05:30",
}  # fmt: skip
CHANGE: Final[JsonObject] = {
    "months": ["2026-09"], "reason": "the plate of the transformer was misread", "reports": [_REPORT],
}  # fmt: skip
_LOCK: JsonObject = {
    "month": "2026-09", "at": "2026-10-03T09:00:00+05:30", "by": "anna", "reason": "closed",
    "changes": [
        {
            **CHANGE, "at": "2026-10-05T10:12:00+05:30", "by": "ram", "action": "ratio.correct", "subject": "mtr_12",
            "number": "UNIT-A",
        }
    ],
    "late": [],
    "reports": [_REPORT],
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "locked_months": Shown("Locked months, oldest first", listed([_LOCK])),
    "lock_month": Shown(
        "The locked month",
        {**_LOCK, "changes": []},
        body="The month, and why",
        sends={"month": "2026-09", "reason": "closed"},
    ),
    "unlock_month": Shown("It is unlocked"),
}
"""By name of the operation."""
