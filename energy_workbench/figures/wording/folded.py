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
    return escape(row["number"]) if _several(row) else title(row, above)


def colour_of(row: Mapping[str, Any]) -> str:
    """The colour of a row of the tree: the worst of the meters that it stands for."""
    folded = row.get("folded")
    return worst([row["colour"], *folded]) if folded else str(row["colour"] or "")


def inside(row: Mapping[str, Any]) -> Markup:
    """How many of the meters that a row stands for beside itself are in trouble, by the icons of colours: `✕2 ⚠1`."""
    folded = row.get("folded")
    if not folded:
        return NOTHING
    return escape(" ".join(f"{ICONS[colour]}{count:,}" for colour, count in folded.items() if ICONS[colour]))


def _several(row: Mapping[str, Any]) -> bool:
    """Whether a row is no meter, but some side by side."""
    return group_of(row["id"]) is not None or ("folded" in row and "parent_id" not in row)


def doing(row: Mapping[str, Any]) -> Markup:
    """How a row is, for a hover: what is wrong with its meter, and that there is more inside; a line each."""
    folded = row.get("folded")
    wrong = NOTHING if _several(row) else states(row)
    below = f"{sum(folded.values()):,} {'meters' if _several(row) else 'below'}, click to look inside" if folded else ""
    return BREAK.join(filter(None, (wrong, below)))
