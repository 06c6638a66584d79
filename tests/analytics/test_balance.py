"""A loss is told from the error of the meters, and from what is counted twice or not at all."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.losses.balance import Books, ranked, rows
from energy_workbench.analytics.verdict import Verdict, judge
from energy_workbench.domain.entities import Meter, MeterType, ProductionRegister, default_flow
from energy_workbench.domain.status import Status
from energy_workbench.lake.matrix import Matrix

DAY = 96
SHIFTS = 10.0 + 8.0 * np.sin(np.linspace(0, 2 * math.pi, DAY)) ** 2
"""A load that changes over the day [kWh an interval]."""

Energies = dict[int, tuple[Any, Any]]


def meter(key: int, type: MeterType, parent: int | None, **more: Any) -> Meter:
    fields: dict[str, Any] = {"flow": default_flow(type), "accuracy_class": 0.5} | more
    return Meter(key=key, number=f"M{key}", name=f"M{key}", type=type, parent=parent, **fields)


MAIN = meter(1, MeterType.MAIN, None)
ONE, TWO = meter(2, MeterType.UNIT, 1), meter(3, MeterType.UNIT, 1)
TREE = [MAIN, ONE, TWO]


def takes(load: Any) -> tuple[Any, Any]:
    load = np.full(DAY, float(load)) if np.isscalar(load) else np.asarray(load, float)
    return load, np.full(len(load), np.nan)


def balance(tree: list[Meter], energies: Energies, threshold: float = 0.03, **more: Any) -> dict[str, dict[str, Any]]:
    books = Books([(0, DAY, tree)])
    books.book(matrix(energies), 0, DAY)
    return {row["number"]: row for row in rows(books, tree, threshold=threshold, **more)}


def matrix(energies: Energies, whole: dict[int, Any] | None = None) -> Matrix:
    """Intervals side by side; known closely where they are known, unless it is said."""
    keys = sorted(energies)
    imported, exported = (np.stack([np.asarray(energies[key][side], float) for key in keys]) for side in (0, 1))
    closely = ~(np.isnan(imported) & np.isnan(exported))
    for key, known in (whole or {}).items():
        closely[keys.index(key)] = known
    return Matrix(np.asarray(keys), 0, imported, exported, closely, closely)


loads = st.lists(st.floats(0.001, 1e5), min_size=DAY, max_size=DAY)


@given(one=loads, two=loads)
def test_without_losses_the_balance_is_nothing(one: list[float], two: list[float]) -> None:
    below = takes(one), takes(two)
    found = balance(TREE, {1: takes(below[0][0] + below[1][0]), 2: below[0], 3: below[1]})["M1"]
    assert found["loss_kwh"] == pytest.approx(0, abs=1e-6 * found["supply_kwh"])
    assert found["verdict"] == "within_error"


@given(load=loads, factor=st.floats(0.01, 1000))
def test_a_balance_scales_with_its_energies(load: list[float], factor: float) -> None:
    supply, below = np.asarray(load) * 1.1, np.asarray(load)
    one = balance(TREE[:2], {1: takes(supply), 2: takes(below)})["M1"]
    other = balance(TREE[:2], {1: takes(supply * factor), 2: takes(below * factor)})["M1"]
    for name in ("supply_kwh", "loss_kwh", "uncertainty_kwh"):
        assert other[name] == pytest.approx(one[name] * factor, rel=1e-6, abs=1e-5)
    assert other["loss_percent"] == pytest.approx(one["loss_percent"], abs=1e-3)
    assert other["verdict"] == one["verdict"]


def test_a_loss_above_its_uncertainty_and_the_threshold_is_a_hotspot() -> None:
    found = balance(TREE, {1: takes(SHIFTS * 1.08), 2: takes(SHIFTS * 0.5), 3: takes(SHIFTS * 0.5)})["M1"]
    assert (found["verdict"], found["loss_percent"]) == ("hotspot", pytest.approx(100 * 0.08 / 1.08, abs=1e-3))
    assert "growing with the load" in found["reason"]
    assert found["unmetered_kw"] is None


def test_a_loss_at_any_load_is_a_load_without_a_meter() -> None:
    found = balance(TREE, {1: takes(SHIFTS + 2.0), 2: takes(SHIFTS * 0.5), 3: takes(SHIFTS * 0.5)})["M1"]
    assert found["verdict"] == "hotspot"
    assert found["unmetered_kw"] == pytest.approx(8.0)  # 2 kWh a quarter of an hour
    assert "as a consumer without a meter would cause" in found["reason"]


def test_a_loss_below_the_threshold_is_named_but_no_alarm() -> None:
    energies = {1: takes(SHIFTS * 1.02), 2: takes(SHIFTS * 0.5), 3: takes(SHIFTS * 0.5)}
    assert balance(TREE, energies)["M1"]["verdict"] == "ok"
    assert balance(TREE, energies, threshold=0.01)["M1"]["verdict"] == "hotspot"


def test_a_loss_that_the_meters_cannot_tell_is_none_however_high() -> None:
    rough = [meter(each.key, each.type, each.parent, accuracy_class=10.0) for each in TREE]
    found = balance(rough, {1: takes(SHIFTS * 1.08), 2: takes(SHIFTS * 0.5), 3: takes(SHIFTS * 0.5)})["M1"]
    assert found["verdict"] == "within_error"


def test_a_meter_hung_twice_into_the_tree_is_found() -> None:
    more = [*TREE, meter(4, MeterType.MACHINE, 1)]
    third = SHIFTS * np.linspace(0.1, 0.9, DAY)
    energies = {1: takes(SHIFTS * 1.5), 2: takes(SHIFTS), 3: takes(SHIFTS * 0.5), 4: takes(third)}
    found = balance(more, energies)["M1"]
    assert (found["verdict"], found["counted_twice"]) == ("surplus", ["M4"])
    assert "M4 is counted twice" in found["reason"]


def test_two_meters_that_read_one_device_are_found() -> None:
    place = {"gateway": "tcp://10.0.0.5:502", "unit_id": 7}
    twins = [MAIN, meter(2, MeterType.UNIT, 1, **place), meter(3, MeterType.UNIT, 1, **place)]
    found = balance(twins, {1: takes(SHIFTS), 2: takes(SHIFTS), 3: takes(SHIFTS)})["M1"]
    assert found["counted_twice"] == ["M3"]


def test_too_much_below_with_no_meter_to_blame_is_said_so() -> None:
    energies = {1: takes(SHIFTS), 2: takes(SHIFTS * 0.7), 3: takes(SHIFTS * 0.5)}
    found = balance(TREE, energies)["M1"]
    assert (found["verdict"], found["counted_twice"]) == ("surplus", [])
    assert "ratio" in found["reason"]


def test_only_spans_that_all_meters_know_count() -> None:
    holes = SHIFTS * 0.5
    holes = np.where(np.arange(DAY) < 24, np.nan, holes)
    found = balance(TREE, {1: takes(SHIFTS), 2: takes(holes), 3: takes(SHIFTS * 0.5)})["M1"]
    assert found["completeness"] == 0.75
    assert found["supply_kwh"] == pytest.approx(SHIFTS[24:].sum())
    assert found["loss_kwh"] == pytest.approx(0, abs=1e-9)


def test_too_little_data_gives_no_verdict() -> None:
    gone = np.where(np.arange(DAY) < 60, np.nan, SHIFTS)
    found = balance(TREE, {1: takes(SHIFTS * 2), 2: takes(gone), 3: takes(SHIFTS * 0.5)})["M1"]
    assert found["verdict"] == "insufficient_data"
    nothing = balance(TREE, {1: takes(SHIFTS), 2: takes(SHIFTS)})["M1"]
    assert (nothing["verdict"], nothing["supply_kwh"], nothing["loss_percent"]) == ("insufficient_data", None, None)


def test_a_solar_surplus_flows_back_and_every_node_balances() -> None:
    grid = meter(1, MeterType.GRID, None)
    main = meter(2, MeterType.MAIN, 1)
    solar = meter(3, MeterType.SOLAR, 2, production_register=ProductionRegister.EXPORT)
    unit = meter(4, MeterType.UNIT, 2)
    sun = 30.0 * np.clip(np.sin(np.linspace(0, 2 * math.pi, DAY)), 0, None)
    net = SHIFTS - sun
    through = np.clip(net, 0, None), np.clip(-net, 0, None)
    energies = {1: through, 2: through, 3: (np.full(DAY, 0.01), sun), 4: takes(SHIFTS - 0.01)}
    found = balance([grid, main, solar, unit], energies)
    assert found["M1"]["loss_kwh"] == pytest.approx(0, abs=1e-9)
    assert found["M2"]["loss_kwh"] == pytest.approx(0, abs=1e-9)
    assert found["M2"]["supply_kwh"] == pytest.approx((through[0] + sun).sum())


def test_a_child_connected_elsewhere_is_left_out_and_with_one_out_of_service_nothing_is_said() -> None:
    elsewhere = meter(3, MeterType.UNIT, 1, seen_by_parent=False)
    found = balance([MAIN, ONE, elsewhere], {1: takes(SHIFTS), 2: takes(SHIFTS), 3: takes(SHIFTS)})["M1"]
    assert found["verdict"] == "within_error"
    off = meter(3, MeterType.UNIT, 1, status=Status.INACTIVE)
    for measured in ({1: takes(SHIFTS), 2: takes(SHIFTS)}, {1: takes(SHIFTS), 2: takes(SHIFTS), 3: takes(SHIFTS)}):
        found = balance([MAIN, ONE, off], measured)["M1"]
        assert (found["verdict"], found["loss_kwh"], found["completeness"]) == ("not_metered", None, 0.0)
        assert "M3 is out of service" in found["reason"]


def test_errors_of_meters_add_in_quadrature_and_do_not_shrink_with_time() -> None:
    found = balance(TREE[:2], {1: takes(100.0), 2: takes(100.0)})["M1"]
    each = 0.005 / math.sqrt(3) * 100.0 * DAY
    assert found["uncertainty_kwh"] == pytest.approx(2 * math.hypot(each, each), rel=1e-6)


def test_a_coarse_counter_makes_a_short_balance_uncertain() -> None:
    energies = {1: takes(1.0), 2: takes(1.0)}
    fine = balance(TREE[:2], energies)["M1"]["uncertainty_kwh"]
    coarse = balance(TREE[:2], energies, steps={1: 10.0, 2: 10.0})["M1"]["uncertainty_kwh"]
    assert coarse == pytest.approx(2 * math.sqrt((fine / 2) ** 2 + 4 * 10.0**2 / 12), rel=1e-6)


@given(loss=st.floats(-1e6, 1e6), supply=st.floats(0, 1e6), uncertainty=st.floats(0, 1e5), complete=st.floats(0.5, 1))
def test_no_alarm_is_raised_within_the_error(loss: float, supply: float, uncertainty: float, complete: float) -> None:
    verdict = judge(loss, supply, uncertainty, complete, 0.03)
    if abs(loss) <= uncertainty:
        assert verdict is Verdict.WITHIN_ERROR
    if verdict is Verdict.HOTSPOT:
        assert loss > max(uncertainty, 0.03 * supply)


def test_hotspots_come_first_and_the_largest_of_them_on_top() -> None:
    found = [
        {"verdict": verdict, "loss_kwh": loss, "number": str(index)}
        for index, (verdict, loss) in enumerate(
            [("ok", 900.0), ("hotspot", 50.0), ("insufficient_data", None), ("hotspot", 80.0), ("surplus", -70.0)]
        )
    ]
    assert [row["number"] for row in ranked(found)] == ["3", "1", "4", "0", "2"]
