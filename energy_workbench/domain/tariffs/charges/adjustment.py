"""Fuel and market adjustments: a series of months, by energy or as per cent of lines."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import OnLines
from energy_workbench.domain.tariffs.schedule import Wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class AdjustmentCharge(OnLines):
    """What an authority or a supplier sets anew each month.

    Attributes
    ----------
    unit : str
        `kWh`, `kVAh`, or `percent` of the lines that it is `of`.
    months : mapping of str to Decimal
        By the month in which the billing month begins (`2026-04`). A month that is not there has the value of the
        newest before it, and its line is provisional.
    """

    kind: ClassVar = "adjustment"

    unit: Literal["kWh", "kVAh", "percent"] = "kWh"
    months: Mapping[str, Decimal] = field(default_factory=dict)

    def wrong(self) -> Iterator[Wrong]:
        """What is wrong with it by itself."""
        if not self.months:
            yield ("months",), "are none: write at least one, such as 2026-04: 0.25"
        for month in self.months:
            if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
                yield ("months", month), "is no month: write it as 2026-04"
        if self.of and self.unit != "percent":
            yield ("of",), "goes with `unit: percent` only"
