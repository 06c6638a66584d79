"""Demand: the highest mean power of a block, by window; contract, minimum, ratchet, and the year's maximum."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Final, Literal

from energy_workbench.domain.tariffs.charges.charge import DemandUnit, HoursOfUse, Windowed
from energy_workbench.domain.tariffs.schedule import Wrong

BLOCK_MINUTES: Final = (5, 10, 15, 20, 30, 60)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContractTerms:
    """What is agreed of a demand.

    Attributes
    ----------
    demand : Decimal or None
        In the unit of the charge; None for what the meter's own agreement says.
    minimum_share : Decimal
        Share of it that is billed at least (0.8 for 80 %).
    tolerance : Decimal
        Share of it by which it may be exceeded without excess.
    excess_rate : Decimal or None
        What a unit above it costs, instead of the charge's rate; None for the same.
    """

    demand: Decimal | None = None
    minimum_share: Decimal = Decimal(0)
    tolerance: Decimal = Decimal(0)
    excess_rate: Decimal | None = None

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        if not 0 <= self.minimum_share <= 1:
            yield ("minimum_share",), "is a share from 0 to 1: 0.8 for 80 %"
        if self.demand is not None and self.demand <= 0:
            yield ("demand",), "is more than 0"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratchet:
    """A month's demand is at least a share of the highest of months before it.

    Attributes
    ----------
    share : Decimal
        0.8 for 80 %.
    months : int
        How many months before it are looked at.
    of : tuple of int
        Calendar months (1 to 12) that count, in which a billing month begins; empty for all.
    windows : str
        Whose demand of earlier months: of `any` window of the charge, or of the `same` one.
    """

    share: Decimal
    months: int = 11
    of: tuple[int, ...] = ()
    windows: Literal["any", "same"] = "any"

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        if not 0 < self.share <= 2:
            yield ("share",), "is a share: 0.8 for 80 %"
        if not 1 <= self.months <= 60:
            yield ("months",), "is how many months before are looked at, 1 to 60"
        if any(not 1 <= month <= 12 for month in self.of):
            yield ("of",), "are months, 1 to 12"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandCharge(Windowed):
    """So much a kilowatt or kilovolt-ampere of demand.

    Attributes
    ----------
    unit : str
        `kW`, `kVA`, `kvar`.
    block : int
        Over how many minutes power is averaged.
    sliding : bool
        Whether a block may begin at each interval; else blocks lie side by side on the clock.
    highest : int
        The mean of how many highest blocks it is.
    on_different_days : bool
        Whether each of them must be of another day.
    per : str
        `month`; `day`: each day's maximum is billed; `year`: the year's maximum so far, a twelfth of the rate each
        month, and what earlier months of the year are short of where it rises.
    year_begins : int
        Month in which that year begins.
    peaks : tuple of datetime
        Instants that the utility names: the demand is the mean of the blocks that hold those within the month.
        Empty for the highest of the month; the meter's agreement may name them too.
    named_peaks : bool
        Whether it is billed at named instants only, also before any is named.
    minimum : Decimal
        Least demand that is billed.
    target_power_factor : Decimal or None
        A demand in kW is billed × target ÷ the month's power factor, where that is lower; None for as it is.
    contract : ContractTerms or None
    ratchet : Ratchet or None
    hours_of_use : HoursOfUse or None
        When it applies; None is always.
    """

    kind: ClassVar = "demand"

    unit: DemandUnit = "kW"
    block: int = 15
    sliding: bool = False
    highest: int = 1
    on_different_days: bool = False
    per: Literal["month", "day", "year"] = "month"
    year_begins: int = 1
    peaks: tuple[datetime, ...] = ()
    named_peaks: bool = False
    minimum: Decimal = Decimal(0)
    target_power_factor: Decimal | None = None
    contract: ContractTerms | None = None
    ratchet: Ratchet | None = None
    hours_of_use: HoursOfUse | None = None

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        yield from Windowed.wrong(self)
        if self.block not in BLOCK_MINUTES:
            yield ("block",), f"is a length in minutes: {', '.join(map(str, BLOCK_MINUTES))}"
        if not 1 <= self.highest <= 100:
            yield ("highest",), "is how many highest blocks are averaged, 1 to 100"
        if not 1 <= self.year_begins <= 12:
            yield ("year_begins",), "is a month, 1 to 12"
        if any(each.tzinfo is None for each in self.peaks):
            yield ("peaks",), "are instants with an offset: 2026-01-14T17:30+01:00"
        if self.target_power_factor is not None and (self.unit != "kW" or not 0 < self.target_power_factor <= 1):
            yield ("target_power_factor",), "is more than 0 and 1 at most, of a demand in kW"
        if self.per != "month" and (self.ratchet or self.contract):
            yield ("per",), "with a ratchet or a contract is `month`"
        if self.hours_of_use and (self.ratchet or self.contract or self.per == "day" or not self.flat):
            yield ("hours_of_use",), "goes with one rate by month or year, without ratchet and contract"
