"""Flows of unknown size: of meters that are out of service, or of which nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NotRequired, TypedDict

from markupsafe import Markup

from energy_workbench.figures.wording.words import amount, part_of

UNMETERED = {"unknown": "unknown", "not_metered": "not metered"}
"""What is said of a meter through which nobody knows how much goes."""

STUB = 0.012
"""Width of a flow of unknown size, as a share of the whole [1]."""

UNJUDGED = ("not_metered", "insufficient_data")
"""Verdicts of nodes of which too little is known for a loss."""


UNMETERED_LINK = "unmetered"


class Link(TypedDict):
    """What goes from a node to another, or to `losses` [kW or kWh]; one of unknown size names its meter."""

    source: str
    target: str
    value: float
    kind: str
    metering: NotRequired[str]
    meter: NotRequired[str]


def stubs(nodes: Mapping[str, Mapping[str, Any]]) -> list[Link]:
    """Flows of unknown size between the nodes of a flow, as links of it."""
    links: list[Link] = []
    for key, node in nodes.items():
        parent, metering = str(node.get("parent_id")), str(node.get("metering"))
        if parent in nodes and metering in UNMETERED and node.get("seen_by_parent", True):
            source, target = (key, parent) if node.get("producer") else (parent, key)
            links.append({
                "source": source, "target": target, "value": 0.0, "kind": UNMETERED_LINK, "metering": metering,
                "meter": key,
            })  # fmt: skip
    return links


def meter_label(
    name: Markup,
    *,
    part: float | None,
    source: str,
    unit: str,
    metering: str | None,
    own: float = 0.0,
    error: float | None = None,
    set_off: float = 0.0,
) -> Callable[[float], Markup]:
    """What makes the label of a meter's bar from what goes through it: how much, and how much of it from one source.

    Parameters
    ----------
    part, source : float or None, str
        What comes from where; below zero what is exported.
    metering : str or None
        `unknown` and `not_metered` are said in words.
    own : float
        What the meter itself says, where no flow shows what goes on unmetered.
    error : float, optional
        Expanded uncertainty as a share of what it measures [1]: the label stops where it does.
    set_off : float
        What went the other way within the time, and is set off: the label says net where it would be seen in it.
    """
    word = UNMETERED.get(metering or "", "")

    def label(through: float) -> Markup:
        through = max(through, own)
        size = amount(through, unit, error)
        net = "" if size == amount(through + set_off, unit, error) else " net"
        size = f"{size}{net}{part_of(through, part, source, unit, error)}"
        return name + f"  {f'{size}, itself {word}' if word and through else word or size}"

    return label
