"""Rates that come as a series: adjustments by month, prices by the hour."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.charge import ENERGIES, ZERO, Charge, Common, Tell, check_on
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.windows import Scheme


@dataclass(frozen=True)
class Adjustment(Charge):
    """A fuel or market adjustment: each calendar month its own rate a unit of energy, or per cent of lines.

    Attributes
    ----------
    unit : str
        An energy unit, or `%` of the lines in `on`.
    months : tuple of (str, Decimal)
        `2026-04` and its rate. A month after the last one has the last one's, and its line is provisional.
    """

    KIND: ClassVar[str] = "adjustment"

    unit: str
    months: tuple[tuple[str, Decimal], ...]
    on: tuple[str, ...] = ()

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        unit = fields.choice("unit", (*ENERGIES, "%"))
        months: list[tuple[str, Decimal]] = []
        if (inner := fields.inner("months")) is None:
            fields.node_of("months", required=True)
        else:
            for month in inner.names():
                if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month):
                    inner.tell(month, "", "is no month: write it as 2026-04")
                months.append((month, inner.number(month)))
        return cls(common, unit, tuple(sorted(months)), fields.words("on", required=unit == "%"))

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del schemes
        return replace(self, on=check_on(self.on, before, tell)) if self.unit == "%" else self


@dataclass(frozen=True)
class PriceSeries(Charge):
    """Energy at the prices of a series (day-ahead), times a factor, with an adder.

    Attributes
    ----------
    series : str
        Its name among the prices that a bill is given.
    factor : Decimal
        [1].
    adder : Decimal
        [currency a kWh].
    per : str
        Whether prices are a kWh or a MWh.
    export : bool
        Whether what is fed in is credited, instead of what is drawn charged.
    """

    KIND: ClassVar[str] = "price series"

    series: str
    factor: Decimal = Decimal(1)
    adder: Decimal = ZERO
    per: str = "kWh"
    export: bool = False

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return cls(
            common, fields.text("series"), fields.number("factor", Decimal(1)), fields.number("adder", ZERO),
            fields.choice("prices per", ("kWh", "MWh"), "kWh"), fields.flag("export"),
        )  # fmt: skip
