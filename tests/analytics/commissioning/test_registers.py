"""Ratios of a meter against those entered, and its counters against its display."""

from __future__ import annotations

import pytest

from energy_workbench.analytics.commissioning.checks import Verdict
from energy_workbench.analytics.commissioning.registers import display, transformers
from energy_workbench.domain.ratios import AppliedBy, Ratio

BY_METER = Ratio(ct_primary=200, ct_secondary=5)
BY_WORKBENCH = Ratio(ct_primary=200, ct_secondary=5, applied_by=AppliedBy.WORKBENCH)


@pytest.mark.parametrize(
    ("ratio", "values", "verdict", "said"),
    [
        (BY_METER, {"ct_primary": 200.0, "ct_secondary": 5.0}, Verdict.OK, "the meter has 200/5, 200/5 is entered"),
        (BY_METER, {"ct_primary": 100.0, "ct_secondary": 5.0}, Verdict.WRONG, "0.5 times"),
        (BY_METER, {"ct_ratio": 40.0}, Verdict.OK, "the meter has 40"),
        (BY_METER, {"ct_ratio_numerator": 200.0, "ct_ratio_denominator": 5.0}, Verdict.OK, "200/5"),
        (BY_METER, {}, Verdict.CANNOT_TELL, "no such register"),
        (Ratio(), {"ct_primary": 200.0, "ct_secondary": 5.0}, Verdict.WRONG, "none is entered"),
        (BY_WORKBENCH, {"ct_primary": 5.0, "ct_secondary": 5.0}, Verdict.OK, "the workbench applies 200/5"),
        (BY_WORKBENCH, {"ct_primary": 200.0, "ct_secondary": 5.0}, Verdict.WRONG, "applies 200/5 again"),
    ],
)
def test_the_meters_own_ct_is_compared(ratio: Ratio, values: dict[str, float], verdict: Verdict, said: str) -> None:
    (check,) = transformers(values, ratio)
    assert (check.check, check.verdict) == ("ct", verdict)
    assert said in check.text


def test_a_meter_without_transformers_and_registers_has_nothing_to_compare() -> None:
    assert list(transformers({}, Ratio())) == []


def shown(said: float, read: float, **more: float | None) -> tuple[Verdict, str]:
    given = {"seconds": 0.0, "power_kw": None, **more}
    name = "energy_active_import"
    (check,) = display({name: said}, {name: read}, BY_METER, **given)  # type: ignore[arg-type]
    return check.verdict, check.text


def test_the_display_may_differ_by_the_steps_of_both_and_by_what_flowed_meanwhile() -> None:
    assert shown(1204.5, 1204.58)[0] is Verdict.OK
    assert shown(1204.0, 1204.9)[0] is Verdict.OK
    assert shown(1204.55, 1204.75)[0] is Verdict.WRONG
    assert shown(1204.55, 1204.75, seconds=60.0, power_kw=12.0)[0] is Verdict.OK
    assert shown(1204.55, 1205.75, seconds=60.0, power_kw=12.0)[0] is Verdict.WRONG
    assert shown(1205.5, 1204.58)[0] is Verdict.WRONG


@pytest.mark.parametrize(
    ("read", "said"), [(1.2045, "0.001 times"), (12045.0, "10 times"), (48180.0, "CT times"), (30.1125, "1/CT times")]
)
def test_a_factor_between_display_and_register_is_named(read: float, said: str) -> None:
    verdict, text = shown(1204.5, read)
    assert verdict is Verdict.WRONG
    assert f"The register is {said} the display" in text


def test_a_counter_that_was_not_read_cannot_be_told() -> None:
    (check,) = display({"energy_active_export": 5.0}, {}, BY_METER, seconds=0.0, power_kw=None)
    assert check.verdict is Verdict.CANNOT_TELL
