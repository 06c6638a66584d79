"""Examples of raw readings and SQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_READING: JsonObject = {"ts": "2026-10-05T14:30:00+05:30", "values": {"active_power_total": 412.5, "frequency": 49.98}}

_MAPPING: JsonObject = {
    "name": "Hall 1",
    "fields": {"date_order": "dmy", "columns": {"Wann": "ts", "Energie": "energy_active_import MWh"}},
}

SHOWN: Final[Mapping[str, Shown]] = {
    "mappings": Shown("Mappings", listed([_MAPPING])),
    "put_mapping": Shown(
        "The mapping",
        _MAPPING,
        body="What is stated of the files: what is not named is what a file says itself.",
        sends={"date_order": "dmy", "columns": {"Wann": "ts", "Energie": "energy_active_import MWh"}},
    ),
    "readings": Shown(
        "Readings",
        {
            **listed([_READING]),
            "meter": "mtr_12",
            "number": "UNIT-A",
            "timezone": "Asia/Kolkata",
            "quantities": ["active_power_total", "frequency"],
            "scaled": False,
            "thinned": False,
        },
    ),
    "record": Shown(
        "What was recorded",
        _READING,
        body="One reading or a list of them, values as the meter reports them.",
        sends=[_READING],
    ),
    "sql": Shown(
        "The rows",
        {"columns": ["number", "kwh"], "types": ["string", "double"], "rows": [["UNIT-A", 51230.4]]},
    ),
}
"""By name of the operation."""
