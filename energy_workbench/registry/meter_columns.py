"""Columns of the meter file: what each says, and the rows that a template file shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.core import accuracy_classes
from energy_workbench.core.entities import Flow, Fuel, MeterType, Priority
from energy_workbench.core.status import Status
from energy_workbench.registry.addresses import HELP as GATEWAY

MEANING: Final[Mapping[str, str]] = {
    "number": "Required; unique; what people call the meter",
    "name": "Required",
    "type": f"Required; {', '.join(MeterType)}",
    "parent": "Number of the meter above, in this file or registered; empty at the top",
    "location": "",
    "flow": f"{', '.join(Flow)}; follows from the type where it is empty",
    "ct_primary": "Current transformer, primary [A]; empty where there is none",
    "ct_secondary": "Current transformer, secondary [A], 1 or 5",
    "pt_primary": "Voltage transformer, primary [V]; empty where there is none",
    "pt_secondary": "Voltage transformer, secondary [V], such as 110",
    "ratio_applied_by": "meter (its registers are primary values; the default) or workbench (they are secondary ones)",
    "gateway": f"Where the meter is read; {GATEWAY}; empty where it is not polled",
    "unit_id": "Modbus device id, 0 to 255; required with a gateway",
    "profile": "Id of the register map, such as schneider_pm5xxx; empty where it is not polled",
    "poll_seconds": "Time between two readings [s], 10 where it is empty",
    "status": f"{', '.join(Status)}; active where it is empty",
    "serial": "Serial number of the device",
    "accuracy_class": f"Class of accuracy of the meter: {', '.join(accuracy_classes.METER)}",
    "ct_class": f"Class of accuracy of the current transformer: {', '.join(accuracy_classes.CURRENT)}",
    "pt_class": f"Class of accuracy of the voltage transformer: {', '.join(accuracy_classes.VOLTAGE)}",
    "rated_kw": "Rated power of what is measured [kW]",
    "seen_by_parent": "no where the meter hangs elsewhere than below its parent; yes where it is empty",
    "production_register": "import (the default) or export: where a producer counts what it produces",
    "x": "Place on a floor plan from the left, 0 to 1",
    "y": "Place on a floor plan from the top, 0 to 1",
    "poll_offset_seconds": "When in each poll_seconds the meter is read [s]; where it is empty, the collector chooses",
    "priority": f"{', '.join(Priority)}: who is read first where a gateway is short of time; normal where it is empty",
    "status_reason": "Why it has that status",
    "shares_device": "yes where its device is meant to be read for another meter too; no where it is empty",
    "fuel": f"{', '.join(Fuel)}: what a generator burns; diesel where it is empty",
}
"""What a column says, in the order of an export."""
COLUMNS: Final = tuple(MEANING)
"""Columns of a meter file in the order of an export."""
EXAMPLES: Final[tuple[Mapping[str, str], ...]] = (
    {"number": "GRID", "name": "Grid incomer", "type": "grid", "location": "Substation"},
    {"number": "MAIN", "name": "Main panel", "type": "main", "parent": "GRID", "location": "Substation"},
    {
        "number": "UNIT-A-MACHINE-05",
        "name": "CNC Machine 05",
        "type": "machine",
        "parent": "MAIN",
        "location": "Hall 1",
        "ct_primary": "100",
        "ct_secondary": "5",
        "pt_primary": "415",
        "pt_secondary": "110",
        "ratio_applied_by": "meter",
        "gateway": "tcp://192.168.1.105:502",
        "unit_id": "5",
        "profile": "schneider_pm5xxx",
        "poll_seconds": "10",
        "status": "active",
        "accuracy_class": "0.5S",
        "ct_class": "0.5",
    },
)
"""Rows of a template file, to be replaced by a plant's own."""
