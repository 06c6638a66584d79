"""Billing months from any day."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.tariffs.months import billing_month, billing_months


def test_a_month_from_the_twenty_first_and_from_the_last():
    assert billing_month(date(2026, 6, 20), 21) == (date(2026, 5, 21), date(2026, 6, 21))
    assert billing_month(date(2026, 1, 5), 21) == (date(2025, 12, 21), date(2026, 1, 21))
    assert billing_month(date(2026, 2, 28), 31) == (date(2026, 2, 28), date(2026, 3, 31))


@given(st.dates(date(1999, 1, 1), date(2100, 1, 1)), st.integers(1, 31))
def test_months_follow_each_other(day, begins):
    first, end = billing_month(day, begins)
    assert first <= day < end
    assert billing_month(end, begins)[0] == end
    months = billing_months(day, day + timedelta(400), begins)
    assert all(before[1] == after[0] for before, after in pairwise(months))
    assert months[0] == (first, end)
    assert months[-1][1] >= day + timedelta(400)
