"""The order of numbers and names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.domain.fields.natural_order import natural


@pytest.mark.parametrize(
    "ordered",
    [
        ["M1", "M2", "M10", "M100"],
        ["1.2", "1.10", "1.10.1", "2.1"],
        ["DG-2", "dg-3", "DG-10"],
        ["Émil", "Emil-2", "FOLD"],
        ["Öl 1", "ol 2", "Öl 10"],
        ["M", "M01", "M1", "M2"],
        ["PANEL 9 A", "PANEL 9 B", "PANEL 10"],
        ["tcp://10.0.0.2:502", "tcp://10.0.0.10:502"],
        ["मीटर २", "मीटर १०"],
        ["9", "1" + "0" * 5000],
    ],
)
def test_people_would_sort_so(ordered: list[str]) -> None:
    backwards = ordered[::-1]
    assert sorted(backwards, key=natural) == ordered


@given(st.lists(st.text(max_size=12), max_size=8))
def test_any_texts_have_one_order(texts: list[str]) -> None:
    """No two different texts are equal, so that their order does not hang on how they came."""
    backwards = texts[::-1]
    assert sorted(texts, key=natural) == sorted(backwards, key=natural)
