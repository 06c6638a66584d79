"""An invoice beside the bill: each difference with what it comes from most likely."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.billing import Supply
from energy_workbench.analytics.tariffs.invoice import Difference, InvoiceLine, compared
from energy_workbench.domain.errors import InputError
from tests.analytics.tariffs.loads import BERLIN, intervals, line, metered, one_bill, tariff_of

FIRST, END = date(2026, 4, 1), date(2026, 5, 1)
TARIFF = tariff_of(
    """
    kind: energy, name: Energy, rate: 0.20
    kind: demand, name: Demand, rate: 9
    kind: fixed, name: Meter, rate: 30
    kind: tax, name: VAT, percent: 19
    """,
    since="2026-01-01",
)
BEGIN = date(2026, 3, 1)
RANDOM = np.random.default_rng(3).uniform(2, 20, intervals(BEGIN, date(2026, 6, 1), BERLIN))
LOAD = metered(BEGIN, np.round(RANDOM, 3), BERLIN)
BILL = one_bill(TARIFF, LOAD, FIRST, END, BERLIN)


def invoice(**other: tuple[str, str]) -> list[InvoiceLine]:
    """The bill's own lines, some with another quantity and amount."""
    found = {each.charge: (each.quantity, each.amount) for each in BILL.lines}
    found |= {name: (Decimal(quantity), Decimal(amount)) for name, (quantity, amount) in other.items()}
    return [
        InvoiceLine(charge=name.upper(), quantity=quantity, amount=amount) for name, (quantity, amount) in found.items()
    ]


def compare(lines: list[InvoiceLine]) -> dict[str, Difference]:
    found = compared(TARIFF, LOAD, FIRST, END, Supply(zone=BERLIN), lines)
    return {each.charge: each for each in found}


def test_an_invoice_that_is_the_bill_differs_in_nothing() -> None:
    found = compare(invoice())
    assert list(found) == ["Energy", "Demand", "Meter", "VAT"]
    assert all(each.difference == 0 and not each.cause for each in found.values())


def test_a_meter_factor() -> None:
    energy = line(BILL, "Energy")
    found = compare(invoice(Energy=(str(energy.quantity * 40), str(energy.amount * 40))))["Energy"]
    assert found.cause == "meter factor: the invoice has 40 times what was metered"
    assert found.difference == energy.amount * 39
    half = compare(invoice(Energy=(str(energy.quantity / 2), str(energy.amount / 2))))["Energy"]
    assert "1/2 of" in half.cause


def test_another_rate() -> None:
    energy = line(BILL, "Energy")
    found = compare(invoice(Energy=(f"{energy.quantity:.0f}", str(energy.amount * 2))))["Energy"]
    assert found.cause == "another rate: 0.4 instead of 0.20"


@pytest.mark.parametrize(("block", "sliding", "kind"), [(30, "false", "side by side"), (60, "true", "sliding")])
def test_another_demand_block(block: int, sliding: str, kind: str) -> None:
    other = tariff_of(f"kind: demand, name: Demand, rate: 9, block: {block}, sliding: {sliding}")
    demand = line(one_bill(other, LOAD, FIRST, END, BERLIN), "Demand")
    found = compare(invoice(Demand=(str(demand.quantity), str(demand.amount))))["Demand"]
    assert found.cause == f"another demand block: {block} min, {kind}"


def test_a_period_that_is_shifted() -> None:
    begin, end = (intervals(BEGIN, day, BERLIN) for day in (date(2026, 4, 3), date(2026, 5, 3)))
    quantity = Decimal(str(round(float(LOAD.imported[begin:end].sum()), 3)))
    found = compare(invoice(Energy=(str(quantity), str(quantity / 5))))["Energy"]
    assert found.cause == "its period begins 2 days later"


def test_a_tax_of_another_rate_or_of_other_lines() -> None:
    vat, energy = line(BILL, "VAT"), line(BILL, "Energy")
    found = compare(invoice(VAT=(str(vat.quantity), str(vat.amount * 16 / 19))))["VAT"]
    assert found.cause.startswith("another rate: 16 % instead of 19 %")
    more = [
        (str(energy.quantity * 3), str(energy.amount * 3)),
        (str(vat.quantity), str(vat.amount + energy.amount * 2 * vat.rate / 100)),
    ]
    assert (
        compare(invoice(Energy=more[0], VAT=more[1]))["VAT"].cause == "it follows from the other lines of the invoice"
    )


def test_what_only_one_of_them_has() -> None:
    lines = [each for each in invoice() if each.charge != "METER"] + [InvoiceLine(charge="Late fee", amount=Decimal(5))]
    found = compare(lines)
    assert (found["Meter"].cause, found["Meter"].difference) == ("it is not on the invoice", -30)
    assert (found["Late fee"].cause, found["Late fee"].difference) == ("the tariff has no such charge", 5)


def test_one_invoice_is_of_one_month() -> None:
    with pytest.raises(InputError, match="is of 2 billing months"):
        compared(TARIFF, LOAD, FIRST, date(2026, 6, 1), Supply(zone=BERLIN), [])
