"""Flows of unknown size: of meters that are out of service, or of which nothing is known."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from energy_workbench.figures.wording.words import amount, part_of

UNMETERED = {"unknown": "unknown", "not_metered": "not metered"}
"""What is said of a meter through which nobody knows how much goes."""

STUB = 0.012
"""Width of a flow of unknown size, as a share of the whole [1]."""

UNJUDGED = ("not_metered", "insufficient_data")
"""Verdicts of nodes of which too little is known for a loss."""


def stubs(named: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Flows of unknown size between the nodes of a flow, as links of it."""
    found = []
    for key, node in named.items():
        parent, metering = node.get("parent_id"), str(node.get("metering"))
        if metering in UNMETERED and node.get("seen_by_parent", True) and parent in named:
            ends = (key, parent) if node.get("producer") else (parent, key)
            found.append(
                {"source": ends[0], "target": ends[1], "value": 0.0, "kind": "unmetered", "metering": metering,
                 "meter": key}
            )  # fmt: skip
    return found


def sized(
    through: float,
    part: float | None,
    source: str,
    unit: str,
    metering: str | None,
    share: float | None = None,
    *,
    set_off: float = 0.0,
) -> str:
    """What goes through a meter, and what of it comes from one source; in words where the meter does not say.

    It is called net where what went the other way within the time, and is set off against it, would be seen in it.
    """
    told = amount(through, unit, share)
    net = "" if told == amount(through + set_off, unit, share) else " net"
    size = f"{told}{net}{part_of(through, part, source, unit, share)}"
    word = UNMETERED.get(metering or "", "")
    return f"{size}, itself {word}" if word and through else word or size


def as_known(items: Iterable[Mapping[str, Any]], flow: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of a balance, with what is known of the nodes that have none: the own energies of their meters.

    Parameters
    ----------
    items : iterable of mapping
        Rows of a balance.
    flow : mapping
        Of the same time [kWh]: `nodes` and `links`.

    Returns
    -------
    list of dict
        A node of which too little is known for a verdict has no loss and the energies that the flow tells, and it and
        its children have `metering` (`known`, `unknown`, `not_metered`) and `producer`; every other row is as it was.
    """
    named = {node["id"]: node for node in flow["nodes"]}
    between = {(link["source"], link["target"]): link["value"] for link in flow["links"] if link["kind"] == "flow"}
    return [
        _own(row, named[row["meter"]], _children(row, named, between))
        if row["verdict"] in UNJUDGED and row["meter"] in named
        else dict(row)
        for row in items
    ]


def _children(
    row: Mapping[str, Any], named: Mapping[str, Mapping[str, Any]], between: Mapping[tuple[str, str], float]
) -> list[dict[str, Any]]:
    at = row["meter"]
    return [
        {
            **child,
            "taken_kwh": between.get((at, child["meter"])),
            "delivered_kwh": between.get((child["meter"], at)),
            **{key: named[child["meter"]][key] for key in ("metering", "producer")},
        }
        for child in row["children"]
        if child["meter"] in named
    ]


def _own(row: Mapping[str, Any], node: Mapping[str, Any], children: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    imported, exported = (0.0, node["value"]) if node["producer"] else (node["value"], node["export"])
    return {
        **row,
        "metering": node["metering"],
        "supply_kwh": (imported or 0.0) + sum(child["delivered_kwh"] or 0.0 for child in children),
        "demand_kwh": (exported or 0.0) + sum(child["taken_kwh"] or 0.0 for child in children),
        "loss_kwh": None,
        "loss_percent": None,
        "children": children,
    }
