"""Meters as dots: the tree in rings around its root, or on the floor plan."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from typing import Any

from markupsafe import Markup, escape

from energy_workbench.domain.site.area import Area
from energy_workbench.figures.schema import Annotation, Axis, Figure, Image, Trace
from energy_workbench.figures.theme import LIGHT, Theme, message, themed_layout
from energy_workbench.figures.wording.folded import colour_of, doing, inside, named
from energy_workbench.figures.wording.words import BREAK, amount, title

LABELLED = 160
"""Most meters of which each has its number beside its dot; of more, only those that have others below them."""

FLOOR_HEIGHT, DRAWN_WIDTH = 640, 1250
"""Size at which a floor plan is usually seen [px]."""

DOT, LETTER, LINE = 8, 6.6, 13
"""Half a dot, a letter's width and a line's height [px], to tell where two would be one above the other."""

URGENT = {"red": 0, "orange": 1, "yellow": 2, "grey": 3}
"""Colours of meters in trouble, in the order in which they get their label on a floor plan."""

SIDES = ("middle right", "middle left", "bottom center", "top center")
"""Where a number may stand beside its dot."""

SYMBOLS = {"green": "circle", "yellow": "triangle-up", "orange": "diamond", "red": "x", "grey": "circle-open"}
"""Shape of a dot beside its colour, which is never the only sign."""


def meter_plan(tree: Sequence[Mapping[str, Any]], *, theme: Theme = LIGHT, matching: Set[str] | None = None) -> Figure:
    """Draw the tree around its root: each level is a ring.

    Parameters
    ----------
    tree : sequence of mapping
        Meters, parents first: `id, number, name, parent_id, colour, status, health, communication, power_kw [kW]`.
    matching : set of str, optional
        Ids of the meters that a search finds; the others are drawn faintly.
    """
    if not tree:
        return message(theme, "There are no meters yet.")
    places = _rings(tree)
    ends = [
        end
        for meter in tree
        if meter["parent_id"] in places
        for end in (places[meter["parent_id"]], places[meter["id"]], (None, None))
    ]
    edges: Trace = {
        "type": "scatter", "mode": "lines", "hoverinfo": "skip", "line": {"color": theme.line, "width": 1.4},
        "x": [x for x, _ in ends], "y": [y for _, y in ends],
    }  # fmt: skip
    holders = {meter["parent_id"] for meter in tree}
    numbers = {meter["id"]: meter["number"] for meter in tree}
    labels = [
        named(meter, numbers.get(meter["parent_id"] or ""))
        if len(tree) <= LABELLED or meter["id"] in holders
        else Markup()
        for meter in tree
    ]
    notes = [
        _beside(places[meter["id"]], label, meter["id"] in holders, theme)
        for meter, label in zip(tree, labels, strict=True)
        if label
    ]
    dots = _dots(tree, [places[meter["id"]] for meter in tree], theme, matching)
    span: Axis = {"visible": False, "range": [-1.32, 1.32]}
    layout = themed_layout(
        theme,
        summary=f"The tree of {len(tree)} meters as a plan",
        uirevision="plan",
        xaxis=span,
        yaxis={**span, "scaleanchor": "x"},
        annotations=notes,
        meta={"height": 760},
        dragmode="pan",
    )
    return {"data": [edges, dots], "layout": layout}


def floor_plan(
    tree: Sequence[Mapping[str, Any]],
    *,
    theme: Theme = LIGHT,
    image: str = "",
    size: tuple[float, float] = (16.0, 9.0),
    matching: Set[str] | None = None,
    area: Area | None = None,
) -> Figure:
    """Draw the meters where they stand.

    Parameters
    ----------
    tree : sequence of mapping
        As of `meter_plan`, with `x` and `y`: place on the image, 0 to 1 from its top left corner; None where not given.
    image : str
        The floor plan as a data address; empty for none.
    size : tuple of float
        Width and height of the image, or its proportions.
    area : Area, optional
        The part of it that is seen; all by default.
    """
    placed = [meter for meter in tree if meter.get("x") is not None and meter.get("y") is not None]
    if not placed:
        return message(theme, "No meter has a place on the plan yet: give meters x and y on the setup page.")
    width, height = size
    picture: Image = {
        "source": image, "xref": "x", "yref": "y", "x": 0, "y": 0, "sizex": width, "sizey": height,
        "sizing": "stretch", "layer": "below", "opacity": 0.9,
    }  # fmt: skip
    dots = _dots(placed, [(meter["x"] * width, meter["y"] * height) for meter in placed], theme, matching)
    seen = area or Area()
    labels, sides = _labels(placed, width, height, seen)
    dots = {
        **dots,
        "mode": "markers+text",
        "text": labels,
        "textposition": sides,
        "textfont": {"size": 11, "color": theme.ink},
    }
    layout = themed_layout(
        theme,
        summary=_told(placed, len(tree)),
        uirevision="floor" if seen.whole else f"floor {seen}",
        xaxis={"visible": False, "range": [seen.left * width, seen.right * width]},
        yaxis={"visible": False, "range": [seen.bottom * height, seen.top * height], "scaleanchor": "x"},
        images=[picture] if image else [],
        meta={"height": FLOOR_HEIGHT},
        dragmode="pan",
    )
    return {"data": [dots], "layout": layout}


def _told(placed: Sequence[Mapping[str, Any]], meters: int) -> str:
    if folded := sum(sum(meter.get("folded", {}).values()) or 1 for meter in placed) - len(placed):
        return f"{len(placed) + folded:,} meters on the floor plan at {len(placed)} places"
    return f"{len(placed)} of {meters} meters on the floor plan"


def _labels(
    placed: Sequence[Mapping[str, Any]], width: float, height: float, seen: Area
) -> tuple[list[Markup], list[str]]:
    """The number of each meter beside its dot, and on which side of it; empty where others stand in the way.

    Meters in trouble come first, then parents; one in trouble has its number in any case.
    """
    scale = min(DRAWN_WIDTH / (width * (seen.right - seen.left)), FLOOR_HEIGHT / (height * (seen.bottom - seen.top)))
    spots = [(meter["x"] * width * scale, meter["y"] * height * scale) for meter in placed]
    dots = [(x - DOT, x + DOT, y) for x, y in spots]
    labels, sides = [Markup()] * len(placed), [SIDES[0]] * len(placed)
    written: list[tuple[float, float, float]] = []
    for index in sorted(range(len(placed)), key=lambda index: URGENT.get(placed[index]["colour"] or "", len(URGENT))):
        meter, (x, y) = placed[index], spots[index]
        text, urgent = _beside_dot(meter), (meter["colour"] or "") in URGENT and "folded" not in meter
        boxes = {side: _box(side, x, y, LETTER * len(text.unescape())) for side in (SIDES if urgent else SIDES[:1])}
        others = [*dots[:index], *dots[index + 1 :]]
        free = [side for side, box in boxes.items() if not _meets(box, [*others, *written])]
        # Over another dot it is still read; over another number neither is.
        free = free or ([side for side, box in boxes.items() if not _meets(box, written)] if urgent else [])
        if not free and not urgent:
            continue
        sides[index] = free[0] if free else SIDES[0]
        labels[index] = Markup("<b>{}</b>").format(text) if urgent else text
        written.append(boxes[sides[index]])
    return labels, sides


def _beside_dot(meter: Mapping[str, Any]) -> Markup:
    """The number of a meter, or how many there are."""
    return escape(f"{sum(meter['folded'].values()):,}") if meter.get("folded") else title(meter)


def _box(side: str, x: float, y: float, wide: float) -> tuple[float, float, float]:
    """From where to where a number reaches, and at which height it stands [px]."""
    if side == "middle right":
        return x + DOT, x + DOT + wide, y
    if side == "middle left":
        return x - DOT - wide, x - DOT, y
    return x - wide / 2, x + wide / 2, y + (LINE if side == "bottom center" else -LINE)


def _meets(box: tuple[float, float, float], others: Sequence[tuple[float, float, float]]) -> bool:
    left, right, y = box
    return any(left < high and low < right and abs(y - at) < LINE for low, high, at in others)


def _dots(
    meters: Sequence[Mapping[str, Any]], places: Sequence[tuple[float, float]], theme: Theme, matching: Set[str] | None
) -> Trace:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(x, 4) for x, _ in places],
        "y": [round(y, 4) for _, y in places],
        "customdata": [[meter["id"], _hover(meter)] for meter in meters],
        "marker": {
            "size": [16 if (matching and meter["id"] in matching) or meter.get("folded") else 11 for meter in meters],
            "color": [theme.state.get(colour_of(meter), theme.quiet) for meter in meters],
            "symbol": [SYMBOLS.get(colour_of(meter), "circle") for meter in meters],
            "opacity": [0.18 if matching is not None and meter["id"] not in matching else 1 for meter in meters],
            "line": {"color": theme.surface, "width": 1},
        },
        "hovertemplate": Markup("%{customdata[1]}<extra></extra>"),
    }


def _hover(meter: Mapping[str, Any]) -> Markup:
    wrong = BREAK.join(filter(None, (inside(meter), doing(meter))))
    return Markup("<b>{}</b><br>{}<br>{}{}").format(
        meter["number"],
        meter["name"],
        amount(meter.get("power_kw"), "kW"),
        BREAK + wrong if wrong else "",
    )


def _beside(place: tuple[float, float], label: Markup, holds: bool, theme: Theme) -> Annotation:
    """A number beside its dot, written outwards."""
    x, y = place
    angle = math.degrees(math.atan2(y, x))
    left = abs(angle) > 90
    note: Annotation = {
        "x": x, "y": y, "text": Markup("<b>{}</b>").format(label) if holds else label, "showarrow": False,
        "font": {"size": 11 if holds else 10, "color": theme.ink if holds else theme.quiet},
    }  # fmt: skip
    if holds:
        return {**note, "yshift": 14}
    turned = -angle + (180 if left else 0)
    reach = 9 + 3.1 * len(label.unescape())
    return {
        **note,
        "textangle": round(turned, 1),
        "xanchor": "center",
        "xshift": round(reach * math.cos(math.radians(angle)), 1),
        "yshift": round(reach * math.sin(math.radians(angle)), 1),
    }


def _rings(tree: Sequence[Mapping[str, Any]]) -> dict[str, tuple[float, float]]:
    """Place of each meter: its level is its distance from the middle, its leaves share the circle evenly."""
    children: dict[str | None, list[str]] = {}
    ids = {meter["id"] for meter in tree}
    depth: dict[str, int] = {}
    for meter in tree:
        parent = meter["parent_id"] if meter["parent_id"] in ids else None
        children.setdefault(parent, []).append(meter["id"])
        depth[meter["id"]] = 0 if parent is None else depth[parent] + 1
    leaves: dict[str, float] = {}
    order: list[str] = []
    waiting = list(reversed(children.get(None, [])))
    while waiting:
        key = waiting.pop()
        order.append(key)
        waiting += reversed(children.get(key, []))
    count = sum(key not in children for key in order)
    at = 0
    for key in order:
        if key not in children:
            leaves[key] = at
            at += 1
    angles: dict[str, float] = {}
    for key in reversed(order):
        below = [angles[child] for child in children.get(key, [])]
        angles[key] = sum(below) / len(below) if below else 2 * math.pi * leaves[key] / max(1, count)
    roots = len(children.get(None, []))
    deepest = max(depth.values()) + (roots > 1) or 1
    places = {}
    for key in order:
        radius = (depth[key] + (roots > 1)) / deepest
        places[key] = (radius * math.cos(angles[key]), radius * math.sin(angles[key]))
    return places
