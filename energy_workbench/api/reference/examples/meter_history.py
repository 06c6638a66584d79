"""Examples of a meter's statuses, ratios and exchanges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.examples.meters import TRANSFORMER
from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_RATIO: JsonObject = {
    "valid_from": "2026-10-05T00:00:00+05:30", **TRANSFORMER, "pt_primary": 11000, "pt_secondary": 110,
}  # fmt: skip
_RATIO_ROW: JsonObject = {
    **_RATIO, "ct_ratio": "1000/5", "pt_ratio": "11000/110",
}  # fmt: skip
_EXCHANGE: JsonObject = {
    "at": "2026-10-05T10:30:00+05:30", "old_serial": "A-1001", "new_serial": "A-2044", "note": "seal 77120",
    "closing": {"energy_active_import": 981_204.5}, "opening": {"energy_active_import": 0.0},
}  # fmt: skip
_PREVIEW: JsonObject = {
    "at": "2026-10-05T10:30:00+05:30",
    "counters": [
        {
            "quantity": "energy_active_import", "label": "Energy active import", "unit": "kWh", "last": 981_203.8,
            "last_at": "2026-10-05T10:29:50+05:30", "closing": 981_204.5, "opening": 0.0, "first": 1.2,
            "first_at": "2026-10-05T10:31:00+05:30",
        }
    ],
    "energy": [
        {
            "span": "day", "start": "2026-10-05T00:00:00+05:30", "end": "2026-10-06T00:00:00+05:30",
            "before_import_kwh": 1102.4, "after_import_kwh": 1104.3, "before_export_kwh": 0.0, "after_export_kwh": 0.0,
        }
    ],
    "warnings": [], "locked_months": ["2026-10"],
    "reports": [
        {
            "run": 12, "name": "Board", "report": "monthly", "period": "2026-10",
            "sent_at": "2026-11-01T06:00:12+05:30",
        }
    ],
}  # fmt: skip

_RATIO_PREVIEW: JsonObject = {
    "from": "2026-10-05T00:00:00+05:30", "until": None, "intervals": 672, "warnings": ["672 intervals are …"],
    "months": [
        {
            "month": "2026-10", "before_import_kwh": 20_160.0, "after_import_kwh": 30_240.0, "before_export_kwh": 0.0,
            "after_export_kwh": 0.0, "locked": True,
        }
    ],
    "locked_months": ["2026-10"], "reports": [],
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "meter_statuses": Shown(
        "Statuses",
        listed([{"valid_from": None, "status": "active", "reason": "", "by": "editor"}]),
    ),
    "meter_parents": Shown("Places", listed([{"valid_from": None, "parent_id": "mtr_2", "parent": "MAIN"}])),
    "add_parent": Shown(
        "The place",
        {"valid_from": "2026-10-05T00:00:00+05:30", "parent_id": "mtr_3", "parent": "UNIT-A"},
        body="Where it hangs, and from when on; `parent_id` null is the top.",
        sends={"parent_id": "mtr_3", "valid_from": "2026-10-05"},
    ),
    "delete_parent": Shown("Places", listed([{"valid_from": None, "parent_id": "mtr_2", "parent": "MAIN"}])),
    "meter_formulas": Shown("Formulas", listed([{"valid_from": None, "formula": "[MAIN] - [UNIT-A]"}])),
    "add_formula": Shown(
        "The formula",
        {"valid_from": "2026-10-05T00:00:00+05:30", "formula": "[MAIN] - [UNIT-A] - 0.4 * [CHILLERS]"},
        body="What it is made of, and from when on.",
        sends={"formula": "[MAIN] - [UNIT-A] - 0.4 * [CHILLERS]", "valid_from": "2026-10-05"},
    ),
    "delete_formula": Shown("Formulas", listed([{"valid_from": None, "formula": "[MAIN] - [UNIT-A]"}])),
    "meter_ratios": Shown("Ratios", listed([_RATIO_ROW])),
    "ratio_impact": Shown(
        "What would be computed again",
        {"from": "2026-10-05T00:00:00+05:30", "until": None, "intervals": 672, "warnings": ["672 intervals are …"]},
    ),
    "preview_ratio": Shown(
        "What would be computed again, and the energy of each month before and after",
        _RATIO_PREVIEW,
        body="The pair as it would be stored",
        sends=_RATIO,
    ),
    "add_ratio": Shown(
        "The ratio",
        _RATIO_ROW,
        body="Empty CT or PT means no transformer (1:1); `valid_from` is now by default.",
        sends=_RATIO,
    ),
    "edit_ratio": Shown(
        "The ratio",
        _RATIO_ROW,
        body="Empty CT or PT means no transformer (1:1); `valid_from` is now by default.",
        sends=_RATIO,
    ),
    "delete_ratio": Shown("Ratios", listed([_RATIO_ROW])),
    "exchanges": Shown("Exchanges", listed([_EXCHANGE])),
    "add_exchange": Shown(
        "The exchange",
        _EXCHANGE,
        body="`at` is now by default; readings are counters, as the devices showed them.",
        sends=_EXCHANGE,
    ),
    "preview_exchange": Shown(
        "What it would change",
        _PREVIEW,
        body="The exchange, as it is recorded; to see what taking one away would change, `at` alone.",
        sends=_EXCHANGE,
    ),
    "delete_exchange": Shown("Exchanges", listed([_EXCHANGE])),
}
"""By name of the operation."""
