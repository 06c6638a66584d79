"""Apparent energy, one definition for power factors of periods and for demands in kVA.

Of an interval it is what its counter says, else √(kWh² + kvarh²); of any longer span, a block of demand or a month,
the sum of its intervals', as a counter of kVAh would have it. Where neither is known, or the active energy is not, the
interval is left out on both sides of a power factor.
"""

from __future__ import annotations

from typing import Final

_APPARENT: Final = "coalesce(energy_apparent_kvah, sqrt(energy_import_kwh ** 2 + energy_reactive_kvarh ** 2))"
SIDES: Final = {
    "active_of_apparent": f"CASE WHEN {_APPARENT} IS NOT NULL THEN energy_import_kwh END",
    "apparent_of_active": f"CASE WHEN energy_import_kwh IS NOT NULL THEN {_APPARENT} END",
}
"""Both sides of a power factor, as SQL of an interval [kWh, kVAh]: of those intervals that know both."""
