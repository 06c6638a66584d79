"""From values to health: the rules, their words, hysteresis, and what is unknown."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from energy_workbench.domain.entities import Flow, Meter, MeterType
from energy_workbench.domain.health.health import Watch, health, rating, reason
from energy_workbench.domain.health.limits import DEFAULTS, RULES, contradictions, resolved
from energy_workbench.domain.health.measures import Rating, unbalance
from energy_workbench.domain.ratios import AppliedBy, Ratio
from energy_workbench.domain.status import Health

MADE_FOR = Rating(line=400, phase=230, frequency=50, rated_current=100, rated_kw=50, rated_line=400, step_kwh=0.1)
LOAD = {
    "voltage_l1_n": 230.0, "voltage_l2_n": 231.0, "voltage_l3_n": 229.0,
    "voltage_l1_l2": 399.0, "voltage_l2_l3": 398.5, "voltage_l3_l1": 397.8,
    "current_l1": 60.0, "current_l2": 61.0, "current_l3": 59.0,
    "active_power_total": 37.0, "apparent_power_total": 41.4, "power_factor_total": 0.894, "frequency": 50.01,
    "energy_active_import": 1000.0,
}  # fmt: skip
LINES = ("voltage_l1_l2", "voltage_l2_l3", "voltage_l3_l1")
REST = LOAD | {name: 0.0 for name in LOAD if name.startswith(("current", "active", "apparent", "power"))}


def judged(
    values: dict[str, float | None], made_for: Rating = MADE_FOR, limits: dict[str, float | None] | None = None
) -> tuple[Health, str]:
    """The health after ten minutes of the same values, while energy is counted."""
    watch = Watch(resolved(limits or {}), patience=60)
    for poll in range(61):
        counted = {"energy_active_import": 1000.0 + poll} if "energy_active_import" in values else {}
        watch.see(values | counted, made_for, 1000.0 + 10 * poll)
    return health(watch.alarms), reason(watch.alarms)


CASES = [
    ({"voltage_l2_n": 198.2}, Health.WARNING, "L2 at 198.2 V, 13.8 % below 230 V (limit 10 %)"),
    ({"voltage_l2_n": 190.0, "voltage_l1_n": 191.0, "voltage_l3_n": 191.0}, Health.CRITICAL, "limit 15 %"),
    (dict.fromkeys(LINES, 443.0), Health.WARNING, "L1-L2 at 443 V, 10.7 % above 400 V (limit 10 %)"),
    ({"voltage_l1_l2": 380.0}, Health.WARNING, "voltages L1-L2 380, L2-L3 398.5, L3-L1 397.8 V, unbalance 3.1 % (li"),
    ({"voltage_l3_n": 20.0}, Health.CRITICAL, "L3 is missing: 20 V, 9 % of L2 at 231 V (limit 20 %)"),
    ({"current_l1": 95.0, "current_l2": 45.0}, Health.WARNING, "currents 95, 45, 59 A, unbalance 43 % (limit 25 %)"),
    ({"power_factor_total": -0.64}, Health.WARNING, "power factor 0.64 at 37 kW (limit 0.7)"),
    ({"power_factor_total": None, "apparent_power_total": 80.0}, Health.CRITICAL, "power factor 0.46 at 37 kW"),
    ({"current_l2": 112.0, "current_l1": 111.0, "current_l3": 110.0}, Health.WARNING, "L2 at 112 A, 112 % of the CT's"),
    ({"active_power_total": -64.0}, Health.CRITICAL, "64 kW, 128 % of the rated 50 kW (limit 125 %)"),
    ({"frequency": 49.2}, Health.WARNING, "frequency at 49.20 Hz (limit 0.5 Hz)"),
]


@pytest.mark.parametrize(("change", "expected", "words"), CASES)
def test_what_is_beyond_a_limit_is_said_with_number_unit_and_limit(
    change: dict[str, float | None], expected: Health, words: str
) -> None:
    found, said = judged(LOAD | change)
    assert found is expected
    assert words in said


def test_a_loaded_meter_within_its_limits_is_good() -> None:
    assert judged(dict(LOAD)) == (Health.GOOD, "")


def test_a_meter_at_rest_has_no_alarm_of_load() -> None:
    uneven = {"current_l1": 1.5, "current_l2": 0.2, "current_l3": 0.1, "power_factor_total": 0.1}
    assert judged(REST | uneven | {"active_power_total": 0.2}) == (Health.GOOD, "")


def test_an_alarm_of_load_ends_when_the_load_does() -> None:
    watch = Watch(resolved({}), patience=60)
    for poll in range(80):
        watch.see(LOAD | {"power_factor_total": 0.6, "energy_active_import": poll}, MADE_FOR, 10.0 * poll)
    assert health(watch.alarms) is Health.WARNING
    for poll in range(80, 120):
        watch.see(REST, MADE_FOR, 10.0 * poll)
    assert health(watch.alarms) is Health.GOOD


def test_without_any_voltage_only_that_is_said_and_a_producer_may_rest() -> None:
    dark = dict.fromkeys(LOAD, 0.0)
    assert judged(dark)[0] is Health.WARNING
    assert judged(dark)[1].startswith("no voltage: L1, the highest, at 0 of 230 V (limit 5 %)")
    assert judged(dark, replace(MADE_FOR, producer=True)) == (Health.GOOD, "")


def test_the_worst_comes_first() -> None:
    found, said = judged(LOAD | {"power_factor_total": 0.6, "voltage_l3_n": 10.0})
    assert found is Health.CRITICAL
    assert said.index("missing") < said.index("power factor")


def test_a_limit_that_is_off_says_nothing() -> None:
    off: dict[str, float | None] = {"power_factor_warning": None, "power_factor_critical": None}
    assert judged(LOAD | {"power_factor_total": 0.3}, limits=off) == (Health.GOOD, "")


def test_a_counter_that_stands_while_power_flows_is_stuck_but_not_one_whose_step_is_coarse() -> None:
    fine, coarse = (Watch(resolved({}), patience=60) for _ in range(2))
    for poll in range(100):
        fine.see(LOAD, MADE_FOR, 10.0 * poll)
        coarse.see(LOAD, replace(MADE_FOR, step_kwh=10.0), 10.0 * poll)
    assert reason(fine.alarms) == ("energy has stood at 1,000.0 kWh for 16 min while 10.2 kWh flowed (limit 15 min)")
    assert health(coarse.alarms) is Health.GOOD
    fine.see(LOAD | {"energy_active_import": 1010.0}, MADE_FOR, 1000.0)
    assert health(fine.alarms) is Health.GOOD


def test_a_counter_that_stands_in_a_gap_or_against_its_direction_is_not_stuck() -> None:
    watch = Watch(resolved({}), patience=60)
    for hour in range(5):
        watch.see(LOAD, MADE_FOR, 3600.0 * hour)
    for poll in range(200):
        watch.see(LOAD | {"active_power_total": -30.0}, MADE_FOR, 20_000 + 10.0 * poll)
    assert health(watch.alarms) is Health.GOOD


def test_health_needs_its_least_duration_and_a_short_dip_does_not_count() -> None:
    watch = Watch(resolved({}), patience=60)
    low = LOAD | {"voltage_l2_n": 198.2}
    for second, values in [(0, low), (30, low), (40, LOAD), (50, low), (100, low)]:
        assert not watch.see(values, MADE_FOR, second)
    assert health(watch.alarms) is Health.GOOD
    assert watch.see(low, MADE_FOR, 110)
    assert health(watch.alarms) is Health.WARNING


def test_values_far_apart_say_nothing_of_the_time_between_them() -> None:
    watch = Watch(resolved({}), patience=60)
    low = LOAD | {"voltage_l2_n": 198.2}
    watch.see(low, MADE_FOR, 0)
    watch.see(low, MADE_FOR, 7200)
    assert health(watch.alarms) is Health.GOOD
    slow = Watch(resolved({}), patience=2700)
    slow.see(low, MADE_FOR, 0)
    slow.see(low, MADE_FOR, 900)
    assert health(slow.alarms) is Health.WARNING


def test_what_was_known_goes_on_after_a_restart() -> None:
    low, beside = LOAD | {"voltage_l2_n": 198.2}, LOAD | {"voltage_l2_n": 208.0}
    watch = Watch(resolved({}), patience=60)
    for second in (0, 60):
        watch.see(low, MADE_FOR, second)
    again = Watch(resolved({}), watch.alarms, patience=60)
    # 9.6 % would not raise the warning, but has not left it either.
    again.see(beside, MADE_FOR, 500)
    assert health(again.alarms) is Health.WARNING
    assert health(Watch(resolved({"voltage_warning": None, "voltage_critical": None}), watch.alarms).alarms) is (
        Health.GOOD
    )


voltages = st.floats(0, 600)
maybe = st.one_of(st.none(), st.just(math.nan), st.floats(-1e5, 1e5))


@settings(deadline=None)
@given(st.lists(st.floats(9.01, 9.99), min_size=1, max_size=60), st.booleans())
def test_inside_the_band_of_hysteresis_nothing_ever_changes(deviations: list[float], raised: bool) -> None:
    watch = Watch(resolved({}), patience=60)
    if raised:
        for second in (-60, 0):
            watch.see({"voltage_l1_n": 230 * 0.88}, MADE_FOR, second)
    before = health(watch.alarms)
    assert before is (Health.WARNING if raised else Health.GOOD)
    for poll, deviation in enumerate(deviations):
        assert not watch.see({"voltage_l1_n": 230 * (1 - deviation / 100)}, MADE_FOR, 30.0 * (poll + 1))
    assert health(watch.alarms) is before


@settings(deadline=None)
@given(st.lists(st.floats(0, 460), max_size=80))
def test_health_changes_at_most_once_in_the_least_duration(volts: list[float]) -> None:
    watch = Watch(resolved({"missing_phase_critical": None, "no_voltage_warning": None}), patience=60)
    changed = [10.0 * poll for poll, v in enumerate(volts) if watch.see({"voltage_l1_n": v}, MADE_FOR, 10.0 * poll)]
    assert all(later - earlier >= 60 for earlier, later in itertools.pairwise(changed))


@settings(deadline=None)
@given(st.sampled_from([198.2, 230.0, 150.0]), st.lists(st.sampled_from([None, math.nan, math.inf]), max_size=50))
def test_what_is_unknown_is_neither_good_news_nor_bad(volts: float, unknown: list[float | None]) -> None:
    watch = Watch(resolved({}), patience=60)
    for second in (0, 60, 120):
        watch.see({"voltage_l1_n": volts}, MADE_FOR, second)
    before = watch.alarms
    for poll, value in enumerate(unknown):
        assert not watch.see(dict.fromkeys(LOAD, value), MADE_FOR, 130.0 + poll)
    assert watch.alarms == before


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(sorted(LOAD)), maybe), st.lists(st.floats(0, 1e6), max_size=5))
def test_no_values_whatever_break_a_rule(values: dict[str, float | None], instants: list[float]) -> None:
    watch = Watch(resolved({}), patience=60)
    for at in instants:
        watch.see(values, MADE_FOR, at)
        assert bool(reason(watch.alarms)) == (health(watch.alarms) is not Health.GOOD)


@settings(deadline=None)
@given(st.tuples(voltages, voltages, voltages), st.floats(0.1, 100))
def test_unbalance_does_not_depend_on_the_size(three: tuple[float, float, float], factor: float) -> None:
    found = unbalance(three)
    if found is not None and sum(three) > 1e-3:
        assert 0 <= found <= 200 + 1e-6
        assert unbalance((three[0] * factor, three[1] * factor, three[2] * factor)) == pytest.approx(found, abs=1e-6)
    assert unbalance((three[0],) * 3) == (None if three[0] <= 0 else pytest.approx(0, abs=1e-9))


def test_what_a_meter_is_made_for_comes_from_its_ratio_and_limits() -> None:
    meter = Meter(key=1, number="M", name="M", type=MeterType.MACHINE, rated_kw=50, flow=Flow.CONSUMER)
    plain = rating(meter, Ratio(), resolved({}), 0.1)
    assert (plain.line, plain.phase, plain.rated_line, plain.step_kwh) == (400, 230, None, 0.1)
    high = Ratio(ct_primary=100, ct_secondary=5, pt_primary=11_000, pt_secondary=110, applied_by=AppliedBy.WORKBENCH)
    known = rating(meter, high, resolved({"nominal_voltage": 415}), 0.1)
    assert (known.line, known.rated_line, known.rated_current) == (11_000, 11_000, 100)
    assert known.phase == pytest.approx(6350.85, abs=0.01)
    assert known.step_kwh == pytest.approx(0.1 * 20 * 100)
    earthed = replace(high, pt_primary=6350.85, pt_secondary=63.5)
    assert rating(meter, earthed, resolved({})).line == pytest.approx(11_000, abs=0.1)
    assert rating(meter, high, resolved({}, {"nominal_voltage": 10_500})).line == 10_500
    assert rating(meter, Ratio(), resolved({"nominal_voltage": 415})).phase == 240


def test_the_defaults_contradict_themselves_nowhere_and_name_their_source() -> None:
    assert contradictions(resolved({})) == {}
    assert all(rule.source and rule.meaning for rule in RULES.values())
    assert set(contradictions(resolved({"voltage_critical": 5}))) == {"voltage_critical"}
    assert set(contradictions(resolved({"power_factor_critical": 0.9}))) == {"power_factor_critical"}
    assert set(contradictions(resolved({"frequency_hysteresis": 2}))) == {"frequency_hysteresis"}
    assert len(DEFAULTS) == 3 + 4 * len(RULES)
