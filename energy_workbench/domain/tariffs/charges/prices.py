"""Energy at a series of prices, such as day-ahead, with a factor and an adder."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.schedule import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceSeries:
    """Prices one after the other.

    Attributes
    ----------
    start : datetime
        When the first begins, with an offset.
    minutes : int
        How long each holds: 60, 30 or 15.
    values : tuple of Decimal
        A unit of energy, in the tariff's currency.
    """

    start: datetime
    minutes: int
    values: tuple[Decimal, ...]

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it."""
        if self.start.tzinfo is None:
            yield ("start",), "has no offset: write it as 2026-01-01T00:00+01:00"
        if self.minutes not in (5, 15, 30, 60):
            yield ("minutes",), "is 60, 30, 15 or 5"


@dataclass(frozen=True, slots=True, kw_only=True)
class PricesCharge(Charge):
    """Each interval's energy at the price of its time: `price × factor + adder`.

    Attributes
    ----------
    series : str
        Name of a series that is given with the readings; empty where `prices` has it.
    prices : PriceSeries or None
    direction : str
        `import`, or `export`, which is credited.
    """

    kind: ClassVar = "prices"

    series: str = ""
    prices: PriceSeries | None = None
    factor: Decimal = Decimal(1)
    adder: Decimal = Decimal(0)
    direction: Literal["import", "export"] = "import"

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        if bool(self.series) == (self.prices is not None):
            yield (), "has either the name of a `series`, or `prices`: write one of them"
