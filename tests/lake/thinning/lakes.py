"""Lakes with a history that is thinned, and their intervals bit by bit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.ratios import Ratio
from energy_workbench.energy.counter_steps import Evidence
from energy_workbench.energy.interval_schema import interval_schema
from energy_workbench.lake import Lake
from energy_workbench.lake.build.intervals import build
from energy_workbench.lake.findings import stored
from energy_workbench.lake.maintenance import maintain
from energy_workbench.lake.thinning.thinner import Thinned, Thinner, due
from tests.lake.helpers import ENERGY, T0, T0_US

NEVER = date(2090, 1, 1)

Columns = Mapping[str, np.ndarray]


def counting(
    days: float, *, step: float = 60.0, seed: int = 1, start: float = 0.0, missed: float = 0.01, level: float = 1000.0
) -> dict[str, np.ndarray]:
    """A counter in hundredths of a kWh and its power, read every so many seconds of days, some of it missed."""
    luck = np.random.default_rng(seed)
    second = start * 86_400 + np.arange(0, days * 86_400, step)
    power = np.abs(luck.normal(50, 20, len(second))).round(2)
    told = luck.random(len(second)) >= missed
    return {
        "second": second[told],
        "offset_ms": luck.integers(5, 900, len(second))[told],
        ENERGY: (level + np.cumsum(power * step / 3600)).round(2)[told],
        "active_power_total": power[told],
    }


def append(lake: Lake, meter: int, columns: Columns) -> None:
    """Store readings: `second` after T0, optionally `offset_ms`, and a column a quantity; NaN is no value."""
    slots = T0_US + np.rint(columns["second"] * 1e6).astype("int64")
    values = {name: pa.array(value, from_pandas=True) for name, value in columns.items() if name != "second"}
    if "offset_ms" in values:
        values["offset_ms"] = values["offset_ms"].cast(pa.int32())
    lake.append(
        pa.table({
            "meter": pa.array(np.full(len(slots), meter), pa.int32()),
            "slot": pa.array(slots).cast(pa.timestamp("us", "UTC")),
            **values,
        })
    )  # fmt: skip


def bits(lake: Lake) -> tuple[pa.Table, list[Finding]]:
    """Intervals as they stand in the files, and the findings beside them."""
    tables = [pq.ParquetFile(file.path).read() for file in lake.intervals.snapshot().files]
    order = [("meter", "ascending"), ("start", "ascending")]
    return pa.concat_tables([interval_schema().empty_table().drop_columns(["month"]), *tables]).sort_by(order), stored(
        lake.findings
    )


def thin(
    lake: Lake, ratios: Sequence[tuple[int, Ratio]] = (), evidence: Evidence | None = None, *, before: date = NEVER
) -> list[Thinned]:
    """Thin all that is due, after upkeep."""
    maintain(lake, T0 + timedelta(days=800))
    done = []
    for file in due(lake, before):
        thinned = Thinner(lake, ratios, evidence or {}, lambda *_: ()).thin(file, lambda _: None)
        assert thinned is not None
        done.append(thinned)
    return done


def rebuilt(
    lake: Lake, ratios: Sequence[tuple[int, Ratio]] = (), evidence: Evidence | None = None
) -> tuple[pa.Table, list[Finding]]:
    """All intervals built from nothing but the readings that there are."""
    lake.build_anew()
    build(lake, ratios, evidence=evidence)
    return bits(lake)


def sized(lake: Lake) -> tuple[int, int]:
    """Readings of a lake, and the bytes of their files."""
    files = lake.readings.snapshot().files
    return sum(file.rows for file in files), sum(Path(file.path).stat().st_size for file in files)
