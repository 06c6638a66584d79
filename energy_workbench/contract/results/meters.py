"""Answers about meters: what they are, how many are in which state, and what they reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import TypedDict

from energy_workbench.contract.result import OfPeriod, Result, Table
from energy_workbench.contract.rows.meters import MeterRow, ReadingRow

METER_COLUMNS = [*MeterRow.__annotations__][: [*MeterRow.__annotations__].index("updated_at") + 1]
"""Columns of a meter that every list of meters has, in this order; more may follow."""

WideReading = Mapping[str, str | float]
"""`ts`, and a value a quantity."""


class StateCount(TypedDict):
    """How many meters are in a state of a group: status, health, communication or colour."""

    of: str
    state: str
    meters: int


@dataclass(frozen=True, repr=False)
class MeterTable(Table[MeterRow]):
    """Meters as configured, with their live state; `total` counts those that a limit left out too."""

    keys: ClassVar[Mapping[str, str]] = {"rows": "items"}

    rows: tuple[MeterRow, ...]
    total: int
    timezone: str = "UTC"

    def _columns(self) -> list[str]:
        return [*METER_COLUMNS, *(key for row in self.rows[:1] for key in row if key not in METER_COLUMNS)]

    def _caption(self) -> str:
        return f"{len(self.rows)} of {self.total} meters"


@dataclass(frozen=True, repr=False)
class Readings(OfPeriod, Table[ReadingRow, WideReading]):
    """Raw readings of a meter: rows of `{ts, values: {quantity: value}}`, a column a quantity in a frame.

    `thinned` says that of some of their time only those readings are kept that intervals are made of.
    """

    keys: ClassVar[Mapping[str, str]] = {"rows": "items"}

    rows: tuple[ReadingRow, ...]
    total: int
    meter: str
    number: str
    timezone: str
    quantities: tuple[str, ...] = ()
    scaled: bool = False
    thinned: bool = False

    def records(self) -> Sequence[WideReading]:
        return [{"ts": row["ts"], **row["values"]} for row in self.rows]

    def _columns(self) -> list[str]:
        return ["ts", *self.quantities]

    def _caption(self) -> str:
        return f"{self.number}: {len(self.rows)} readings{', scaled to primary' if self.scaled else ''}" + (
            ", of a time whose readings were thinned" if self.thinned else ""
        )


@dataclass(frozen=True, repr=False)
class StatusSummary(Result[StateCount]):
    """How many meters are in which state."""

    total: int
    status: dict[str, int]
    health: dict[str, int]
    communication: dict[str, int]
    colour: dict[str, int]

    def records(self) -> Sequence[StateCount]:
        groups = ("status", "health", "communication", "colour")
        return [{"of": g, "state": s, "meters": n} for g in groups for s, n in getattr(self, g).items()]

    def _caption(self) -> str:
        return f"{self.total} meters"
