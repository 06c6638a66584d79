"""Registers that interval energies are built from."""

from __future__ import annotations

IMPORT = ("energy_active_import", "energy_active_total")
"""Counters of imported energy [kWh], the first that a meter knows counts."""

EXPORT = ("energy_active_export",)
"""Counters of exported energy [kWh]."""

REACTIVE = ("energy_reactive_import", "energy_reactive_total")
"""Counters of reactive energy [kvarh]."""

APPARENT = ("energy_apparent_import", "energy_apparent_total")
"""Counters of apparent energy [kVAh]."""

NET = ("energy_active_net",)
"""Counters that rise by what is imported and fall by what is exported [kWh]; for meters that have no others."""

FROM_NET = ("net_import", "net_export")
"""Books of the energy that these tell of: their rises, and their falls."""

COUNTERS = (*IMPORT, *EXPORT, *REACTIVE, *APPARENT, *NET)
"""What intervals are built from."""
