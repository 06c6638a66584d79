"""Demand: maxima of a month by window, contract, ratchet and excess; of a year; at instants that a utility names."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import ClassVar, Self

from energy_workbench.domain.tariffs.charges.basis import DemandBasis, read_basis
from energy_workbench.domain.tariffs.charges.charge import ZERO, Charge, Common, Tell
from energy_workbench.domain.tariffs.fields import Fields
from energy_workbench.domain.tariffs.rates import Rates, check_rates, read_rates
from energy_workbench.domain.tariffs.rounding import Rounding
from energy_workbench.domain.tariffs.windows import Scheme

NUMBERS = tuple(str(month) for month in range(1, 13))


@dataclass(frozen=True)
class Demand(Charge):
    """So much a kW or kVA of the month's billing demand.

    The billing demand is the greatest of what was measured, `minimum_share` of the contract demand, and
    `ratchet_share` of the highest measured in the `ratchet_months` before.

    Attributes
    ----------
    rates : Rates
        [currency a unit and month].
    contract : Decimal or None
        Contract demand [unit]; that of the meter's account goes before.
    minimum_share, ratchet_share : Decimal
        [1].
    ratchet_in : tuple of int
        Months of the year whose maxima hold on; all where it is empty.
    ratchet_whole : bool
        Whether each window is billed by the highest of all of them, of this month and of those before: where windows
        are seasons, and as NREL's engine understands ratchets of tariffs of OpenEI.
    excess_rate : Decimal or None
        For what is above `excess_above` × contract [currency a unit]; None where there is no other rate.
    excess_instead : bool
        Whether the excess is paid at that rate instead of, not beside, the ordinary one.
    quantity : Rounding or None
        Of the billing demand.
    """

    KIND: ClassVar[str] = "demand"

    basis: DemandBasis
    rates: Rates
    contract: Decimal | None = None
    minimum_share: Decimal = ZERO
    ratchet_share: Decimal = ZERO
    ratchet_months: int = 0
    ratchet_in: tuple[int, ...] = ()
    ratchet_whole: bool = False
    excess_rate: Decimal | None = None
    excess_above: Decimal = Decimal(1)
    excess_instead: bool = False
    quantity: Rounding | None = None

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        basis, rates = read_basis(fields), read_rates(fields)
        contract, minimum = fields.maybe("contract", least=ZERO), fields.number("minimum share", ZERO, least=ZERO)
        share, months = ZERO, 0
        in_months: tuple[int, ...] = ()
        whole = False
        if (ratchet := fields.inner("ratchet")) is not None:
            share = ratchet.number("share", least=ZERO)
            months = ratchet.whole("months", 11, least=1, most=60)
            for word in ratchet.words("in months"):
                if word in NUMBERS:
                    in_months += (int(word),)
                else:
                    ratchet.tell("in months", word, "is no month: 1 to 12")
            whole = ratchet.flag("all windows")
            ratchet.close()
        rate, above, instead = None, Decimal(1), False
        if (excess := fields.inner("excess")) is not None:
            rate, above = excess.number("rate"), excess.number("above share", Decimal(1), least=ZERO)
            instead = excess.flag("instead")
            excess.close()
        rounding = fields.rounding("round quantity", None)
        return cls(
            common, basis, rates, contract, minimum, share, months, in_months, whole, rate, above, instead, rounding
        )

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del before
        return replace(self, rates=check_rates(self.rates, schemes, tell))


@dataclass(frozen=True)
class AnnualDemand(Charge):
    """A year's demand at a rate a year, billed by months.

    Each month a twelfth of the rate on the highest demand of the year until then, and, where a month raises it, the
    twelfths of the earlier months on what it rose by.

    Attributes
    ----------
    rates : Rates
        [currency a unit and year]; of several windows each has its own demand.
    year_month : int
        Month of the year with which it begins.
    """

    KIND: ClassVar[str] = "annual demand"

    basis: DemandBasis
    rates: Rates
    year_month: int = 1
    quantity: Rounding | None = None

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        return cls(
            common, read_basis(fields), read_rates(fields),
            fields.whole("year begins in month", 1, least=1, most=12), fields.rounding("round quantity", None),
        )  # fmt: skip

    def check(self, schemes: dict[str, Scheme], before: tuple[Charge, ...], tell: Tell) -> Self:
        del before
        return replace(self, rates=check_rates(self.rates, schemes, tell))


@dataclass(frozen=True)
class NamedPeaks(Charge):
    """So much a kW of the mean demand of the blocks at instants that the utility names afterwards.

    Attributes
    ----------
    instants : tuple of datetime
        Each within a block, with an offset; of those of the billing month the mean counts.
    """

    KIND: ClassVar[str] = "named peaks"

    basis: DemandBasis
    rate: Decimal
    instants: tuple[datetime, ...]

    @classmethod
    def read(cls, fields: Fields, common: Common) -> Self:
        instants = []
        for text in fields.words("instants", required=True):
            try:
                instant = datetime.fromisoformat(text)
            except ValueError:
                instant = None
            if instant is None or instant.tzinfo is None:
                fields.tell("instants", text, "is no instant with an offset: write it as 2026-01-12T17:30+00:00")
            else:
                instants.append(instant)
        return cls(common, read_basis(fields), fields.number("rate"), tuple(instants))
