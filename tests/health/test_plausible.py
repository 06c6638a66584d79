"""Values that physics does not allow are left out and found, never changed; the others are never touched."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.domain.health.episodes import CALM, Episodes
from energy_workbench.domain.health.health_tracker import ratings
from energy_workbench.domain.health.limits import resolved
from energy_workbench.domain.health.measures import Rating
from energy_workbench.domain.health.plausibility import rejected, without
from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.ratios import Ratio
from energy_workbench.services.queries.plausible_readings import without_impossible
from tests.health.test_health import LOAD, MADE_FOR

START = datetime(2026, 10, 5, 12, tzinfo=UTC)
CASES = [
    ("power_factor_total", 1.38, "value.power_factor", "Power factor total of 1.38 cannot be: a power factor lies"),
    ("power_factor_l2", -7.0, "value.power_factor", "between −1 and 1"),
    ("voltage_l1_n", -3.0, "value.voltage", "not negative"),
    ("voltage_l1_l2", 65_535.0, "value.voltage", "10 times the nominal 400 V"),
    ("frequency", 5001.0, "value.frequency", "of 5,001 Hz cannot be: no grid runs below 10 or above 500 Hz"),
    ("frequency", 5.0, "value.frequency", "no grid"),
    ("current_l3", 65_535.0, "value.current", "a CT of 100 A gives at most 20 times that"),
    ("energy_active_import", -0.5, "value.counter", "never negative"),
    ("active_power_total", 37_000.0, "value.power", "kVA"),
    ("active_power_total", 400.0, "value.power", "the voltages and currents that were read with it carry less than"),
]


@pytest.mark.parametrize(("quantity", "value", "name", "words"), CASES)
def test_what_cannot_be_is_rejected_by_its_rule(quantity: str, value: float, name: str, words: str) -> None:
    (found,) = rejected(LOAD | {quantity: value}, MADE_FOR)
    assert (found.quantity, found.value, found.name) == (quantity, value, name)
    assert words in found.text
    assert without(LOAD | {quantity: value}, [found]) == LOAD | {quantity: None}


@pytest.mark.parametrize(
    ("quantity", "value"),
    [
        ("power_factor_total", -1.0), ("power_factor_total", 1.001), ("frequency", 0.0), ("frequency", 400.0),
        ("voltage_l1_n", 0.0), ("current_l1", 1900.0), ("energy_active_net", -5.0), ("active_power_total", -70.0),
        ("active_power_total", math.nan), ("serial_number", -1.0), ("energy_active_import", 0.0),
    ],
)  # fmt: skip
def test_what_can_be_is_left_alone(quantity: str, value: float) -> None:
    assert rejected(LOAD | {quantity: value}, MADE_FOR) == []


def test_nothing_is_rejected_for_what_is_not_known_of_the_meter() -> None:
    unknown = Rating(line=400, phase=230, frequency=50)
    assert rejected({"voltage_l1_l2": 11_000.0, "current_l1": 9_000.0, "active_power_total": 1e5}, unknown) == []


anything = st.dictionaries(
    st.sampled_from(sorted(QUANTITIES)),
    st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True)),
    max_size=9,
)


@settings(deadline=None)
@given(anything)
def test_a_value_is_the_same_or_gone_and_what_is_gone_is_found(values: dict[str, float | None]) -> None:
    found = rejected(values, MADE_FOR)
    left = without(values, found)
    assert left.keys() == values.keys()
    gone = {each.quantity for each in found}
    assert all(left[name] is (None if name in gone else values[name]) for name in values)
    assert all(each.value == values[each.quantity] for each in found)
    assert rejected(left, MADE_FOR) == []


@settings(deadline=None)
@given(st.lists(anything, min_size=1, max_size=6), st.sampled_from([None, 100.0]))
def test_a_table_loses_the_same_values_as_its_rows(rows: list[dict[str, float | None]], ct: float | None) -> None:
    meter = Meter(key=1, number="M", name="M", type=MeterType.OTHER)
    limits = resolved({}, {"nominal_voltage": 400})
    ratios = [Ratio(ct_primary=ct, ct_secondary=5 if ct else None)]
    made_for = ratings(meter, ratios, limits)
    names = sorted({name for row in rows for name in row})
    instants = [START + timedelta(seconds=index) for index in range(len(rows))]
    columns = {name: pa.array([row.get(name) for row in rows], pa.float64()) for name in names}
    table = pa.table({"ts": pa.array(instants, pa.timestamp("us", "UTC")), **columns})
    left = without_impossible(table, ratios, made_for).to_pylist()
    for row, after in zip(rows, left, strict=True):
        whole = {name: row.get(name) for name in names}
        wanted = without(whole, rejected(whole, made_for[0]))
        assert repr({name: after[name] for name in names}) == repr(wanted)


def test_a_case_is_one_finding_until_the_value_was_plausible_for_an_hour() -> None:
    cases, told = Episodes(7), []
    for poll in range(1000):
        wrong = rejected(LOAD | {"power_factor_total": 1.38 + poll % 3}, MADE_FOR)
        told += cases.see(wrong, LOAD, START + timedelta(seconds=10 * poll))
    end = START + timedelta(seconds=9990)
    assert len(told) == 10  # 1, 2, 4, … 512 readings
    assert cases.see([], LOAD, end + CALM / 2) == []
    (last,) = cases.see([], LOAD, end + CALM)
    assert {finding.identity for finding in told} == {last.identity}
    assert (last.meter, last.start, last.end, last.quantity) == (7, START, end, "power_factor_total")
    assert last.evidence == {"value": 1.38, "lowest": 1.38, "highest": 3.38, "readings": 1000.0}
    assert cases.end() == []


def test_cases_that_are_open_at_the_end_are_told_whole() -> None:
    cases = Episodes(7)
    wrong = rejected(LOAD | {"power_factor_total": 1.38}, MADE_FOR)
    for poll in range(3):
        cases.see(wrong, LOAD, START + timedelta(seconds=poll))
    (last,) = cases.end()
    assert last.evidence["readings"] == 3.0
