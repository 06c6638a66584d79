"""Energy and demand over time, and of every meter; how complete they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from typing_extensions import TypedDict

from energy_workbench.contract.result import RENAMED, OfPeriod, Table
from energy_workbench.contract.rows.energy import CompletenessRow, EnergyRow, IntervalRow, PatternPoint


class DayOfMeter(TypedDict):
    """How complete a day of a meter is."""

    number: str
    day: str
    completeness: float
    quality: str


@dataclass(frozen=True, repr=False)
class Intervals(OfPeriod, Table[IntervalRow]):
    """Energy, demand and quality of a meter, a row a bucket."""

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "start", "energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah",
        "demand_kw", "power_factor", "quality", "completeness",
    ]  # fmt: skip

    rows: tuple[IntervalRow, ...]
    total: int
    meter: str
    number: str
    name: str
    start: str
    end: str
    every: str
    timezone: str

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"{self.number}, every {self.every}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Pattern(OfPeriod, Table[PatternPoint]):
    """Consumption over time with its totals.

    Attributes
    ----------
    rows : tuple of dict
        `start, energy_kwh [kWh], demand_kw [kW], quality, completeness`; unknown energy is None.
    total_kwh, peak_kw, load_factor : float or None
        Energy [kWh], maximum 15-minute demand [kW], and mean of the known 15 minutes ÷ the greatest of them [1].
    mean_load_kw : float or None
        Energy ÷ the hours that the registers span, gaps included [kW].
    load_factor_share, mean_load_share : float
        Share of the elapsed time that each of the two is of [1].
    peak_at : str or None
        Start of the interval of the maximum demand.
    block_minutes : int
        Length of the block whose maximum it is [min]: 15, or of a meter that is read less often its own.
    running : bool
        Whether the last bucket is not over yet, so that its energy is not that of a whole one.
    reactive_kvarh, power_factor : float or None
        Of the whole period [kvarh], and kWh ÷ kVAh of it [1].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "points"}

    meter: str
    number: str
    name: str
    start: str
    end: str
    every: str
    timezone: str
    rows: tuple[PatternPoint, ...]
    total_kwh: float | None
    peak_kw: float | None
    peak_at: str | None
    load_factor: float | None
    completeness: float
    running: bool = False
    reactive_kvarh: float | None = None
    power_factor: float | None = None
    load_factor_share: float = 0.0
    mean_load_kw: float | None = None
    mean_load_share: float = 0.0
    block_minutes: int = 15

    @property
    def points(self) -> tuple[PatternPoint, ...]:
        """The rows, by the name that REST gives them."""
        return self.rows

    def _columns(self) -> list[str]:
        return ["start", "energy_kwh", "demand_kw", "quality", "completeness"]

    def _caption(self) -> str:
        return f"{self.number}, every {self.every}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Energies(OfPeriod, Table[EnergyRow]):
    """Energy, demand and quality of every meter over a period, a row a meter in the order of the tree.

    Attributes
    ----------
    rows : tuple of dict
        `meter, number, name, type, energy_import_kwh, energy_export_kwh, energy_reactive_kvarh, total_kwh` (what the
        meter consumes or, of a producer, produces [kWh]), `peak_kw` (maximum demand [kW]), `peak_at, block_minutes`
        (length of its block: 15, or of a meter that is read less often its own), `load_factor` (mean of the known
        blocks ÷ the greatest [1]), `mean_load_kw` (energy ÷ the hours that the registers span [kW]),
        `load_factor_share, mean_load_share` (of the elapsed time [1]), `power_factor` (kWh ÷ kVAh [1]),
        `completeness`, and of the site's days that have begun `days`, `estimated_days` and `missing_days`.
        What is unknown is None.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "meter", "number", "name", "type", "energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh",
        "total_kwh", "peak_kw", "peak_at", "block_minutes", "load_factor", "load_factor_share", "mean_load_kw",
        "mean_load_share", "power_factor", "completeness", "days", "estimated_days", "missing_days",
    ]  # fmt: skip

    rows: tuple[EnergyRow, ...]
    total: int
    start: str
    end: str
    timezone: str

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"{self.total} meters, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Completeness(OfPeriod, Table[CompletenessRow, DayOfMeter]):
    """How complete the data of every meter is, day by day.

    Attributes
    ----------
    rows : tuple of dict
        `meter, number, name, status, polled`, and of each day `complete` (share of its elapsed time that is known
        closely [1]) and `quality` (the worst of its intervals).
    days : tuple of str
        The site's days, ISO.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[CompletenessRow, ...]
    total: int
    days: tuple[str, ...]
    start: str
    end: str
    timezone: str

    def records(self) -> Sequence[DayOfMeter]:
        return [
            {"number": row["number"], "day": day, "completeness": share, "quality": quality}
            for row in self.rows
            for day, share, quality in zip(self.days, row["complete"], row["quality"], strict=True)
        ]

    def _columns(self) -> list[str]:
        return ["number", "day", "completeness", "quality"]

    def _caption(self) -> str:
        return f"{self.total} meters, {self.start} to {self.end}"
