"""Shares of a bill are the bill, to the cent."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.tariffs.allocation import allocated, split_amount, statement
from energy_workbench.analytics.tariffs.line import Line
from energy_workbench.domain.errors import InputError

D = Decimal
AMOUNTS = st.decimals(-(10**6), 10**6, places=2)
WEIGHTS = st.dictionaries(st.text("abcdef", min_size=1, max_size=3), st.decimals(0, 1000, places=3), min_size=1).filter(
    lambda weights: any(weights.values())
)


@given(AMOUNTS, WEIGHTS)
def test_shares_are_the_amount_and_no_cent_from_their_exact_share(amount, weights):
    shares = split_amount(amount, weights)
    assert sum(shares.values()) == amount
    total = sum(weights.values())
    for name, weight in weights.items():
        assert abs(shares[name] - amount * weight / total) < D("0.01")
        assert weight or not shares[name]


def test_the_cents_that_are_left_go_to_the_largest_rests():
    assert split_amount(D("100.00"), {"a": D(1), "b": D(1), "c": D(1)}) == {
        "a": D("33.34"),
        "b": D("33.33"),
        "c": D("33.33"),
    }
    assert split_amount(D("0.05"), {"a": D(1), "b": D(2)}) == {"a": D("0.02"), "b": D("0.03")}
    assert split_amount(D("10.005"), {"b": D(0), "a": D(1)}) == {"a": D("10.005"), "b": 0}


@given(st.lists(st.tuples(AMOUNTS, WEIGHTS), max_size=8))
def test_the_shares_of_all_are_the_bill(parts):
    lines = [Line(str(at), "energy", None, "kWh", None, amount) for at, (amount, _) in enumerate(parts)]
    shares = allocated(lines, [weights for _, weights in parts])
    assert sum(statement(shares).values()) == sum(line.amount for line in lines)


@pytest.mark.parametrize("weights", [{}, {"a": D(0)}, {"a": D(2), "b": D(-1)}])
def test_what_cannot_be_shared_is_told(weights):
    with pytest.raises(InputError, match="the line 'Energy' cannot be shared"):
        allocated([Line("Energy", "energy", None, "kWh", None, D(1))], [weights])
