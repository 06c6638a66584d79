"""Keys by which costs are allocated: numbers with the days from which they hold."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.dated_values.allocation_keys import key_on, spelled, stated


def test_a_key_is_a_number_from_a_day_on() -> None:
    text = "1200; 1350.5 from 2026-07-01"
    assert key_on(text, date(2026, 6, 30)) == 1200
    assert key_on(text, date(2026, 7, 1)) == 1350.5
    assert key_on("40 from 2026-07-01", date(2026, 6, 30)) is None
    assert key_on(None, date(2026, 6, 30)) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("many", "'many' is no key"),
        ("-3", "is no key"),
        ("nan", "is no key"),
        ("inf", "is no key"),
        ("1e13", "is no key"),
        ("12 from yesterday", "'yesterday' is no day"),
        ("12; 13", "two of them begin at the beginning"),
        ("12 from 2026-07-01; 13 from 2026-07-01", "two of them begin on 2026-07-01"),
        ("12 since 2026-07-01", "is no key"),
    ],
)
def test_what_is_no_key_is_told_by_its_part(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        stated(text)


@given(st.dictionaries(st.none() | st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 10**9), max_size=6))
def test_its_spelling_is_read_again_as_the_same(values: dict[date | None, int]) -> None:
    text = "; ".join(f"{value}{f' from {since}' if since else ''}" for since, value in values.items())
    assert stated(spelled(stated(text))) == stated(text)
    assert dict(stated(text)) == values
