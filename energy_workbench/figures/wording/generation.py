"""Remarks on a generation in sentences, for pages, reports and mails: what is unknown, estimated, or lacks a factor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from energy_workbench.figures.wording.words import first_of, percent

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

SOURCES = {"grid": "the grid's meters", "solar": "solar", "generators": "generators", "others": "other producers"}
FACTORS = {"grid_location": "for the grid", "diesel": "for diesel", "other_producers": "for other producers"}
_GRID = ("scope2_location_kg", "scope2_market_kg", "avoided_kg", "net_kg")


def remarks(payload: Payload) -> list[str]:
    """Sentences: what is not known, what is estimated, which emission factor is lacking or old."""
    sentences = [f"{row['reason']}, so totals that include it are not known." for row in payload["unknown"]]
    sentences += without(payload["left_out"])
    rough = {name: share for name, share in payload["known"].items() if share < 0.9995}
    named = [NAMES[name] for name in payload["estimated"] if name in NAMES]
    if named and rough:
        shares = ", ".join(f"{SOURCES[name]} {percent(share, 1)}" for name, share in rough.items())
        sentences.append(
            f"Totals come from the registers. Estimated: {', '.join(named)}. Fully measured: {shares} of the time."
        )
    sentences += [
        f"No emission factor {FACTORS[row['name']]}: {row['reason']}. To get one, {row['advice']}."
        for row in payload["missing_factors"]
    ]
    old = {f"{row['name'].replace('_', ' ')} of {row['year']}" for row in payload["factors"] if row["old"]}
    if old:
        sentences.append(
            f"More than three years old: the factor {', '.join(sorted(old))}. A newer one may have been published."
        )
    return sentences


def without(spares: Sequence[str], total: int | None = None) -> list[str]:
    """A sentence on meters that were never connected: they are in no figure of the site.

    Parameters
    ----------
    total : int, optional
        How many there are, where not all of them are given.
    """
    if not spares:
        return []
    was, it = ("was", "it") if len(spares) == 1 else ("were", "them")
    return [f"{first_of(spares, total)} {was} never connected: the site's figures leave {it} out."]


def why_unknown(payload: Payload, figure: str) -> str:
    """Why a figure is not known."""
    burnt = ("diesel", "other_producers")
    kinds = ("grid_location", *burnt) if figure == "net_kg" else ("grid_location",) if figure in _GRID else burnt
    reasons = [row["reason"] for row in payload["missing_factors"] if row["name"] in kinds]
    reasons = reasons or [row["reason"] for row in payload["unknown"]]
    return next(iter(reasons), "there are no data for this period")
