"""A flow of power or energy in few nodes: what is not shown by itself flows through what stands for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from math import fsum
from typing import cast

from energy_workbench.analytics.condensing.folding import Folding, Group
from energy_workbench.contract.results import PowerFlow
from energy_workbench.contract.rows.flow import LOSS, FlowLink, FlowNode
from energy_workbench.domain.entities import MeterType
from energy_workbench.domain.throughput import throughput

DIGITS = 3
"""Decimals of the sums, as those of a flow's own values."""


def places(nodes: Iterable[FlowNode]) -> dict[str, str | None]:
    """By id of each meter of a flow that of the one above it."""
    return {node["id"]: node["parent_id"] for node in nodes if node["type"] != LOSS}


def sizes(links: Iterable[FlowLink], parents: Mapping[str, str | None]) -> dict[str, float]:
    """By id of each meter what flows between it and the one above it [kW or kWh]."""
    found: dict[str, float] = {}
    for link in links:
        for lower, upper in ((link["source"], link["target"]), (link["target"], link["source"])):
            if parents.get(lower) == upper:
                found[lower] = found.get(lower, 0.0) + link["value"]
    return found


def sources(links: Iterable[FlowLink], parents: Mapping[str, str | None]) -> set[str]:
    """Ids of the meters that feed the one above them."""
    return {
        link["source"] for link in links if link["kind"] != "loss" and parents.get(link["source"]) == link["target"]
    }


def folded_flow(flow: PowerFlow, folding: Folding) -> PowerFlow:
    """The flow of what is shown.

    A group is a node like a meter, with `folded`, how many it is; its links have the sums of theirs. So what flows out
    of each node that is shown, and what is lost there, is what it was; of one below which nothing is shown the loss is
    left out with it. The node of the losses tells those of all.
    """
    if folding.whole:
        return flow
    parents = places(flow.nodes)
    by_id = {node["id"]: node for node in flow.nodes}
    links = folded_links(flow.links, folding, parents)
    through = throughput((link["source"], link["target"], link["value"]) for link in links)
    groups = [
        group_node(group, [by_id[key] for key in group.members if key in by_id], through.get(group.key, 0.0))
        for group in folding.groups.values()
    ]
    holders = {parent for parent in parents.values() if parent} if folding.alone else set()
    shown = [node for node in flow.nodes if node["type"] == LOSS or node["id"] in holders or folding.shown(node["id"])]
    # What is larger stands before what is shown of it, behind the meter that both are below.
    first = [node for node in groups if node["id"].startswith("larger:")]
    last = [node for node in groups if node not in first]
    return replace(flow, nodes=(*shown[:1], *first, *shown[1:], *last), links=tuple(links))


def flow_inside(flow: PowerFlow, root: str) -> PowerFlow:
    """The flow of a meter and of all below it, without what comes from above.

    Parameters
    ----------
    root : str
        Id of the meter.
    """
    above = places(flow.nodes)
    inside = {root}
    waiting = [root]
    below: dict[str, list[str]] = {}
    for key, parent in above.items():
        below.setdefault(parent or "", []).append(key)
    while waiting:
        found = below.get(waiting.pop(), [])
        inside.update(found)
        waiting += found
    links = [
        link for link in flow.links if link["source"] in inside and (link["kind"] == "loss" or link["target"] in inside)
    ]
    lost = round(fsum(link["value"] for link in links if link["kind"] == "loss"), DIGITS)
    nodes: list[FlowNode] = [node for node in flow.nodes if node["id"] in inside]
    nodes += [{**node, "value": lost} for node in flow.nodes if node["type"] == LOSS and lost]
    return replace(flow, nodes=tuple(nodes), links=tuple(links))


def folded_links(links: Iterable[FlowLink], folding: Folding, parents: Mapping[str, str | None]) -> list[FlowLink]:
    """Links between what is shown, each the sum of those that it stands for [kW or kWh]."""
    found: dict[tuple[str, str, str], list[float]] = {}
    for link in links:
        source, target, kind = link["source"], link["target"], link["kind"]
        if kind == "loss":
            if folding.alone or (folding.shown(source) and source not in folding.closed):
                found.setdefault((source, target, kind), []).append(link["value"])
            continue
        upper = target if parents.get(source) == target else source
        ends = [end if folding.alone and end == upper else folding.stands.get(end) for end in (source, target)]
        if None not in ends and ends[0] != ends[1]:
            found.setdefault((cast(str, ends[0]), cast(str, ends[1]), kind), []).append(link["value"])
    return [
        {"source": source, "target": target, "value": values[0] if len(values) == 1 else round(fsum(values), DIGITS),
         "kind": kind}
        for (source, target, kind), values in found.items()
    ]  # fmt: skip


def group_node(group: Group, members: Sequence[FlowNode], through: float) -> FlowNode:
    """The node of a group.

    Parameters
    ----------
    members : sequence of FlowNode
        The nodes that it stands for, side by side.
    through : float
        What flows between it and the meter above [kW or kWh].
    """
    kinds = {node["type"] for node in members}
    values = [node["value"] for node in members if node["value"] is not None]
    count = sum(node.get("folded", 1) for node in members)
    unknown = sum(node.get("folded_unknown", node["value"] is None) for node in members)
    return {
        "id": group.key,
        "number": group.text(count),
        "name": "",
        "type": kinds.pop() if len(kinds) == 1 else str(MeterType.OTHER),
        "parent_id": group.parent or None,
        "seen_by_parent": True,
        "producer": group.kind == "sources",
        "metering": "known" if values else "unknown",
        "colour": None,
        "value": round(fsum(values), DIGITS) if values else None,
        "export": None,
        "loss": None,
        "loss_percent": None,
        "verdict": None,
        "through": round(through, DIGITS) if values else None,
        "folded": count,
        "folded_unknown": unknown,
    }
