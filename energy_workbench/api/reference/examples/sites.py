"""Examples of all sites together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_BERLIN: JsonObject = {
    "site": "werk-berlin", "name": "Werk Berlin", "timezone": "Europe/Berlin", "country": "DE", "currency": "EUR",
    "meters": 92, "problem": "",
}  # fmt: skip
_KOLKATA: JsonObject = {
    "site": "works-kolkata", "name": "Works Kolkata", "timezone": "Asia/Kolkata", "country": "IN", "currency": "INR",
    "meters": 40, "problem": "",
}  # fmt: skip
_FIGURES: JsonObject = {
    "colours": {"green": 90, "yellow": 1, "orange": 0, "red": 0, "grey": 1}, "energy_kwh": 9120.5,
    "demand_peak_kw": 512.4, "demand_peak_at": "2026-10-05T11:15:00+02:00", "loss_percent": 2.1, "emissions_kg": 3402.2,
    "completeness": 0.998,
}  # fmt: skip

SHOWN: Final[Mapping[str, Shown]] = {
    "sites": Shown("Sites", listed([{**_BERLIN, "role": "editor"}, {**_KOLKATA, "role": "viewer"}])),
    "fleet": Shown(
        "A row a site",
        listed([{**_BERLIN, "start": "2026-10-05T00:00:00+02:00", "end": "2026-10-06T00:00:00+02:00", **_FIGURES}]),
    ),
}
"""By name of the operation."""
