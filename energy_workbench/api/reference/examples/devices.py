"""Examples of scans, registers as they are, and what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown
from energy_workbench.contract.rows.payload import JsonObject

_GATEWAY = "tcp://192.168.1.20:502"
_SCAN: JsonObject = {
    "id": "scn_4f0c21ab", "gateway": _GATEWAY, "units": "1-247", "state": "running", "phase": "examining", "asked": 247,
    "of": 494, "unit_id": 3, "seconds": 128.4,
    "found": [
        {
            "unit_id": 3, "milliseconds": 41, "examined": True, "meter": "", "number": "SELEC-3",
            "name": "Selec MFM384-C, unit 3",
            "candidates": [
                {
                    "profile": "selec_mfm384:little", "vendor": "Selec", "model": "MFM384-C", "word_order": "little",
                    "byte_order": "big", "source": "shipped", "confidence": "two-sources", "certainty": "certain",
                    "score": 24.6, "reasons": ["frequency 50.02 Hz"], "against": [],
                }
            ],
            "identity": {}, "notes": [], "error": "",
        }
    ],
    "notes": [], "error": "", "advice": "",
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "scan": Shown(
        "The scan, which goes on", _SCAN, body="Gateway and unit ids.", sends={"gateway": _GATEWAY, "units": "1-247"}
    ),
    "scan_state": Shown("The scan as far as it is", _SCAN),
    "stop_scan": Shown("The scan as far as it was", {**_SCAN, "state": "cancelled", "phase": ""}),
    "adopt_units": Shown(
        "The meters' numbers",
        {"gateway": _GATEWAY, "meters": ["SELEC-14"]},
        body="Units that become meters, and their parent.",
        sends={
            "gateway": _GATEWAY,
            "parent": "UNIT-A",
            "meters": [{"unit_id": 14, "number": "SELEC-14", "name": "Compressor", "profile": "selec_mfm384:little"}],
        },
    ),
    "registers": Shown(
        "Registers, and what begins with each",
        {
            "gateway": _GATEWAY,
            "unit_id": 3,
            "function": 3,
            "requests": 1,
            "milliseconds": 38,
            "ok": True,
            "error": "",
            "advice": "",
            "registers": [
                {
                    "address": 70,
                    "word": 16_968,
                    "hex": "4248",
                    "text": "BH",
                    "values": {"abcd": {"uint16": 16_968, "float32": 50.02}, "badc": {"uint16": 18_498}},
                }
            ],
        },
    ),
    "save_register": Shown(
        "The profile as it is now",
        {
            "profile": "own_meter",
            "file": "/srv/energy/profiles/own_meter.yaml",
            "new": True,
            "quantities": ["frequency"],
            "polled": ["frequency"],
        },
        body="Keys of a register in a profile's file, and who made the meter.",
        sends={
            "quantity": "frequency",
            "address": 70,
            "type": "float32",
            "unit": "Hz",
            "vendor": "Acme",
            "model": "P3",
        },
    ),
}
"""By name of the operation."""
