"""Penalty and rebate by the month's power factor; and reactive energy beyond a free share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import OnLines, Windowed
from energy_workbench.domain.tariffs.schedule import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """Power factors of a table, and what they cost.

    Attributes
    ----------
    low, high : Decimal
        From where to where: a power factor of `low` is in it, one of `high` in the next.
    percent : Decimal
        Of the lines, negative for a rebate.
    each : Decimal or None
        For each so much of the way into the band, from that of its ends which is nearer to the neutral power factor;
        None where it is `percent` for the whole of the band.
    """

    low: Decimal
    high: Decimal
    percent: Decimal
    each: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PowerFactorCharge(OnLines):
    """Per cent of other lines, by the average power factor of the month (kWh ÷ kVAh).

    Attributes
    ----------
    bands : tuple of Band
        Those between the neutral power factor and the month's add up, where they are by steps (`each`).
    neutral : Decimal
        Where neither penalty nor rebate is.
    decimals : int
        Of the power factor, before it is looked up.
    """

    kind: ClassVar = "power_factor"

    bands: tuple[Band, ...]
    neutral: Decimal
    decimals: int = 2

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        if not 1 <= self.decimals <= 6:
            yield ("decimals",), "is 1 to 6"
        for number, band in enumerate(self.bands):
            if not 0 <= band.low < band.high:
                yield ("bands", number), "goes from `low` up to `high`"
            elif band.low < self.neutral < band.high:
                yield ("bands", number), f"has the neutral power factor {self.neutral:f} within: end it there"
            if band.each is not None and band.each <= 0:
                yield ("bands", number, "each"), "is a step above 0, such as 0.01"
        ordered = sorted(self.bands, key=lambda band: band.low)
        for lower, upper in pairwise(ordered):
            if lower.high > upper.low:
                yield ("bands", self.bands.index(upper)), f"overlaps the band from {lower.low:f} to {lower.high:f}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactiveCharge(Windowed):
    """So much a kvarh beyond a free share.

    Attributes
    ----------
    free_share : Decimal
        Of the active energy of the same window (0.5 for half a kvarh a kWh, a power factor of 0.894).
    """

    kind: ClassVar = "reactive"

    unit: Literal["kvarh"] = "kvarh"
    free_share: Decimal = Decimal(0)
    blocks_per: Literal["month", "day"] = "month"
    blocks_of: Literal["total", "window"] = "total"
