"""The map of all meters: the tree as nested tiles, calm while all is well and strong where somebody should look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.figures.theme import LIGHT, Figure, Theme, layout, message
from energy_workbench.figures.wording.words import BREAK, amount, states, title

ROW, MOST_ROWS = 17, 120
"""Height of a meter in the map by levels [px], and of how many the map is made high enough."""

SITE = "site"
"""Id of the tile around several roots."""


def meter_map(
    tree: Sequence[Mapping[str, Any]],
    *,
    theme: Theme = LIGHT,
    site: str = "Site",
    kind: str = "treemap",
    found: Set[str] | None = None,
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
    found : set of str, optional
        Ids of the meters that are searched for; the others are drawn faintly.
    """
    if not tree:
        return message(theme, "There are no meters yet.")
    meters = [dict(meter) for meter in tree]
    ids = {meter["id"] for meter in meters}
    parents = [meter["parent_id"] if meter["parent_id"] in ids else "" for meter in meters]
    numbers = {meter["id"]: meter["number"] for meter in meters}
    labels: list[str] = [title(meter, numbers.get(meter["parent_id"])) for meter in meters]
    keys = [meter["id"] for meter in meters]
    faint = (theme.tile[""][0], theme.quiet)
    tiles = [
        faint
        if found is not None and meter["id"] not in found
        else theme.tile.get(meter["colour"] or "", theme.tile[""])
        for meter in meters
    ]
    text = [amount(meter["power_kw"], "kW") for meter in meters]
    about = [escape(meter["name"]) + (BREAK + wrong if (wrong := states(meter)) else "") for meter in meters]
    if parents.count("") > 1:
        parents = [parent or SITE for parent in parents]
        labels, keys, tiles = [escape(site), *labels], [SITE, *keys], [theme.tile[""], *tiles]
        parents, text, about = ["", *parents], ["", *text], [Markup("All meters"), *about]
    sizes = dict(zip(keys, _sizes(keys, parents), strict=True))
    trace: dict[str, Any] = {
        "type": "treemap",
        "ids": keys,
        "labels": labels,
        "parents": parents,
        "values": [sizes[key] for key in keys],
        "branchvalues": "remainder",
        "text": text,
        "texttemplate": Markup("%{label}<br>%{text}"),
        "textfont": {"color": [ink for _, ink in tiles], "size": 12},
        "hovertext": about,
        "hovertemplate": Markup("<b>%{label}</b><br>%{hovertext}<br>%{text}<extra></extra>"),
        "marker": {
            "colors": [tile for tile, _ in tiles],
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
        leaves = sum(key not in holders for key in keys)
        height = max(460, min(leaves, MOST_ROWS) * ROW)
        trace |= {
            "type": "icicle",
            "values": [int(key not in holders) for key in keys],
            "texttemplate": "%{label}  %{text}",
            "tiling": {"orientation": "h", "pad": 1},
            "marker": {"colors": trace["marker"]["colors"], "line": trace["marker"]["line"]},
        }
        trace["textfont"] = {**trace["textfont"], "size": 11}
    look = layout(theme, summary=_summary(meters), uirevision=f"map {kind}", meta={"height": height})
    return {"data": [trace], "layout": {**look, "margin": {"l": 0, "r": 0, "t": 0, "b": 0}}}


def _sizes(keys: list[str], parents: list[str]) -> list[int]:
    """Area of each tile without others inside: by its level, not by its power, for one that stands still must show."""
    depth: dict[str, int] = {"": -1}
    for key, parent in zip(keys, parents, strict=True):
        depth[key] = depth[parent] + 1
    deepest = max(depth.values())
    holders = set(parents)
    return [0 if key in holders else 2 ** min(deepest - depth[key], 3) for key in keys]


def _summary(meters: list[dict[str, Any]]) -> str:
    other = [f"{meter['number']} is {meter['colour']}" for meter in meters if meter["colour"] != "green"]
    calm = len(meters) - len(other)
    return f"{len(meters)} meters, {calm} green" + ("; " + ", ".join(other[:20]) if other else "")
