from __future__ import annotations

from collections import Counter

import pytest

from collector.plant.tree import UNITS, build
from collector.profile.store import load
from energy_workbench.domain.entities import Flow, MeterType
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.ratios import AppliedBy


def test_there_are_exactly_92_meters_and_parents_come_first():
    meters = build()
    seen: set[str | None] = {None}
    for meter in meters:
        assert meter.parent in seen
        assert meter.number not in seen
        seen.add(meter.number)
    assert len(meters) == 92


def test_the_tree_has_the_shape_that_was_asked_for():
    parents = {m.number: m.parent for m in build()}
    assert parents["GRID"] is None
    assert parents["MAIN"] == "GRID"
    assert {n for n, p in parents.items() if p == "MAIN"} == {
        "DG", "SOLAR", "PMD", "SMD", "LIGHTS", "ADMIN", "UTILITIES",
    }  # fmt: skip
    assert {n for n, p in parents.items() if p == "PMD"} == {f"UNIT-{letter}" for letter in UNITS}
    assert parents["UNIT-A-MACHINE-05"] == "UNIT-A"


def test_producers_and_bidirectional_meters_say_so():
    flows = {m.number: m.flow for m in build()}
    assert flows["GRID"] == flows["MAIN"] == Flow.BIDIRECTIONAL
    assert flows["DG"] == flows["SOLAR"] == Flow.PRODUCER
    assert flows["PMD"] == Flow.CONSUMER


@pytest.mark.parametrize("count", [42, 92, 93, 500])
def test_every_meter_has_an_address_of_its_own(count):
    meters = build(count)
    assert len(meters) == count
    assert max(Counter((m.gateway, m.unit_id) for m in meters).values()) == 1
    assert all(1 <= m.unit_id <= 247 for m in meters)
    assert {m.gateway for m in meters} == set(range(1 + max(m.gateway for m in meters)))


def test_92_meters_share_8_gateways():
    assert {m.gateway for m in build()} == set(range(8))


def test_profiles_differ_in_word_order_and_type_and_all_exist():
    profiles = [load(name) for name in {m.profile for m in build()}]
    assert len(profiles) >= 4
    assert {p.word_order for p in profiles} == {"big", "little"}
    assert {"float32", "int64", "int32", "uint32"} <= {r.type for p in profiles for r in p.registers}


def test_some_meters_report_secondary_values_behind_ct_and_pt():
    secondary = [m for m in build() if m.ratio.applied_by is AppliedBy.WORKBENCH]
    plates = {(m.ratio.ct_text, m.ratio.pt_text) for m in secondary}
    assert ("200/5", "11000/110") in plates
    assert ("100/5", "415/110") in plates
    assert ("1000/5", None) in plates
    assert 0 < len(secondary) < 92


def test_more_meters_are_more_machines_of_the_same_units():
    few, many = build(92), build(392)
    machines = [m for m in many if m.type is MeterType.MACHINE]
    assert len(machines) == 60 + 300
    assert {m.number for m in few} <= {m.number for m in many}


@pytest.mark.parametrize("count", [0, 41, 1_000_000])
def test_an_impossible_number_of_meters_is_refused(count):
    with pytest.raises(InputError, match="42 to"):
        build(count)
