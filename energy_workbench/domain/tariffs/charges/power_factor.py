"""What a poor power factor costs and a good one gives back: by a table, or by reactive energy above a free share."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.charge import ZERO, Charge, Common, Tell, check_on
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.rates import Rates, check_rates, read_rates
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.windows import Scheme

POINT = Decimal("0.01")


@dataclass(frozen=True)
class PowerFactorRow:
    """What holds below a power factor.

    Attributes
    ----------
    below : Decimal or None
        [1]; None in the last row, for all that is left.
    percent : Decimal
        Of the named lines; below zero for a rebate.
    each_point : Decimal
        Further per cent for each begun 0.01 below `below`; in the last row, for each whole 0.01 above the row before.
    """

    below: Decimal | None
    percent: Decimal
    each_point: Decimal


@dataclass(frozen=True)
class PowerFactor(Charge):
    """Per cent of named lines by the mean power factor of the month, kWh ÷ kVAh.

    Attributes
    ----------
    table : tuple of PowerFactorRow
        From the lowest power factor to the highest.
    quantity : Rounding
        Of the power factor [1].
    """

    KIND: ClassVar[str] = "power factor"

    on: tuple[str, ...]
    table: tuple[PowerFactorRow, ...]
    quantity: Rounding

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        rows: list[PowerFactorRow] = []
        for part in fields.items("table"):
            below = part.maybe("below", least=ZERO, most=Decimal(1))
            if rows and (rows[-1].below is None or (below is not None and below <= rows[-1].below)):
                part.tell("below", str(below or ""), "goes down: write the table from the lowest power factor up")
            rows.append(PowerFactorRow(below, part.number("percent", ZERO), part.number("each point", ZERO)))
            part.close()
        if rows and rows[-1].below is not None:
            fields.tell("table", "", "says nothing of the best power factors: add a last row without `below`")
        rounding = fields.rounding("round quantity", Rounding(POINT)) or Rounding(POINT)
        return cls(common, fields.words("on", required=True), tuple(rows), rounding)

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del schemes
        return replace(self, on=check_on(self.on, before, tell))


@dataclass(frozen=True)
class Reactive(Charge):
    """So much a kvarh above a share of the kWh, by window.

    Attributes
    ----------
    free_share : Decimal
        kvarh a kWh that cost nothing [1].
    """

    KIND: ClassVar[str] = "reactive"

    free_share: Decimal
    rates: Rates

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return cls(common, fields.number("free share", least=ZERO), read_rates(fields))

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del before
        return replace(self, rates=check_rates(self.rates, schemes, tell))
