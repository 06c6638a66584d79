"""Searching a meter: what is found, and in which order."""

from __future__ import annotations

import pytest

from energy_workbench.widgets.finding import hits

METERS = [("PMD-UNIT-A", "Feeder"), ("UNIT-A", "Unit A"), ("UNIT-A-1", "Press"), ("X", "The unit-a of old")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("unit-a", ["UNIT-A", "UNIT-A-1", "PMD-UNIT-A", "X"]),
        ("  UNIT-A-1 ", ["UNIT-A-1"]),
        ("press", ["UNIT-A-1"]),
        ("turbine", []),
        ("", []),
        ("  ", []),
    ],
)
def test_the_number_itself_comes_first_then_numbers_then_names(text: str, found: list[str]) -> None:
    assert hits(text, METERS) == found
