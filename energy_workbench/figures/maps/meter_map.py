"""Treemap or icicle of all meters, coloured by their states: strong where somebody should look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from itertools import takewhile
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.schema import Figure, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.folded import colour_of, doing, inside, named
from energy_workbench.figures.wording.words import BREAK, amount

ROW, MOST_ROWS = 17, 120
"""Height of a meter in the map by levels [px], and of how many the map is made high enough."""

ALIKE = 3
"""So many tiles side by side, the last of their branch, whose numbers begin alike show only how they differ."""

LEAST = 10
"""Smallest text of a tile [px]."""

SITE = "site"
"""Id of the tile around several roots."""


def meter_map(
    tree: Sequence[Mapping[str, Any]],
    *,
    theme: Theme = LIGHT,
    site: str = "Site",
    kind: str = "treemap",
    matching: Set[str] | None = None,
) -> Figure:
    """Draw the map.

    Parameters
    ----------
    tree : sequence of mapping
        Meters, parents first: `id, number, name, parent_id, colour, status, health, communication, power_kw [kW]`.
    site : str
        Name of the tile around the roots, where there are several.
    kind : str
        `treemap`, tiles inside tiles, or `icicle`, a column a level.
    matching : set of str, optional
        Ids of the meters that a search finds; the others are drawn faintly.
    """
    if not tree:
        return message(theme, "There are no meters yet.")
    ids = {meter["id"] for meter in tree}
    parents = [meter["parent_id"] if meter["parent_id"] in ids else "" for meter in tree]
    numbers = {meter["id"]: meter["number"] for meter in tree}
    above = _above(tree, numbers)
    labels = [named(meter, above[meter["id"]]) for meter in tree]
    keys = [meter["id"] for meter in tree]
    faint = (theme.tile[""][0], theme.quiet)
    tiles = [
        faint
        if matching is not None and meter["id"] not in matching
        else theme.tile.get(colour_of(meter), theme.tile[""])
        for meter in tree
    ]
    powers = [
        escape(amount(meter["power_kw"], "kW")) + (BREAK + counts if (counts := inside(meter)) else "")
        for meter in tree
    ]
    hover = [_named(meter) + (BREAK + wrong if (wrong := doing(meter)) else "") for meter in tree]
    if parents.count("") > 1:
        parents = ["", *(parent or SITE for parent in parents)]
        labels, keys, tiles = [escape(site), *labels], [SITE, *keys], [theme.tile[""], *tiles]
        powers, hover = [Markup(), *powers], [Markup("All meters"), *hover]
    sizes = _sizes(keys, parents)
    colours = [colour for colour, _ in tiles]
    inks = [ink for _, ink in tiles]
    trace: Trace = {
        "type": "treemap",
        "ids": keys,
        "labels": labels,
        "parents": parents,
        "values": sizes,
        "branchvalues": "remainder",
        "text": powers,
        "texttemplate": Markup("%{label}<br>%{text}"),
        "textfont": {"color": inks, "size": 12},
        "hovertext": hover,
        "hovertemplate": Markup("%{hovertext}<br>%{text}<extra></extra>"),
        "marker": {
            "colors": colours,
            "line": {"color": theme.surface, "width": 1.5},
            "cornerradius": 3,
            "pad": {"t": 20, "l": 4, "r": 4, "b": 4},
        },
        "tiling": {"packing": "squarify", "squarifyratio": 1, "pad": 2},
        "pathbar": {"visible": False},
        "sort": False,
        "root": {"color": "rgba(0,0,0,0)"},
    }
    height = 460
    if kind == "icicle":
        holders = set(parents)
        leaves = [int(key not in holders) for key in keys]
        height = max(460, min(sum(leaves), MOST_ROWS) * ROW)
        trace = {
            **trace,
            "type": "icicle",
            "values": leaves,
            "texttemplate": Markup("%{label}  %{text}"),
            "textfont": {"color": inks, "size": 11},
            "tiling": {"orientation": "h", "pad": 1},
            "marker": {"colors": colours, "line": {"color": theme.surface, "width": 1.5}},
        }
    layout = themed_layout(
        theme,
        summary=_summary(tree),
        uirevision=f"map {kind}",
        meta={"height": height},
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        # What does not fit into its tile is told by pointing at it, and not written in letters that nobody can read.
        uniformtext={"minsize": LEAST, "mode": "hide"},
    )
    return {"data": [trace], "layout": layout}


def _named(meter: Mapping[str, Any]) -> Markup:
    return Markup("<b>{}</b><br>{}").format(meter["number"], meter["name"])


def _above(tree: Sequence[Mapping[str, Any]], numbers: Mapping[str, str]) -> dict[str, str | None]:
    """By id what the number of a meter begins with that its place says already, so that a small tile has room for the
    rest: its parent's number, and what follows it alike in all of the last ones below that.
    """
    below: dict[str | None, list[str]] = {}
    for meter in tree:
        below.setdefault(meter["parent_id"], []).append(meter["id"])
    found: dict[str, str | None] = {}
    for parent, ids in below.items():
        above = numbers.get(parent or "")
        alike = _beginning([numbers[key] for key in ids])
        last = above and len(ids) >= ALIKE and not any(key in below for key in ids) and alike.startswith(f"{above}-")
        found |= dict.fromkeys(ids, alike if last else above)
    return found


def _beginning(numbers: Sequence[str]) -> str:
    """The parts between dashes with which all of them begin."""
    parts = zip(*(number.split("-") for number in numbers), strict=False)
    return "-".join(each[0] for each in takewhile(lambda each: len(set(each)) == 1, parts))


def _sizes(keys: list[str], parents: list[str]) -> list[int]:
    """Area of each tile without others inside: by its level and not its power: one without load must show too."""
    depth: dict[str, int] = {"": -1}
    for key, parent in zip(keys, parents, strict=True):
        depth[key] = depth[parent] + 1
    deepest = max(depth.values())
    holders = set(parents)
    return [0 if key in holders else 2 ** min(deepest - depth[key], 3) for key in keys]


def _summary(meters: Sequence[Mapping[str, Any]]) -> str:
    other = [f"{meter['number']} is {meter['colour']}" for meter in meters if meter["colour"] != "green"]
    calm = len(meters) - len(other)
    if folded := sum(sum(meter.get("folded", {}).values()) for meter in meters):
        told = [f"{meter['number']}: {inside(meter).unescape()}" for meter in meters if meter.get("folded")]
        return f"{len(meters)} tiles of {len(meters) + folded:,} meters; " + "; ".join(told[:20])
    return f"{len(meters)} meters, {calm} green" + ("; " + ", ".join(other[:20]) if other else "")
