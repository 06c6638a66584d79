from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from collector.plant.faults import Fault, FaultKind, Faults
from collector.plant.readout import Readout
from tests.collector.plant.conftest import ORIGIN

NOON = (ORIGIN + timedelta(days=2, hours=12)).timestamp()
IMPORT = "energy_active_import"


def readout(plant, number, *faults):
    return Readout(plant, plant.meters[plant.index[number]], Faults(faults))


def tells(plant, source, second):
    day, minute, part = plant.locate(second)
    return source.at(plant.segment(day, minute), part, second)


def truth(plant, number, start, end):
    return plant.ledger(number, ORIGIN + timedelta(seconds=start - ORIGIN.timestamp()),
                        ORIGIN + timedelta(seconds=end - ORIGIN.timestamp())).import_kwh  # fmt: skip


@pytest.mark.parametrize(
    ("number", "factor"), [("MAIN", 1), ("GRID", 4000), ("UNIT-F", 200), ("UNIT-A-MACHINE-01", 75.4545454)]
)
def test_counters_advance_by_the_ledger_before_ct_and_pt(plant, number, factor):
    source = readout(plant, number)
    before, after = (tells(plant, source, NOON + s)[IMPORT] for s in (0, 1234.5))
    assert (after - before) * factor == pytest.approx(truth(plant, number, NOON, NOON + 1234.5), rel=1e-6)
    assert before > 0


def test_secondary_values_are_what_the_transformers_leave(plant):
    grid = tells(plant, readout(plant, "GRID"), NOON)
    assert grid["voltage_ll_avg"] == pytest.approx(110, rel=0.03)
    assert 0.5 < grid["current_avg"] < 5
    assert grid["ct_primary"] == grid["ct_secondary"] == 5


def test_a_rollover_wraps_at_its_modulus_and_loses_no_energy(plant):
    fault = Fault(kind=FaultKind.ROLLOVER, meter="UNIT-A", start=NOON, modulus=100_000)
    source = readout(plant, "UNIT-A", fault)
    before, at, after = (tells(plant, source, NOON + s)[IMPORT] for s in (-600, 0, 600))
    assert 99_000 < before < 100_000
    assert at == pytest.approx(0, abs=1e-6)
    assert after + 100_000 - before == pytest.approx(truth(plant, "UNIT-A", NOON - 600, NOON + 600), abs=1e-5)


def test_a_reset_begins_every_counter_at_0(plant):
    source = readout(plant, "UNIT-A", Fault(kind=FaultKind.RESET, meter="UNIT-A", start=NOON))
    normal = readout(plant, "UNIT-A")
    assert tells(plant, source, NOON - 1) == tells(plant, normal, NOON - 1)
    after = tells(plant, source, NOON + 900)
    assert after[IMPORT] == pytest.approx(truth(plant, "UNIT-A", NOON, NOON + 900), abs=1e-6)
    assert 0 < after["energy_apparent_import"] < 100
    assert after["active_power_total"] == tells(plant, normal, NOON + 900)["active_power_total"]


def test_an_exchange_brings_another_serial_that_counts_from_when_it_is_on_the_line(plant):
    fault = Fault(kind=FaultKind.EXCHANGE, meter="UNIT-A", start=NOON, end=NOON + 300)
    source = readout(plant, "UNIT-A", fault)
    before, after = (tells(plant, source, NOON + s) for s in (-1, 900))
    assert before["serial_number"] != after["serial_number"]
    assert after[IMPORT] == pytest.approx(truth(plant, "UNIT-A", NOON + 300, NOON + 900), abs=1e-6)


def test_a_glitch_reads_0_and_then_the_old_level(plant):
    fault = Fault(kind=FaultKind.GLITCH, meter="UNIT-A", start=NOON, end=NOON + 10)
    source, normal = readout(plant, "UNIT-A", fault), readout(plant, "UNIT-A")
    assert tells(plant, source, NOON + 5)[IMPORT] == 0
    for second in (NOON - 1, NOON + 10):
        assert tells(plant, source, second) == tells(plant, normal, second)


def test_the_generator_tells_its_engine(plant):
    source = readout(plant, "DG")
    day = next(k for k in range(7) if plant.day(k).generator.any())
    running = int(plant.day(day).generator.argmax()) + 5
    begin = ORIGIN.timestamp() + day * 86_400
    stopped, turning = (tells(plant, source, begin + 60 * m) for m in (0, running))
    assert stopped["engine_speed"] == stopped["active_power_total"] == stopped["voltage_l1_n"] == 0
    assert stopped["mains_voltage_l1_n"] > 200
    assert turning["engine_speed"] == pytest.approx(1500, abs=5)
    assert turning["active_power_total"] > 100
    assert turning["mains_voltage_l1_n"] == 0
    assert turning["engine_state"] == 3
    assert turning["run_hours"] > stopped["run_hours"]
    assert turning["engine_starts"] == pytest.approx(stopped["engine_starts"] + 1)
    assert turning["energy_active_export"] > stopped["energy_active_export"]


def test_fuel_sinks_with_what_is_burnt_and_is_filled_up_in_time(plant):
    source = readout(plant, "DG")
    levels = [tells(plant, source, ORIGIN.timestamp() + 3600 * h)["fuel_level"] for h in range(0, 24 * 14, 3)]
    assert all(30 <= level <= 100 for level in levels)
    assert any(later < sooner for sooner, later in pairwise(levels))
