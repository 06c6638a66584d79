from __future__ import annotations

from datetime import UTC, timedelta

import pyarrow as pa
import pytest

from collector.plant.faults import Fault, FaultKind, Faults
from collector.plant.history import tables
from collector.plant.readout import Readout
from collector.profile.decode import decode, encode
from collector.profile.store import load
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.quantities import QUANTITIES
from tests.collector.plant.conftest import ORIGIN, ZONE

START = ORIGIN + timedelta(days=1)


@pytest.fixture(scope="module")
def day(plant):
    return pa.concat_tables(tables(plant, START, START + timedelta(days=1)), promote_options="default")


def test_there_is_a_row_a_meter_and_slot(day):
    rows = list(zip(day["meter_number"].to_pylist(), day["slot"].to_pylist(), strict=True))
    assert len(rows) == len(set(rows)) == 92 * 96
    slots = {slot for _, slot in rows}
    assert min(slots) == START.astimezone(UTC)
    assert max(slots) == START.astimezone(UTC) + timedelta(hours=23, minutes=45)


def test_a_table_is_a_day_of_the_plant_sorted_by_meter_and_slot(plant):
    found = list(tables(plant, START + timedelta(hours=18), START + timedelta(days=1, hours=1)))
    assert [len(table) for table in found] == [92 * 24, 92 * 4]
    for table in found:
        assert len({slot.astimezone(ZONE).date() for slot in table["slot"].to_pylist()}) == 1
        rows = list(zip(table["meter_number"].to_pylist(), table["slot"].to_pylist(), strict=True))
        assert rows == sorted(rows)


def test_columns_are_quantities(day):
    assert set(day.column_names) - {"meter_number", "slot"} <= set(QUANTITIES)


@pytest.mark.parametrize(
    "number", ["GRID", "MAIN", "DG", "SOLAR", "UNIT-F", "UNIT-A-MACHINE-01", "UNIT-A-MACHINE-02", "LIGHTS-YARD"]
)
def test_history_is_what_a_live_reading_of_that_instant_would_be(plant, day, number):
    meter = plant.meters[plant.index[number]]
    profile, source = load(meter.profile), Readout(plant, meter)
    for row in day.filter(pa.compute.equal(day["meter_number"], number)).to_pylist()[::13]:
        second = row["slot"].timestamp()
        where = plant.locate(second)
        values = source.at(plant.segment(*where[:2]), where[2], second)
        live = decode(profile, encode(profile, values))
        for name in profile.poll:
            step = profile.by_quantity[name].numerator / profile.by_quantity[name].denominator
            coarse = 0 if profile.by_quantity[name].wire.floating else step
            assert row[name] == pytest.approx(live[name], rel=1e-6, abs=coarse + 1e-4), (name, row["slot"])


@pytest.mark.parametrize("number", ["GRID", "MAIN", "SOLAR", "SMD", "UNIT-G", "UNIT-C-MACHINE-03"])
def test_the_difference_of_counters_is_the_ledger_within_the_registers_step(plant, day, number):
    meter = plant.meters[plant.index[number]]
    rows = day.filter(pa.compute.equal(day["meter_number"], number)).to_pylist()
    counted = (rows[-1]["energy_active_import"] - rows[0]["energy_active_import"]) * meter.ratio.ct * meter.ratio.pt
    if meter.ratio.applied_by == "meter":
        counted /= meter.ratio.ct * meter.ratio.pt
    truth = plant.ledger(number, rows[0]["slot"], rows[-1]["slot"]).import_kwh
    assert counted == pytest.approx(truth, rel=1e-3, abs=0.2)


def test_a_counter_fault_is_in_the_history_too(plant):
    noon = START + timedelta(hours=12)
    fault = Fault(kind=FaultKind.RESET, meter="UNIT-A", start=noon.timestamp())
    told = pa.concat_tables(
        tables(plant, noon - timedelta(hours=1), noon + timedelta(hours=1), faults=Faults((fault,))),
        promote_options="default",
    )
    counter = told.filter(pa.compute.equal(told["meter_number"], "UNIT-A"))["energy_active_import"].to_pylist()
    assert counter[3] > 10_000
    assert counter[4] == pytest.approx(0, abs=1e-6)
    assert counter[5] > counter[4]


def test_impossible_spans_and_steps_are_refused(plant):
    with pytest.raises(InputError, match="past begins"):
        next(tables(plant, ORIGIN - timedelta(days=1), ORIGIN))
    with pytest.raises(InputError, match="does not divide"):
        next(tables(plant, START, START + timedelta(days=1), step_minutes=7))
