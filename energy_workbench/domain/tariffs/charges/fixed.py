"""Fixed charges, and the least that a month costs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.charge import ZERO, Charge, Common, Tell, check_on
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.windows import Scheme

PER = ("month", "day", "meter", "further meter", "kVA", "kW")


@dataclass(frozen=True)
class Fixed(Charge):
    """So much a month, a day, a meter or further meter and month, or a kVA or kW of contract demand and month.

    Attributes
    ----------
    per : str
        One of `PER`; in a month that a version has a part of, by the share of its days.
    contract : Decimal or None
        Contract demand [kVA or kW]; that of the meter's account goes before.
    """

    KIND: ClassVar[str] = "fixed"

    rate: Decimal
    per: str = "month"
    contract: Decimal | None = None

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return cls(common, fields.number("rate"), fields.choice("per", PER), fields.maybe("contract", least=ZERO))


@dataclass(frozen=True)
class Minimum(Charge):
    """What is missing of a least amount.

    Attributes
    ----------
    on : tuple of str
        Charges whose lines count.
    """

    KIND: ClassVar[str] = "minimum"

    rate: Decimal
    on: tuple[str, ...]
    per: str = "month"
    contract: Decimal | None = None

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        rate, on = fields.number("rate", least=ZERO), fields.words("on", required=True)
        return cls(common, rate, on, fields.choice("per", PER, "month"), fields.maybe("contract", least=ZERO))

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del schemes
        return replace(self, on=check_on(self.on, before, tell))
