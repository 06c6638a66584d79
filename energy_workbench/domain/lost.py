"""Losses of several nodes together, and their uncertainty."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

CERTAIN = ("hotspot", "ok", "surplus")
"""Verdicts of losses, or surpluses, above their uncertainty."""


class LostTogether(TypedDict):
    """The losses of several nodes together, as `lost_together` says them."""

    nodes: int
    loss_kwh: float | None
    certain_kwh: float
    site_percent: float | None
    completeness: float | None


def percent_error(row: Mapping[str, Any]) -> float | None:
    """Expanded uncertainty of a node's loss in per cent of its supply [%]; None where it is not known.

    Parameters
    ----------
    row : mapping
        Of a balance: `uncertainty_kwh, supply_kwh`.
    """
    uncertainty, supply = row["uncertainty_kwh"], row["supply_kwh"]
    return 100 * uncertainty / supply if uncertainty and supply else None


def error_together(rows: Iterable[Mapping[str, Any]]) -> float:
    """Expanded uncertainty of the losses of several nodes together, in quadrature [kWh]; of one it is its own.

    Parameters
    ----------
    rows : iterable of mapping
        Of a balance: `loss_kwh, uncertainty_kwh`.
    """
    known = [row["uncertainty_kwh"] for row in rows if row["loss_kwh"] is not None]
    return math.hypot(*(each for each in known if each is not None))


def lost_together(rows: Iterable[Mapping[str, Any]]) -> LostTogether:
    """The losses of the nodes of a balance, added up; each over the spans in which its own is known.

    Parameters
    ----------
    rows : iterable of mapping
        Of a balance: `loss_kwh, site_percent, verdict, completeness`.

    Returns
    -------
    LostTogether
        `nodes` (of which a loss is known), `loss_kwh`, `certain_kwh` (of it, what is above its uncertainty, surpluses
        taken off) [kWh],
        `site_percent` (each node's loss ÷ what the site was supplied with over the same spans, added up; None where
        that is not known of one), `completeness` (of the node of which least is known [1]).
    """
    known = [row for row in rows if row["loss_kwh"] is not None]
    shares = [row["site_percent"] for row in known]
    return {
        "nodes": len(known),
        "loss_kwh": round(math.fsum(row["loss_kwh"] for row in known), 6) if known else None,
        "certain_kwh": round(math.fsum(row["loss_kwh"] for row in known if row["verdict"] in CERTAIN), 6),
        "site_percent": round(math.fsum(shares), 3) if known and None not in shares else None,
        "completeness": min((row["completeness"] for row in known), default=None),
    }
