"""CTs that are reversed or on another phase are named by the angles of the phases; what cannot be told says why."""

from __future__ import annotations

import math

import pytest

from energy_workbench.analytics.commissioning.checks import Check, Verdict, worst
from energy_workbench.analytics.commissioning.wiring import PHASES, VOLTAGE_ANGLES, wiring
from energy_workbench.domain.entities import Flow

RIGHT, NONE = (0, 1, 2), (0, 0, 0)
Values = dict[str, float | None]


def phases(
    order: tuple[int, ...] = RIGHT,
    turned: tuple[int, ...] = NONE,
    angles: tuple[float, ...] = (25.0, 30.0, 20.0),
    kva: tuple[float, ...] = (10.0, 12.0, 9.0),
    *,
    reactive: bool = True,
) -> Values:
    """What a meter shows whose input `i` has the CT of phase `order[i]`, reversed where `turned` says so."""
    found: Values = {}
    for at, name in enumerate(PHASES):
        phase = order[at]
        angle = math.radians(VOLTAGE_ANGLES[at] - VOLTAGE_ANGLES[phase] + angles[phase] + 180 * turned[at])
        found[f"active_power_{name}"] = kva[phase] * math.cos(angle)
        found[f"power_factor_{name}"] = math.cos(angle)
        if reactive:
            found[f"reactive_power_{name}"] = kva[phase] * math.sin(angle)
    return found


def wrong(checks: list[Check]) -> dict[str, str]:
    return {each.of: each.text for each in checks if each.verdict is Verdict.WRONG}


@pytest.mark.parametrize("reactive", [True, False])
@pytest.mark.parametrize("angles", [(25.0, 30.0, 20.0), (0.0, 3.0, -2.0), (50.0, 45.0, 55.0)])
def test_right_wiring_is_right_at_any_load(angles: tuple[float, ...], reactive: bool) -> None:
    checks = wiring(phases(angles=angles, reactive=reactive), flow=Flow.CONSUMER)
    assert [(each.of, each.verdict) for each in checks] == [(name.upper(), Verdict.OK) for name in PHASES]


@pytest.mark.parametrize("reactive", [True, False])
@pytest.mark.parametrize("angles", [(25.0, 30.0, 20.0), (0.0, 3.0, -2.0), (-20.0, -15.0, -10.0), (50.0, 45.0, 55.0)])
@pytest.mark.parametrize(
    ("order", "turned", "touched", "said"),
    [
        (RIGHT, (0, 1, 0), {"L2"}, "the CT of L2 is reversed"),
        (RIGHT, (1, 0, 1), {"L1", "L3"}, "the CTs of L1 and L3 are reversed"),
        ((1, 0, 2), NONE, {"L1", "L2"}, "the CTs of L1 and L2 are swapped"),
        ((2, 1, 0), NONE, {"L1", "L3"}, "the CTs of L1 and L3 are swapped"),
    ],
)
def test_one_fault_is_named_with_the_phases_that_it_touches(
    order: tuple[int, ...],
    turned: tuple[int, ...],
    touched: set[str],
    said: str,
    angles: tuple[float, ...],
    reactive: bool,
) -> None:
    found = wrong(wiring(phases(order, turned, angles, reactive=reactive), flow=Flow.CONSUMER))
    assert found.keys() == touched
    assert all(text.startswith(f"{said}. ") and "kW at power factor" in text for text in found.values())


def test_all_reversed_may_be_energy_that_is_given_back() -> None:
    found = wrong(wiring(phases(RIGHT, (1, 1, 1)), flow=Flow.CONSUMER))
    assert found.keys() == {"L1", "L2", "L3"}
    assert "the CTs of L1, L2 and L3 are reversed" in found["L1"]
    assert "gives energy back" in found["L1"]
    assert not wrong(wiring(phases(RIGHT, (1, 1, 1)), flow=Flow.BIDIRECTIONAL))
    assert not wrong(wiring(phases(RIGHT, (1, 1, 1)), flow=Flow.PRODUCER, exports=True))
    assert not wrong(wiring(phases(), flow=Flow.PRODUCER))


def test_what_several_faults_explain_names_all_of_them() -> None:
    found = wrong(wiring(phases((1, 2, 0), angles=(0.0, 3.0, -2.0), reactive=False), flow=Flow.CONSUMER))
    assert "input L1 has the CT of L2" in found["L1"]
    assert ", or " in found["L1"]


def test_a_load_that_is_too_small_cannot_be_told() -> None:
    checks = wiring(phases(kva=(0.2, 0.2, 0.2)), flow=Flow.CONSUMER, rated_kva=230.0)
    assert worst(checks) is Verdict.CANNOT_TELL
    assert "the load is too small (0.2 kVA, 3.4 are needed)" in checks[0].text
    # One phase without a load does not hide what the two others say.
    found = wiring(phases(turned=(1, 0, 0), kva=(10.0, 10.0, 0.01)), flow=Flow.CONSUMER)
    assert {each.of: each.verdict for each in found} == {
        "L1": Verdict.WRONG, "L2": Verdict.OK, "L3": Verdict.CANNOT_TELL,
    }  # fmt: skip


def test_an_idle_motor_is_not_called_a_fault() -> None:
    checks = wiring(phases(angles=(80.0, 82.0, 81.0)), flow=Flow.CONSUMER)
    assert [each.verdict for each in checks] == [Verdict.CANNOT_TELL]
    assert "so low a power factor" in checks[0].text


@pytest.mark.parametrize(
    "values", [{}, {"active_power_total": 12.0}, {"active_power_l1": 3.0, "reactive_power_l1": 1.0}]
)
def test_a_meter_that_reports_no_phases_says_so(values: Values) -> None:
    (check,) = wiring(values, flow=Flow.CONSUMER)
    assert check.verdict is Verdict.CANNOT_TELL
    assert "cannot be told: it reports" in check.text


def test_voltages_rotation_and_the_sum_are_looked_at_too() -> None:
    values: Values = {**phases(), "voltage_l1_n": 231.0, "voltage_l2_n": 2.0, "voltage_l3_n": 229.0}
    summed = sum(values[f"active_power_{name}"] or 0 for name in PHASES)
    assert "its fuse or lead" in wrong(wiring(values, flow=Flow.CONSUMER))["voltage L2"]
    turned = wrong(wiring({**phases(), "phase_rotation": -1.0}, flow=Flow.CONSUMER))
    assert turned == {"order of voltages": "the meter says L1-L3-L2: two voltages are swapped"}
    assert not wrong(wiring({**phases(), "active_power_total": summed}, flow=Flow.CONSUMER))
    assert (
        "does the profile fit"
        in wrong(wiring({**phases(), "active_power_total": summed / 10}, flow=Flow.CONSUMER))["sum"]
    )
