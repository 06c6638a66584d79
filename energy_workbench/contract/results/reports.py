"""Answer about reports: those that were written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from energy_workbench.contract.result import Table
from energy_workbench.contract.rows.schedules import WrittenReport


@dataclass(frozen=True, repr=False)
class WrittenReports(Table[WrittenReport]):
    """Reports that were written, newest first; `total` counts those that a limit left out too."""

    keys: ClassVar[Mapping[str, str]] = {"rows": "items"}

    rows: tuple[WrittenReport, ...]
    total: int
    timezone: str = "UTC"

    def _columns(self) -> list[str]:
        return list(WrittenReport.__annotations__)

    def _caption(self) -> str:
        return f"{len(self.rows)} of {self.total} reports"
