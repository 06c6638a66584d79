"""What a kWh is stands on its own: from readings as arrays to energies of intervals, without storage or SQL."""

from __future__ import annotations

import json
import subprocess
import sys

SCRIPT = """
import json, sys
import numpy as np
from energy_workbench.energy.interval_builder import IntervalBuilder
from energy_workbench.energy.multipliers import Multipliers

QUARTER = 900_000_000
start = 1_750_000_000_000_000 // QUARTER
# A register of 0.5 kWh more each ten minutes, silent for half an hour; the meter's ratio is one.
ts = np.array([start * QUARTER + minute * 60_000_000 for minute in (0, 10, 20, 30, 60, 70, 80, 90)], "int64")
value = np.array([100 + minute / 20 for minute in (0, 10, 20, 30, 60, 70, 80, 90)])
builder = IntervalBuilder([7], start, start + 6, Multipliers([]))
builder.book(np.full(len(ts), 7, "int32"), ts, {"energy_active_import": value})
builder.close()
rows = builder.table().to_pylist()
print(json.dumps({
    "kwh": [row["energy_import_kwh"] for row in rows],
    "quality": [row["quality"] for row in rows],
    "loaded": sorted({name.split(".")[0] for name in sys.modules}),
    "rooms": sorted({".".join(name.split(".")[:2]) for name in sys.modules if name.startswith("energy_workbench.")}),
}))
"""


def test_readings_become_energies_of_intervals_without_lake_registry_or_sql() -> None:
    ran = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True)
    found = json.loads(ran.stdout)
    assert [round(kwh, 9) for kwh in found["kwh"]] == [0.75] * 6
    # The silence lies in the third and fourth quarter: their sum is the registers', its share of each an estimate.
    assert found["quality"] == ["actual", "actual", "estimated", "estimated", "actual", "actual"]
    assert found["rooms"] == ["energy_workbench.domain", "energy_workbench.energy"]
    assert not {"duckdb", "deltalake", "sqlalchemy", "pymodbus"} & set(found["loaded"])
