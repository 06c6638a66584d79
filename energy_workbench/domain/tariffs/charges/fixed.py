"""What is charged whatever flows: a day, a month, a year; once, for each meter, for each kVA contracted."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import ClassVar, Literal

from energy_workbench.domain.tariffs.charges.charge import Charge, Times


@dataclass(frozen=True, slots=True, kw_only=True)
class FixedCharge(Charge):
    """So much for a time.

    Attributes
    ----------
    rate : Decimal
    per : str
        `day`, `month`, or `year`, of which a billing month has a twelfth.
    times : str
        `once`, for each of the `meters`, of the `further_meters` after the first, of the units of `contract_demand`.
    """

    kind: ClassVar = "fixed"

    rate: Decimal
    per: Literal["day", "month", "year"] = "month"
    times: Times = "once"
