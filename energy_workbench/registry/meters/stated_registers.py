"""What was stated of a meter's own counters, in the place of what its profile says of all meters of its model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from energy_workbench.domain.entities import Meter
from energy_workbench.energy.counter_steps import Register
from energy_workbench.energy.counters import COUNTERS


def stated_registers(meter: Meter, registers: Mapping[str, Register]) -> Mapping[str, Register]:
    """Registers of a meter's counters by quantity, with the end that was stated of the meter, if one was.

    Parameters
    ----------
    registers : mapping of str to Register
        Of its profile.
    """
    if meter.register_modulus is None:
        return registers
    names = dict.fromkeys((*registers, *COUNTERS))
    return {
        name: replace(registers.get(name, Register()), modulus=meter.register_modulus, stated=True) for name in names
    }
