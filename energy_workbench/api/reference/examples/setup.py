"""Examples of templates, audit, undo, profiles, gateways and probes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.examples.meters import TRANSFORMER
from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_CHANGED: JsonObject = {
    "at": "2026-10-05T14:30:00+05:30", "by": "editor", "action": "meter.update", "subject": "mtr_12",
    "number": "UNIT-A", "before": {"name": "Unit"}, "after": {"name": "Unit A"}, "change": 311, "undoes": None,
    "locked": None,
}  # fmt: skip
_CHANGE: JsonObject = {"change": 311, "text": "UNIT-A changed", "entries": [_CHANGED]}
_TEMPLATE: JsonObject = {
    "name": "Feeder 1000/5", "fields": {"type": "machine", **TRANSFORMER}, "meters": ["UNIT-A-MACHINE-05"],
}  # fmt: skip
_GATEWAY: JsonObject = {
    "url": "tcp://192.168.1.20:502", "options": {"timeout_ms": 800}, "revision": 2_105_340_187, "meters": 12,
    "online": 11,
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "templates": Shown("Templates", listed([_TEMPLATE])),
    "create_template": Shown(
        "The template",
        _TEMPLATE,
        body="The template's name, and the meter that it is like (id or number).",
        sends={"name": "Feeder 1000/5", "meter": "UNIT-A"},
    ),
    "put_template": Shown(
        "The template",
        _TEMPLATE,
        body="Its fields, as of a meter but without what each has of its own.",
        sends={"type": "machine", **TRANSFORMER},
    ),
    "undoable": Shown("The change, or null", {"undoable": _CHANGE}),
    "undo": Shown("The change that was undone", {"undone": _CHANGE}),
    "audit": Shown("Changes", listed([_CHANGED])),
    "audit_summary": Shown(
        "How many", {"total": 1, "by": {"editor": 12, "asha": 3}, "actions": {"meter.update": 14, "ratio.add": 1}}
    ),
    "profiles": Shown("Profiles", listed([{"id": "schneider_pm5xxx", "vendor": "Schneider", "model": "PM5000"}])),
    "gateways": Shown("Gateways", listed([_GATEWAY])),
    "set_gateway": Shown(
        "The gateway",
        _GATEWAY,
        body="The gateway's address and its options: `timeout_ms`, `pause_ms` [ms], `retries`, `connections`.",
        sends={"url": "tcp://192.168.1.20:502", "options": {"timeout_ms": 800, "pause_ms": None}},
    ),
    "probe": Shown(
        "What the meter says",
        {
            "ok": True,
            "values": [{"quantity": "current_l1", "label": "Current L1", "unit": "A", "raw": 4.2, "scaled": 840.0}],
            "error": "",
            "advice": "",
            "milliseconds": 42,
        },
        body="Where the meter is, and its CT and PT if the workbench applies them.",
        sends={
            "gateway": "tcp://192.168.1.20:502",
            "unit_id": 3,
            "profile": "schneider_pm5xxx",
            **TRANSFORMER,
        },
    ),
    "suggest_profiles": Shown(
        "Profiles that fit the meter",
        {
            "ok": True,
            "candidates": [
                {
                    "profile": "selec_mfm384:little",
                    "vendor": "Selec",
                    "model": "MFM384-C",
                    "word_order": "little",
                    "byte_order": "big",
                    "source": "shipped",
                    "confidence": "two-sources",
                    "certainty": "certain",
                    "score": 24.6,
                    "reasons": ["frequency 50.02 Hz"],
                    "against": ["1 of its registers is not there"],
                }
            ],
            "identity": {"vendor": "Selec"},
            "values": [{"quantity": "frequency", "label": "Frequency", "unit": "Hz", "raw": 50.02, "scaled": 50.02}],
            "notes": ["the nameplate decides"],
            "error": "",
            "advice": "",
            "milliseconds": 420,
        },
        body="Where the meter is.",
        sends={"gateway": "tcp://192.168.1.20:502", "unit_id": 3},
    ),
}
"""By name of the operation."""
