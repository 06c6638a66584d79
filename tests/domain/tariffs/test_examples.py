"""The examples that are shipped: each is read, says what it is, and makes a bill."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest

from energy_workbench.analytics.tariffs.bill import Agreement
from energy_workbench.analytics.tariffs.billing import Supply, bills
from energy_workbench.domain.tariffs import examples
from energy_workbench.domain.tariffs.files.tariff_yaml import read_tariff, write_tariff
from tests.analytics.tariffs.loads import BERLIN, intervals, metered


def test_there_is_one_of_each_structure() -> None:
    assert examples.names() == ["flat", "germany-rlm", "india-ht", "uk-half-hourly", "us-tou-ratchet"]


@pytest.mark.parametrize("name", examples.names())
def test_an_example_says_what_it_is_and_makes_a_bill(name: str) -> None:
    tariff = examples.example(name)
    assert tariff.example
    assert "http" in tariff.source
    assert "not what anybody is billed" in tariff.note
    assert read_tariff(write_tariff(tariff)) == tariff
    first = tariff.versions[0].valid_from
    end = first + timedelta(days=90)
    count = intervals(first, end, BERLIN)
    energy = metered(first, np.full(count, 40.0), BERLIN, reactive=np.full(count, 25.0))
    supply = Supply(zone=BERLIN, agreement=Agreement(contract_demand=Decimal(150)))
    for bill in bills(tariff, energy, first, end, supply):
        assert bill.total > 0
        assert {line.charge for line in bill.lines} <= {charge.name for charge in tariff.versions[0].charges}
    assert date(2000, 1, 1) <= first
