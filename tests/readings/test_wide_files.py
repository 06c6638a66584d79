"""Files with very many columns cost by their columns, and not by the square of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from energy_workbench.domain.errors import InputError
from energy_workbench.registry.meter_files.meter_file import read_meter_file
from energy_workbench.services.workbench import Workbench

Write = Callable[..., Path]
FEW, TIMES = 3_000, 10


def columns(count: int) -> str:
    return ",".join(f"c{place}" for place in range(count))


FILES = {
    "of meters": lambda count: f"number,{columns(count)}\nx\n",
    "of meters, all alike": lambda count: "number" + ",c" * count + "\nx\n",
    "of readings": lambda count: f"meter,ts,{columns(count)}\nMAIN,2026-10-01,1\n",
    "of another system": lambda count: f"Zeit;{columns(count).replace(',', ';')}\n01.09.2026 00:00;{'1;' * count}\n",
}


@pytest.mark.parametrize("kind", FILES)
def test_the_cost_grows_with_the_columns(wb: Workbench, file: Write, kind: str) -> None:
    def seconds(count: int) -> float:
        path = file(FILES[kind](count))
        spent = []
        for _ in range(3):
            began = time.process_time()
            with pytest.raises(InputError):
                read_meter_file(path) if "of meters" in kind else wb.import_readings(path, meter="MAIN")
            spent.append(time.process_time() - began)
        return min(spent)

    few = seconds(FEW)
    # With the square of them it would be a hundred times as much.
    assert seconds(FEW * TIMES) < 30 * few + 0.2
