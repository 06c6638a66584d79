"""Per cent of named lines: taxes, duties, surcharges and discounts, in the order of the file."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.charge import Charge, Common, Tell, check_on
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.windows import Scheme


@dataclass(frozen=True)
class Percent(Charge):
    """So many per cent of the lines of the charges that it names, all of which stand above it.

    Attributes
    ----------
    percent : Decimal
        Below zero for a discount.
    """

    KIND: ClassVar[str] = "percent"

    percent: Decimal
    on: tuple[str, ...]

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return cls(common, fields.number("percent"), fields.words("on", required=True))

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del schemes
        return replace(self, on=check_on(self.on, before, tell))


@dataclass(frozen=True)
class Tax(Percent):
    """A tax or duty on lines; its lines are of the kind `tax`."""

    KIND: ClassVar[str] = "tax"

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return super().read(fields, replace(common, tax=True))
