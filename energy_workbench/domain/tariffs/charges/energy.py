"""Energy, by window and block; and the credit for energy that is exported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import EnergyUnit, HoursOfUse, Windowed
from energy_workbench.domain.tariffs.schedule import Wrong

BlocksPer = Literal["month", "day", "year", "kW", "kW day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyCharge(Windowed):
    """So much a unit of energy.

    Attributes
    ----------
    unit : str
        `kWh`, `kVAh`, `kvarh`.
    blocks_per : str
        What thresholds are of: a month; a day, and so many of them as are billed; a year that begins in the month
        `year_begins`, of which earlier months have had their part; a kilowatt of billed demand (hours of use), for
        the month or for each of its days.
    year_begins : int
    blocks_of : str
        What is held against thresholds: the `total` of all windows, of which each has its share in each block, or
        each `window` by itself.
    demand : str
        The demand charge whose billed demand is meant by `kW`; empty for the first of the version.
    hours_of_use : HoursOfUse or None
        When it applies; None is always.
    """

    kind: ClassVar = "energy"

    unit: EnergyUnit = "kWh"
    blocks_per: BlocksPer = "month"
    year_begins: int = 1
    blocks_of: Literal["total", "window"] = "total"
    demand: str = ""
    hours_of_use: HoursOfUse | None = None

    @property
    def per_year(self) -> bool:
        """Whether its thresholds are of a year."""
        return self.blocks_per == "year" and not self.flat

    @property
    def per_demand(self) -> bool:
        """Whether its thresholds are by billed demand."""
        return self.blocks_per in ("kW", "kW day") and not self.flat

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        yield from Windowed.wrong(self)
        if not 1 <= self.year_begins <= 12:
            yield ("year_begins",), "is a month, 1 to 12"
        if self.hours_of_use and not self.flat:
            yield ("hours_of_use",), "does not go with blocks: a year's correction would need each month's"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportCredit(Windowed):
    """What a unit of exported energy is credited with; its lines are negative."""

    kind: ClassVar = "export"

    unit: Literal["kWh"] = "kWh"
    blocks_per: Literal["month", "day"] = "month"
    blocks_of: Literal["total", "window"] = "total"
