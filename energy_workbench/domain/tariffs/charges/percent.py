"""Per cent of named lines; taxes and duties; a minimum that a bill comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import EnergyUnit, OnLines, Times
from energy_workbench.domain.tariffs.schedule import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class PercentCharge(OnLines):
    """Per cent of lines above it: a surcharge, or a discount where it is negative."""

    kind: ClassVar = "percent"

    percent: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCharge(OnLines):
    """A tax or duty: per cent of lines above it, or so much a unit of energy.

    Attributes
    ----------
    percent : Decimal or None
    rate : Decimal or None
        A unit of `unit`, instead of per cent.
    """

    kind: ClassVar = "tax"

    percent: Decimal | None = None
    rate: Decimal | None = None
    unit: EnergyUnit = "kWh"

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        if (self.percent is None) == (self.rate is None):
            yield (), "is either `percent` of lines, or `rate` of a unit: write one of them"
        if self.rate is not None and self.of:
            yield ("of",), "goes with `percent` only"


@dataclass(frozen=True, slots=True, kw_only=True)
class MinimumCharge(OnLines):
    """What lines above it come to at least; its line is what they are short of it.

    Attributes
    ----------
    least : Decimal
    per : str
        `month`, `day`; `year`: looked at in the last month of a year that begins in `year_begins`.
    times : str
        `once`, for each of the `meters`, of the `further_meters` after the first, of the units of `contract_demand`.
    """

    kind: ClassVar = "minimum"

    least: Decimal
    per: Literal["day", "month", "year"] = "month"
    year_begins: int = 1
    times: Times = "once"
