"""What profiles tell of the registers of counters."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.store import available, load
from collector.profile.wire_types import TYPES
from energy_workbench.domain.quantities import Kind, quantity
from energy_workbench.energy.counter_steps import Register
from energy_workbench.registry.meters.counter_registers import COUNTS, counter_registers

ENERGY = "energy_active_import"


@pytest.mark.parametrize(
    ("profile", "register"),
    [
        ("carlo_gavazzi_em340", Register(modulus=2**31 / 10, step=0.1)),
        ("abb_b23_b24", Register(modulus=float(2**64 / 100), step=0.01)),
        ("eastron_sdm630", Register(single=1.0)),
        ("janitza_umg604", Register(single=0.001)),
        ("schneider_pm5xxx", Register(modulus=2**63 / 1000, step=0.001)),
        ("sunspec_203", Register()),
    ],
)
def test_modulus_and_step_come_from_type_scale_and_unit(profile: str, register: Register, tmp_path: Path) -> None:
    assert counter_registers(profile, tmp_path)[ENERGY] == register


def test_every_shipped_profile_tells_of_all_of_its_counters(tmp_path: Path) -> None:
    """The same as what decodes the wire believes: what one bit is worth."""
    for name in available():
        profile = load(name)
        found = counter_registers(name, tmp_path)
        counters = {q for q in profile.quantities if quantity(q).kind is Kind.COUNTER}
        assert found.keys() == counters, name
        for register in profile.registers:
            told = found.get(register.quantity)
            if told and told.step:
                assert told.step == pytest.approx(register.numerator / register.denominator), (name, register.quantity)


def test_a_sum_moves_by_the_steps_of_its_parts(tmp_path: Path) -> None:
    found = counter_registers("siemens_pac3200", tmp_path)
    assert found[ENERGY].modulus is None
    assert found[ENERGY].step == found["energy_active_import_t1"].step


def test_an_order_of_words_or_bytes_changes_nothing(tmp_path: Path) -> None:
    for order in ("little", "badc"):
        assert counter_registers(f"schneider_pm5xxx:{order}", tmp_path) == counter_registers(
            "schneider_pm5xxx", tmp_path
        )


def test_each_type_counts_as_far_as_what_decodes_it(tmp_path: Path) -> None:
    assert {name for name, wire in TYPES.items() if not wire.floating} == {*COUNTS, "enum16"}
    assert {name: TYPES[name].counts for name in COUNTS} == COUNTS


PLACES = """derived: {energy_active_import: [energy_active_import_t1, energy_active_import_t2]}
registers:
  - {quantity: energy_active_import_t1, address: 0, type: FIRST}
  - {quantity: energy_active_import_t2, address: 1, type: SECOND}
"""
SUM = {
    # Two tariffs: the coarsest, and where they begin again together is nowhere.
    ("uint32, unit: Wh, scale: 10", "uint32, unit: Wh, scale: 100"): Register(step=0.1),
    # Two places of one number, told by their sizes.
    ("uint16, unit: Wh, scale: 1", "uint16, unit: Wh, scale: 10000, digits: 4"): Register(step=0.001, modulus=10.0**5),
    ("uint16, unit: MWh, modulus: 5000", "uint16, unit: Wh"): Register(step=0.001, modulus=5e6),
    # And by what the profile states, either way.
    ("uint16, unit: Wh", "uint16, unit: Wh, scale: 10, stated"): Register(step=0.001, modulus=655.36),
    ("uint16, unit: Wh", "uint16, unit: kWh, none"): Register(step=1.0),
}


@pytest.mark.parametrize("types", SUM)
def test_the_finest_of_places_counts_and_the_coarsest_of_tariffs(types: tuple[str, str], tmp_path: Path) -> None:
    text = PLACES.replace("FIRST", types[0]).replace("SECOND", types[1].replace(", stated", "").replace(", none", ""))
    head = "id: sum\nvendor: v\nmodel: m\nconfidence: memory\nsources: [s]\n"
    head += "positional: [energy_active_import]\n" if types[1].endswith("stated") else ""
    head += "positional: []\n" if types[1].endswith("none") else ""
    if "uint32" in text:
        text = text.replace("address: 1", "address: 2")
    (tmp_path / "sum.yaml").write_text(head + text)
    assert counter_registers("sum", tmp_path)[ENERGY] == SUM[types]
    # What plans the reads believes the same.
    assert bool(load("sum", [tmp_path]).positional) is (SUM[types].modulus is not None)


def test_kilo_and_residual_are_places_of_one_number(tmp_path: Path) -> None:
    found = counter_registers("socomec_diris_b30", tmp_path)
    assert found[ENERGY].step == found[f"{ENERGY}_residual"].step < found[f"{ENERGY}_kilo"].step
    assert found[ENERGY].modulus == found[f"{ENERGY}_kilo"].modulus


def test_a_profile_states_where_a_counter_begins_again(tmp_path: Path) -> None:
    for said, modulus in (("digits: 6", 1e5), ("modulus: 5000", 5.0), ("scale_register: 9, digits: 6", None)):
        row = f"{{quantity: {ENERGY}, address: 0, type: uint32, unit: Wh, scale: 100, {said}}}"
        name = f"own{len(said)}"
        (tmp_path / f"{name}.yaml").write_text(f"registers:\n  - {row}\n")
        assert counter_registers(name, tmp_path)[ENERGY].modulus == modulus


def test_a_profile_of_ones_own_wins_and_a_broken_one_tells_nothing(tmp_path: Path) -> None:
    own = tmp_path / "eastron_sdm630.yaml"
    own.write_text(f"registers:\n  - {{quantity: {ENERGY}, address: 0, type: uint32, unit: Wh, scale: 10}}\n")
    assert counter_registers("eastron_sdm630", tmp_path) == {ENERGY: Register(modulus=2**32 / 100, step=0.01)}
    for text in ("registers: 7", "registers: [{quantity: x", "- 1", "registers:\n  - {quantity: 3}"):
        (tmp_path / "broken.yaml").write_text(text)
        assert counter_registers("broken", tmp_path) == {}
    assert counter_registers("no_such_profile", tmp_path) == {}
