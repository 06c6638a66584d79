"""Meters that are drawn as one, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.analytics.condensing.folding import group_of
from energy_workbench.analytics.condensing.tree import worst
from energy_workbench.figures.wording.words import BREAK, ICONS, NOTHING, states, title


def together(node: Mapping[str, Any]) -> Markup:
    """What a node of a flow stands for: `88 meters together, 3 of them unknown · click to look inside`."""
    unknown = node.get("folded_unknown", 0)
    doubt = f", {unknown:,} of them unknown" if unknown else ""
    return escape(f"{node['folded']:,} meters together{doubt} · click to look inside")


def named(row: Mapping[str, Any], above: str | None = None) -> Markup:
    """The title of a row of the tree; of meters that are one row without an icon, as they are not all alike."""
    return escape(row["number"]) if group_of(row["id"]) else title(row, above)


def colour_of(row: Mapping[str, Any]) -> str:
    """The colour of a row of the tree: the worst of the meters that it stands for."""
    folded = row.get("folded")
    return worst([row["colour"], *folded]) if folded else str(row["colour"] or "")


def inside(row: Mapping[str, Any]) -> Markup:
    """How the meters are that a row stands for beside itself: `99 below: ✕ 2 red · 97 green`; empty without any."""
    folded = row.get("folded")
    if not folded:
        return NOTHING
    counts = " · ".join(f"{ICONS[colour]} {count:,} {colour}".strip() for colour, count in folded.items())
    below = "" if group_of(row["id"]) else f"{sum(folded.values()):,} below: "
    return escape(below + counts)


def doing(row: Mapping[str, Any]) -> Markup:
    """How a row is, for a hover: what is wrong with its meter, and how those are that it stands for; a line each."""
    wrong = NOTHING if group_of(row["id"]) else states(row)
    return BREAK.join(filter(None, (wrong, inside(row), "click to look inside" if row.get("folded") else "")))
