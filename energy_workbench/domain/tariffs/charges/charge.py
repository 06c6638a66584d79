"""What all charges have, and what many share: rates by window, lines that they are a part of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.rates import Rate
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.schedule import Wrong

EnergyUnit = Literal["kWh", "kVAh", "kvarh"]
DemandUnit = Literal["kW", "kVA", "kvar"]
Times = Literal["once", "meters", "further_meters", "contract_demand"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge of a tariff.

    Attributes
    ----------
    name : str
        As it stands on the bill; other charges name it by that.
    rounding : Rounding or None
        None for the tariff's.
    note : str
        For readers.
    """

    kind: ClassVar[str]

    name: str
    rounding: Rounding | None = None
    note: str = ""

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        yield from ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HoursOfUse:
    """A condition: annual energy ÷ annual maximum demand, at least or below so much.

    Attributes
    ----------
    at_least, below : Decimal or None
        Hours of a year [h].
    demand : str
        The demand charge whose maximum it is; empty for the first demand charge of the version.
    """

    at_least: Decimal | None = None
    below: Decimal | None = None
    demand: str = ""

    def holds(self, hours: Decimal) -> bool:
        """Whether a year of so many hours of use fulfils it."""
        return (self.at_least is None or hours >= self.at_least) and (self.below is None or hours < self.below)

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        if self.at_least is None and self.below is None:
            yield (), "states no hours: write at_least or below"


@dataclass(frozen=True, slots=True, kw_only=True)
class Windowed(Charge):
    """A charge with a rate, or one for each window of a schedule.

    Attributes
    ----------
    rate : Rate or None
        Where it has no schedule.
    schedule : str
        Name of one of the version's.
    rates : mapping of str to Rate
        By window, each of the schedule.
    """

    rate: Rate | None = None
    schedule: str = ""
    rates: Mapping[str, Rate] = field(default_factory=dict)

    @property
    def by_window(self) -> Mapping[str, Rate]:
        """Its rates; without a schedule the window has no name."""
        return self.rates if self.schedule else {"": self.rate} if self.rate else {}

    @property
    def flat(self) -> bool:
        """Whether no rate has blocks."""
        return all(rate.flat for rate in self.by_window.values())

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        if self.schedule and self.rate:
            yield ("rate",), "has `schedule` too: write `rates`, one for each of its windows"
        elif self.schedule and not self.rates:
            yield ("schedule",), "has no `rates`: write one for each of its windows"
        elif self.rates and not self.schedule:
            yield ("rates",), "are by window: name the `schedule` that they are of, or write one `rate`"
        elif not self.rate and not self.rates:
            yield (), "has no rate: write `rate`, or `schedule` and `rates`"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnLines(Charge):
    """A charge that is a part of others above it.

    Attributes
    ----------
    of : tuple of str
        Their names; empty for all above it.
    """

    of: tuple[str, ...] = ()
