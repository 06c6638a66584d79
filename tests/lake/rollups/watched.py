"""A reader that tells which of its questions sums by day answered, and a lake with intervals as a test wants them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from datetime import tzinfo
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pytest

from energy_workbench.lake import Lake, Reader
from energy_workbench.lake.metering import Rules
from energy_workbench.lake.rollups import folder, planning
from energy_workbench.lake.rollups.folder import FOLDER, Rollups

Answer = TypeVar("Answer")


class Watched(Reader):
    """Counts the queries that look at sums by day."""

    def __init__(self, lake: Lake, zone: tzinfo, stated: Mapping[int, Any] | None = None) -> None:
        super().__init__(lake, metering=Rules(zone=lambda: zone, stated=lambda: stated or {}))
        self.rolled = 0

    def run(self, query: str, **tables: pa.Table) -> pa.Table:
        self.rolled += f"/{FOLDER}/" in query
        return super().run(query, **tables)


def small_files_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each file have sums, however small it is."""
    monkeypatch.setattr(folder, "LEAST_ROWS", 1)
    monkeypatch.setattr(planning, "FEW", -1)
    monkeypatch.setattr(folder, "LEAST_SPAN_US", 0)


def summed_up(lake: Lake, zone: tzinfo) -> int:
    """Sum up all there is; how many intervals were."""
    return Rollups(lake.path).make(lake.intervals.snapshot(), zone, most=2**62)


def both_ways(lake: Path, ask: Callable[[], Answer]) -> tuple[Answer, Answer]:
    """What is answered with the sums that there are, and without any."""
    rolled = ask()
    kept = lake / "kept aside"
    (lake / FOLDER).rename(kept)
    plain = ask()
    shutil.move(kept, lake / FOLDER)
    return rolled, plain


def alike(one: Any, other: Any) -> bool:
    """Whether two answers are the same but for the last digits of sums added in another order."""
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-9, nan_ok=True)
    if isinstance(one, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(alike, one, other))
    return bool(one == other)
