"""Limits of error by the load, and what they make of a loss."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from energy_workbench.analytics.losses.balance import Books, meters, rows
from energy_workbench.analytics.uncertainty.accuracy import CURRENT, METERS
from energy_workbench.analytics.uncertainty.uncertainty import COVERAGE, assumed, limits, variance
from energy_workbench.domain.accuracy_classes import class_name
from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.ratios import Ratio
from energy_workbench.lake.matrix import Matrix

CT = Ratio(ct_primary=1000, ct_secondary=5)
FULL_KVA = math.sqrt(3) * 400 * 1000 / 1000
"""Apparent power at the rated primary current and 400 V [kVA]."""


def meter(**more: Any) -> Meter:
    fields: dict[str, Any] = {"key": 1, "number": "M1", "type": MeterType.UNIT}
    return Meter(name="", **{**fields, "accuracy_class": 0.5, "ct_class": 0.5, "ratio": CT, **more})


def expanded(of: Meter, loads: list[float], power_factor: float = 0.8, line: float = 400.0) -> float:
    """Expanded uncertainty of what a meter counted, as a share of it [%]."""
    apparent = np.array(loads) * FULL_KVA / 4
    active = apparent * power_factor
    reactive = np.sqrt(apparent**2 - active**2)
    errors = errors_of(of, line, apparent, reactive, active)
    total = float(active.sum())
    return 100 * COVERAGE * math.sqrt(variance(of, total, errors)) / total


def errors_of(of: Meter, line: float, apparent: Any, reactive: Any, active: Any) -> Any:
    found, each = limits(of, line, apparent, reactive), np.empty((4, len(active)))
    assert found is not None
    found.errors(np.zeros(len(active)), active, slice(None), each)
    return each.sum(axis=-1)


def test_class_05_at_a_fifth_of_the_load_and_power_factor_08() -> None:
    # CT at 20 %: ratio 0.75 %, phase 45 minutes = 0.013090 rad; kvarh = 0.75 × kWh, so 0.9817 %.
    # Meter at 20 %: 0.5 % at power factor 1, 0.6 % at 0.5 inductive: the larger.
    by_hand = 2 * math.sqrt((0.75**2 + (100 * math.radians(45 / 60) * 0.75) ** 2 + 0.6**2) / 3)
    assert expanded(meter(), [0.2]) == pytest.approx(by_hand)
    assert round(by_hand, 2) == 1.59


def test_a_pt_adds_its_ratio_and_its_phase() -> None:
    high = Ratio(ct_primary=1000, ct_secondary=5, pt_primary=400, pt_secondary=100)
    ct_and_meter = 3 * (expanded(meter(), [0.2]) / 2) ** 2
    pt = 0.5**2 + (100 * math.radians(20 / 60) * 0.75) ** 2
    assert expanded(meter(ratio=high, pt_class=0.5), [0.2]) == pytest.approx(2 * math.sqrt((ct_and_meter + pt) / 3))
    assert expanded(meter(ratio=high, pt_class=None), [0.2]) == expanded(meter(ratio=high, pt_class=0.5), [0.2])
    assert expanded(meter(ratio=high, pt_class=3.0), [0.2]) == pytest.approx(2 * math.sqrt((ct_and_meter + 9) / 3))


@pytest.mark.parametrize(
    ("name", "load", "ratio", "minutes"),
    [
        ("0.1", 0.05, 0.4, 15), ("0.1", 1.0, 0.1, 5), ("0.2", 0.2, 0.35, 15), ("0.5", 0.125, 1.125, 67.5),
        ("0.5", 0.6, 0.625, 37.5), ("1", 1.5, 1.0, 60), ("0.2S", 0.01, 0.75, 30), ("0.5S", 0.03, 1.125, 67.5),
        ("3", 0.8, 3.0, 0), ("5", 1.0, 5.0, 0), ("3", 0.25, 6.0, 0), ("0.5", 0.01, 7.5, 450),
    ],
)  # fmt: skip
def test_limits_of_transformers_are_linear_between_the_points(
    name: str, load: float, ratio: float, minutes: float
) -> None:
    found, at = CURRENT[name], np.array([load])
    assert 100 * found.ratio_limit(at)[0] == pytest.approx(ratio)
    assert math.degrees(found.phase_limit(at)[0]) * 60 == pytest.approx(minutes)


@pytest.mark.parametrize(
    ("name", "load", "limit"),
    [
        ("0.2", 0.5, 0.3), ("0.2", 0.07, 0.5), ("0.5", 0.1, 0.6), ("0.5", 0.03, 1.0), ("1", 0.07, 1.5), ("1", 0.5, 1.0),
        ("2", 0.09, 2.5), ("2", 1.2, 2.0), ("0.5", 0.01, 2.0), ("1", 0.025, 3.0),
    ],
)  # fmt: skip
def test_of_a_meter_the_larger_limit_counts(name: str, load: float, limit: float) -> None:
    assert 100 * METERS[name].limit(np.array([load]))[0] == pytest.approx(limit)


@pytest.mark.parametrize(
    ("load", "ratio", "minutes", "of_meter"),
    [(0.01, 1.5, 90, 2.0), (0.05, 0.75, 45, 1.0), (0.2, 0.5, 30, 0.6), (1.0, 0.5, 30, 0.6), (1.2, 0.5, 30, 0.6)],
)
def test_a_meter_and_a_ct_of_05s_by_hand(load: float, ratio: float, minutes: float, of_meter: float) -> None:
    # At power factor 0.8 kvarh = 0.75 × kWh. The meter at 1 %: its limit at power factor 0.5 begins at 2 % with 1.0 %.
    phase = 100 * math.radians(minutes / 60) * 0.75
    by_hand = 2 * math.sqrt((ratio**2 + phase**2 + of_meter**2) / 3)
    assert expanded(meter(accuracy_class="0.5S", ct_class="0.5S"), [load]) == pytest.approx(by_hand)


@pytest.mark.parametrize(
    ("load", "ratio", "minutes", "of_meter"),
    [(0.01, 0.75, 30, 1.0), (0.05, 0.35, 15, 0.5), (0.2, 0.2, 10, 0.3), (1.0, 0.2, 10, 0.3), (1.2, 0.2, 10, 0.3)],
)
def test_a_meter_and_a_ct_of_02s_by_hand(load: float, ratio: float, minutes: float, of_meter: float) -> None:
    phase = 100 * math.radians(minutes / 60) * 0.75
    by_hand = 2 * math.sqrt((ratio**2 + phase**2 + of_meter**2) / 3)
    assert expanded(meter(accuracy_class="0.2S", ct_class="0.2S"), [load]) == pytest.approx(by_hand)


def test_a_ct_of_05s_is_surer_than_one_of_05_below_full_load_only() -> None:
    by_load = {load: [expanded(meter(ct_class=of), [load]) for of in (0.5, "0.5S")] for load in (0.01, 0.05, 0.2, 1.0)}
    assert all(special < plain for plain, special in list(by_load.values())[:3])
    assert by_load[1.0][0] == by_load[1.0][1]


def test_a_protective_ct_has_its_limits_at_the_rated_current() -> None:
    # IEC 61869-2, table 205: 5P 1 % and 60 minutes, 10P 3 %, at the rated current; at a fifth of it, five times that.
    for of, load, ratio, minutes in (("5P", 1.0, 1, 60), ("5P", 0.2, 5, 300), ("10P", 1.0, 3, 0)):
        phase = 100 * math.radians(minutes / 60) * 0.75
        by_hand = 2 * math.sqrt((ratio**2 + phase**2 + 0.6**2) / 3)
        assert expanded(meter(ct_class=of), [load]) == pytest.approx(by_hand)
    low = limits(meter(ct_class="5P"), 400.0, np.array([0.5 * FULL_KVA / 4]), np.array([0.0]))
    assert low is not None
    assert low.below


def test_a_class_with_letters_without_a_ct_or_a_current_is_its_number() -> None:
    assert variance(meter(accuracy_class="0.5S", ratio=Ratio()), 1.0) == variance(meter(ratio=Ratio()), 1.0)
    unknown = np.array([np.nan])
    for of in ("0.2S", 0.2):
        found = limits(meter(accuracy_class=of, ct_class=of), 400.0, unknown, unknown)
        assert found is not None
        assert (found.meter[0], found.ct_ratio[0]) == (0.002, 0.002)


@given(st.sampled_from(sorted(CURRENT)), st.floats(1e-4, 2), st.floats(1e-4, 2))
def test_less_load_is_never_known_better(name: str, one: float, other: float) -> None:
    low, high = sorted((one, other))
    found = CURRENT[name]
    for limit in (found.ratio_limit, found.phase_limit):
        at = limit(np.array([low, high]))
        assert at[0] >= at[1] - 1e-15


@given(st.lists(st.floats(0.01, 1.2), min_size=1, max_size=20))
def test_over_time_the_limits_of_a_device_are_one_error(loads: list[float]) -> None:
    # The mean of the limits by energy, so the same as of a single interval with that mean, however many there are.
    many, each = expanded(meter(), loads * 3), [expanded(meter(), [load]) for load in loads]
    assert many == pytest.approx(expanded(meter(), loads))
    assert min(each) - 1e-9 <= many <= max(each) + 1e-9


def test_below_the_lowest_point_and_where_no_current_is_known_it_is_said() -> None:
    low = limits(meter(), 400.0, np.array([0.04 * FULL_KVA / 4]), np.array([0.0]))
    assert low is not None
    assert (low.below, low.nominal) == (True, False)
    unknown = np.array([np.nan])
    none = limits(meter(), 400.0, unknown, unknown)
    assert none is not None
    assert (none.below, none.nominal) == (False, True)
    at_class = math.hypot(0.005, 0.005) / math.sqrt(3)
    errors = errors_of(meter(), 400.0, unknown, unknown, np.ones(1))
    assert math.sqrt(variance(meter(), 1.0, errors)) == pytest.approx(at_class)
    other = limits(meter(ct_class=0.7), 400.0, np.array([100.0]), np.array([0.0]))
    assert other is not None
    assert other.nominal
    direct = meter(ratio=Ratio())
    assert limits(direct, 400.0, np.array([100.0]), np.array([0.0])) is None
    assert math.sqrt(variance(direct, 1.0)) == pytest.approx(0.005 / math.sqrt(3))


def test_a_class_that_nobody_stated_is_assumed() -> None:
    assert not assumed(meter())
    assert assumed(meter(accuracy_class=None))
    assert assumed(meter(ct_class=None))
    assert expanded(meter(accuracy_class=None, ct_class=None), [0.5]) == expanded(
        meter(accuracy_class=1.0, ct_class=0.5), [0.5]
    )
    assert [class_name(of) for of in (0.5, 1.0, "0.5s", 3)] == ["0.5", "1", "0.5S", "3"]


def test_a_balance_knows_less_of_a_feeder_at_low_load() -> None:
    tree = [
        Meter(key=1, number="MAIN", name="", type=MeterType.MAIN, accuracy_class=0.5),
        Meter(key=2, number="A", name="", type=MeterType.UNIT, parent=1, accuracy_class=0.5, ct_class=0.5, ratio=CT),
    ]

    def row(load: float) -> dict[str, Any]:
        apparent = np.full((2, 96), load * FULL_KVA / 4, "float32")
        active, nothing = np.float64(0.8) * apparent, np.full((2, 96), np.nan)
        whole = np.ones((2, 96), bool)
        books = Books([(0, 96, tree)])
        books.book(Matrix(np.array([1, 2]), 0, active, nothing, whole, whole, apparent, 0.6 * apparent), 0, 96)
        return rows(books, tree, threshold=0.03)[0]

    found, low = row(0.2), row(0.02)
    own, feeder = 0.005 / math.sqrt(3) * found["supply_kwh"], expanded(meter(), [0.2]) / 200 * found["supply_kwh"]
    assert found["uncertainty_kwh"] == pytest.approx(2 * math.hypot(own, feeder), rel=1e-6)
    assert (found["nominal_classes"], found["below_range"]) == (["MAIN"], [])
    assert low["below_range"] == ["A"]
    assert low["uncertainty_kwh"] / low["supply_kwh"] > 3 * found["uncertainty_kwh"] / found["supply_kwh"]


def test_a_meter_knows_its_energy_as_well_as_the_balance_takes_it_to_wherever_it_is_in_the_tree() -> None:
    loads = np.linspace(0.01, 1.1, 96)
    tree = [
        meter(key=1, number="MAIN", type=MeterType.MAIN, accuracy_class=0.2),
        meter(key=2, number="A", parent=1),
        meter(key=3, number="B", parent=1, ct_class=0.2, ratio=Ratio()),
        meter(key=4, number="ALONE"),
        meter(key=5, number="SILENT"),
    ]
    apparent = np.outer([2.0, 1.0, 1.0, 1.0], loads * FULL_KVA / 4).astype("float32")
    active, nothing = 0.8 * apparent.astype(float), np.full((4, 96), np.nan)
    known = np.ones((4, 96), bool)
    books = Books([(1, 95, tree)])
    for low, high in ((0, 40), (40, 96)):
        of = slice(low, high)
        values = (each[:, of] for each in (active, nothing, known, known, apparent, 0.6 * apparent))
        books.book(Matrix(np.array([1, 2, 3, 4]), low, *values), low, high - low)
    found = {row["number"]: row for row in meters(books, tree)}
    of_time = loads[1:95].tolist()
    assert found["A"]["uncertainty_percent"] == found["ALONE"]["uncertainty_percent"]
    assert found["A"]["uncertainty_percent"] == pytest.approx(expanded(meter(), of_time), abs=1e-4)
    assert found["B"]["uncertainty_percent"] == pytest.approx(200 * 0.005 / math.sqrt(3), abs=1e-4)
    assert found["SILENT"]["uncertainty_percent"] == pytest.approx(
        200 * math.hypot(0.005, 0.005) / math.sqrt(3), abs=1e-4
    )
    assert [row["number"] for row in found.values() if row["by_load"]] == ["MAIN", "A", "ALONE"]
    assert [row["number"] for row in found.values() if row["below_range"]] == ["MAIN", "A", "ALONE"]
    (node,) = rows(books, tree, threshold=0.03)
    energies = dict(zip(("MAIN", "A", "B"), active[:, 1:95].sum(axis=1).tolist(), strict=False))
    parts = [energy * found[name]["uncertainty_percent"] / 100 for name, energy in energies.items()]
    assert node["uncertainty_kwh"] == pytest.approx(math.hypot(*parts), rel=1e-4)
