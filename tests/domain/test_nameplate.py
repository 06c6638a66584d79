"""What looks wrong on a nameplate."""

from __future__ import annotations

import pytest

from energy_workbench.domain.nameplate import check
from energy_workbench.domain.ratios import Ratio


def found(**sides: float) -> list[tuple[str, str]]:
    return [(finding.name, finding.field) for finding in check(Ratio(**sides))]  # type: ignore[arg-type]


@pytest.mark.parametrize("secondary", [1, 5])
def test_usual_current_transformers_are_left_alone(secondary: float) -> None:
    assert found(ct_primary=1000, ct_secondary=secondary) == []
    assert found(ct_primary=secondary, ct_secondary=secondary) == []


@pytest.mark.parametrize(
    "secondary", [100, 110, 115, 120, 200, 220, 230, 63.5, 63.51, 57.7, 57.735, 69.3, 66.4, 127, 36.67, 33.3]
)
def test_usual_voltage_transformers_are_left_alone(secondary: float) -> None:
    assert found(pt_primary=11_000, pt_secondary=secondary) == []


def test_no_transformer_is_nothing_unusual() -> None:
    assert found() == []


@pytest.mark.parametrize("secondary", [0.5, 2, 4.9, 10, 50, 60])
def test_an_unusual_secondary_current_is_told(secondary: float) -> None:
    assert found(ct_primary=100, ct_secondary=secondary) == [("ct.unusual_secondary", "ct_secondary")]


@pytest.mark.parametrize("secondary", [1, 60, 64, 105, 240, 415])
def test_an_unusual_secondary_voltage_is_told(secondary: float) -> None:
    assert found(pt_primary=11_000, pt_secondary=secondary) == [("pt.unusual_secondary", "pt_secondary")]


def test_exchanged_sides_are_told() -> None:
    assert ("ct.secondary_above_primary", "ct_secondary") in found(ct_primary=5, ct_secondary=100)
    assert found(pt_primary=100, pt_secondary=110) == [("pt.secondary_above_primary", "pt_secondary")]


def test_a_finding_shows_the_plate_and_the_reason() -> None:
    (finding,) = check(Ratio(ct_primary=100, ct_secondary=4))
    assert str(finding) == (
        "ct_secondary (100/4): current transformers have 1 A or 5 A, not 4 A: look at the nameplate"
    )
