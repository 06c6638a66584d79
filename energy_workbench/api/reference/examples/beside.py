"""Examples of calls that only REST has: children of a meter, access tokens."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from energy_workbench.api.reference.examples.meters import METERS
from energy_workbench.api.reference.shown import Shown, listed
from energy_workbench.contract.rows.payload import JsonObject

_TOKEN: JsonObject = {"name": "asha", "role": "operator", "created_at": "2026-10-05T14:30:00+05:30", "sites": {}}

SHOWN: Final[Mapping[str, Shown]] = {
    "health": Shown("It answers", {"ok": True}),
    "children": Shown("Meters", METERS),
    "tokens": Shown("Tokens", listed([_TOKEN])),
    "create_token": Shown(
        "The token, this once",
        {**_TOKEN, "token": "ew_…"},
        body="Whose it is, or what for; the role is `viewer`, `operator`, `editor` or `admin`; `sites` where it holds, "
        "all by default.",
        sends={"name": "asha", "role": "operator"},
    ),
}
"""By name of the operation."""
