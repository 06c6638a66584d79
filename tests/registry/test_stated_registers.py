"""The end that was stated of a meter's own counters."""

from __future__ import annotations

from energy_workbench.domain.entities import Meter, MeterType
from energy_workbench.energy.counter_steps import Register
from energy_workbench.registry.meters.stated_registers import stated_registers

IMPORT = "energy_active_import"


def test_what_is_stated_of_a_meter_overrides_its_profile() -> None:
    known = {IMPORT: Register(modulus=2**32 / 1000, step=0.001)}
    meter = Meter(key=1, number="M", name="M", type=MeterType.MACHINE)
    assert stated_registers(meter, known) == known
    meter = Meter(key=1, number="M", name="M", type=MeterType.MACHINE, register_modulus=1e6)
    assert stated_registers(meter, known)[IMPORT] == Register(modulus=1e6, step=0.001, stated=True)
    assert stated_registers(meter, {})["energy_active_export"] == Register(modulus=1e6, stated=True)
