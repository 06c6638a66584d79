"""A utility's invoice beside the bill: what differs, charge by charge, and what that comes from most likely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from energy_workbench.analytics.tariffs.bill import Bill, History, Line
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.analytics.tariffs.metered_energy import MeteredEnergy
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.tariffs.charges.charge import Charge
from energy_workbench.domain.tariffs.charges.demand import BLOCK_MINUTES, DemandCharge
from energy_workbench.domain.tariffs.money import EXACT, total
from energy_workbench.domain.tariffs.tariff import Tariff

CENT: Final = Decimal("0.01")
NEAR: Final = Decimal("0.0005")
"""Share by which two quantities may differ and be the same one: of rounding to whole units, and of other clocks."""
FACTORS: Final = tuple(Decimal(each) for each in (2, 3, 5, 10, 20, 30, 40, 50, 60, 80, 100, 120, 160, 200, 400, 1000))
"""What a wrong meter factor multiplies or divides by: ratios of transformers, and those that stand beside them."""
SHIFTED_DAYS: Final = 5
ENERGY_KINDS: Final = ("energy", "adjustment", "prices")


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """A line of an invoice, typed in or imported.

    Attributes
    ----------
    charge : str
        As the tariff names it; letter case does not matter.
    amount : Decimal
    quantity : Decimal or None
        None where the invoice does not tell.
    """

    charge: str
    amount: Decimal
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One charge on both.

    Attributes
    ----------
    charge : str
    billed, invoiced : Decimal or None
        Amounts; None where one of them does not have it.
    billed_quantity, invoiced_quantity : Decimal or None
    cause : str
        What the difference comes from most likely, in words; empty where there is none, or nothing fits.
    """

    charge: str
    billed: Decimal | None
    invoiced: Decimal | None
    billed_quantity: Decimal | None = None
    invoiced_quantity: Decimal | None = None
    cause: str = ""

    @property
    def difference(self) -> Decimal:
        """What the invoice has more."""
        return EXACT.subtract(self.invoiced or Decimal(0), self.billed or Decimal(0))


def compared(
    tariff: Tariff,
    energy: MeteredEnergy,
    first: date,
    end: date,
    supply: Supply,
    invoice: Sequence[InvoiceLine],
    history: History | None = None,
) -> list[Difference]:
    """An invoice of one billing month beside the bill, charge by charge, in the order of the bill.

    Raises
    ------
    InputError
        If the days are not of one billing month.
    """
    found = bills(tariff, energy, first, end, supply, history)
    if len(found) != 1:
        raise InputError(f"{first} to {end} is of {len(found)} billing months: compare one invoice at a time")
    return list(_Comparing(tariff, energy, supply, invoice, history, found[0]).differences())


@dataclass
class _Comparing:
    """One invoice and one bill."""

    tariff: Tariff
    energy: MeteredEnergy
    supply: Supply
    invoice: Sequence[InvoiceLine]
    history: History | None
    bill: Bill

    def differences(self) -> Iterator[Difference]:
        given: dict[str, list[InvoiceLine]] = {}
        for each in self.invoice:
            given.setdefault(each.charge.casefold(), []).append(each)
        for charge in dict.fromkeys(line.charge for line in self.bill.lines):
            ours = [line for line in self.bill.lines if line.charge == charge]
            theirs = given.pop(charge.casefold(), [])
            billed = total(line.amount for line in ours)
            if not theirs:
                cause = "it is not on the invoice" if billed else ""
                yield Difference(charge=charge, billed=billed, invoiced=None, cause=cause)
                continue
            yield self.difference(charge, ours, theirs)
        for each in (line for lines in given.values() for line in lines):
            cause = "the tariff has no such charge"
            yield Difference(charge=each.charge, billed=None, invoiced=each.amount, cause=cause)

    def difference(self, charge: str, ours: list[Line], theirs: list[InvoiceLine]) -> Difference:
        quantities = [each.quantity for each in theirs]
        found = Difference(
            charge=charge,
            billed=total(line.amount for line in ours),
            invoiced=total(each.amount for each in theirs),
            billed_quantity=total(line.quantity for line in ours if not line.detail),
            invoiced_quantity=None if None in quantities else total(each for each in quantities if each is not None),
        )
        return replace(found, cause=self.cause(found, ours[0])) if abs(found.difference) >= CENT else found

    def cause(self, found: Difference, line: Line) -> str:
        if line.kind in ("percent", "power_factor") or (line.kind == "tax" and line.unit == "%"):
            return self.of_lines(found, line)
        ours, theirs = found.billed_quantity, found.invoiced_quantity
        if ours is None or theirs is None or not ours or not theirs:
            return ""
        if _near(ours, theirs):
            return f"another rate: {_short(found.invoiced or Decimal(0), theirs)} instead of {line.rate:f}"
        ratio = EXACT.divide(theirs, ours)
        for factor in FACTORS:
            if _near(ratio, factor) or _near(EXACT.multiply(ratio, factor), Decimal(1)):
                which = f"{factor:f} times" if ratio > 1 else f"1/{factor:f} of"
                return f"meter factor: the invoice has {which} what was metered"
        if line.kind == "demand":
            return self.other_block(found, theirs)
        return self.shifted(found, theirs) if line.kind in ENERGY_KINDS else ""

    def of_lines(self, found: Difference, line: Line) -> str:
        others = (each for each in self.invoice if each.charge.casefold() != found.charge.casefold())
        base = total(each.amount for each in others)
        if base and abs(EXACT.multiply(base, line.rate) / 100 - (found.invoiced or Decimal(0))) < CENT * 5:
            return "it follows from the other lines of the invoice"
        if not line.quantity:
            return ""
        rate = _short((found.invoiced or Decimal(0)) * 100, line.quantity)
        return f"another rate: {rate} % instead of {line.rate:f} %, if it is of the same lines"

    def other_block(self, found: Difference, theirs: Decimal) -> str:
        for block in (each for each in BLOCK_MINUTES if each % self.energy.minutes == 0):
            for sliding in (False, True):
                if _near(self.quantity(found.charge, self.with_block(found.charge, block, sliding)), theirs):
                    kind = "sliding" if sliding else "side by side"
                    return f"another demand block: {block} min, {kind}"
        return self.shifted(found, theirs)

    def shifted(self, found: Difference, theirs: Decimal) -> str:
        for days in sorted(range(-SHIFTED_DAYS, SHIFTED_DAYS + 1), key=abs):
            shift = timedelta(days=days)
            begin = self.bill.first + shift
            supply = replace(self.supply, billing_day=begin.day)
            try:
                other = bills(self.tariff, self.energy, begin, self.bill.end + shift, supply, self.history)
            except InputError:
                continue
            quantity = total(line.quantity for bill in other for line in bill.lines if line.charge == found.charge)
            if days and _near(quantity, theirs) and other[0].completeness == 1:
                many = "day" if abs(days) == 1 else "days"
                return f"its period begins {abs(days)} {many} {'later' if days > 0 else 'earlier'}"
        return ""

    def with_block(self, charge: str, block: int, sliding: bool) -> Tariff:
        def other(each: Charge) -> Charge:
            is_it = isinstance(each, DemandCharge) and each.name == charge
            return replace(each, block=block, sliding=sliding) if is_it else each  # type: ignore[call-arg]

        versions = tuple(
            replace(version, charges=tuple(map(other, version.charges))) for version in self.tariff.versions
        )
        return replace(self.tariff, versions=versions)

    def quantity(self, charge: str, tariff: Tariff) -> Decimal:
        found = bills(tariff, self.energy, self.bill.first, self.bill.end, self.supply, self.history)
        return total(line.quantity for line in found[0].lines if line.charge == charge and not line.detail)


def _near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= NEAR * abs(other)


def _short(amount: Decimal, quantity: Decimal) -> str:
    return f"{float(amount / quantity):.4g}"
