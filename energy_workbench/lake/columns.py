"""Storage type of each quantity: float64 for counters, amounts and identities, float32 for what fluctuates."""

from __future__ import annotations

from functools import cache

from energy_workbench.domain.quantities import Kind, quantity

KEYS = ("meter", "slot", "offset_ms")
"""Columns of the readings table that are no quantities; `day` is its partition."""


@cache
def is_wide(name: str) -> bool:
    """Whether a quantity is stored in 64 bits.

    A counter of 1e7 kWh with a resolution of 0.01 kWh needs 30 bits, and a serial number 32; a float32
    has 24. Everything else comes from registers of 16 to 32 bits with at most 6 significant digits.

    Raises
    ------
    InputError
        If there is no quantity of that name.
    """
    return quantity(name).kind in (Kind.COUNTER, Kind.AMOUNT, Kind.INFO)
