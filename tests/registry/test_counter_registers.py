"""What profiles tell of the registers of counters."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.profile.store import available, load
from energy_workbench.domain.quantities import Kind, quantity
from energy_workbench.energy.counter_steps import Register
from energy_workbench.registry.meters.counter_registers import counter_registers

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


def test_a_profile_of_ones_own_wins_and_a_broken_one_tells_nothing(tmp_path: Path) -> None:
    own = tmp_path / "eastron_sdm630.yaml"
    own.write_text(f"registers:\n  - {{quantity: {ENERGY}, address: 0, type: uint32, unit: Wh, scale: 10}}\n")
    assert counter_registers("eastron_sdm630", tmp_path) == {ENERGY: Register(modulus=2**32 / 100, step=0.01)}
    for text in ("registers: 7", "registers: [{quantity: x", "- 1", "registers:\n  - {quantity: 3}"):
        (tmp_path / "broken.yaml").write_text(text)
        assert counter_registers("broken", tmp_path) == {}
    assert counter_registers("no_such_profile", tmp_path) == {}
