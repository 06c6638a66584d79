"""What is to be known of the figures of a generation, in words: for the page, reports and mail alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from energy_workbench.figures.words import percent

Payload = Mapping[str, Any]

NAMES = {
    "dg_run_hours": "run hours",
    "diesel_litres": "diesel burnt",
    "solar_self_used_kwh": "solar used on site",
    "avoided_kg": "avoided emissions",
    "scope2_location_kg": "Scope 2",
    "days": "the split by day",
}
"""Figures that may be estimated, as people call them; what follows from one of them is not named beside it."""

SOURCES = {"grid": "the grid's meters", "solar": "solar", "generators": "generators"}
FACTORS = {"grid_location": "of the grid", "diesel": "of diesel"}
_GRID = ("scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg")


def remarks(payload: Payload) -> list[str]:
    """Sentences: who told nothing, what is estimated, which factor is lacking or old."""
    found = [f"{row['reason']}: what it measures is not known." for row in payload["unknown"]]
    rough = {name: share for name, share in payload["known"].items() if share < 0.9995}
    named = [NAMES[name] for name in payload["estimated"] if name in NAMES]
    if named and rough:
        shares = ", ".join(f"{SOURCES[name]} {percent(share, 1)}" for name, share in rough.items())
        found.append(
            f"Totals are those of the registers. Estimated: {', '.join(named)}. Measured closely: {shares} of the time."
        )
    found += [
        f"No emission factor {FACTORS[row['name']]}: {row['reason']}. To have one, {row['advice']}."
        for row in payload["missing_factors"]
    ]
    old = {f"{row['name'].replace('_', ' ')} of {row['year']}" for row in payload["factors"] if row["old"]}
    if old:
        found.append(f"More than three years old: the factor {', '.join(sorted(old))}. A newer one may be published.")
    return found


def why_unknown(payload: Payload, figure: str) -> str:
    """Why a figure is not known."""
    kinds = (
        ("grid_location", "diesel") if figure == "net_kg" else ("grid_location",) if figure in _GRID else ("diesel",)
    )
    reasons = [row["reason"] for row in payload["missing_factors"] if row["name"] in kinds]
    reasons = reasons or [row["reason"] for row in payload["unknown"]]
    return next(iter(reasons), "nothing is known of this time")
