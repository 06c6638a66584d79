"""Nodes of a balance as its Sankey draws them: of those without a verdict, what their own meters say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NotRequired, TypedDict

from energy_workbench.contract.rows.losses import ChildOfNode, NodeRow
from energy_workbench.figures.flows.unmetered import UNJUDGED


class DrawnChild(ChildOfNode, total=False):
    """A child of a node, and of one without a verdict how it is metered."""

    metering: str
    producer: bool
    folded_unknown: int


class DrawnNode(TypedDict):
    """Of a row of the balance what is drawn: energies [kWh], the loss in per cent of the supply, completeness [1]."""

    meter: str
    number: str
    name: str
    type: str
    parent_id: str | None
    supply_kwh: float | None
    demand_kwh: float | None
    loss_kwh: float | None
    loss_percent: float | None
    uncertainty_kwh: float | None
    completeness: float
    verdict: str
    children: list[DrawnChild]
    metering: NotRequired[str]


def as_known(rows: Iterable[NodeRow], flow: Mapping[str, Any]) -> list[DrawnNode]:
    """Nodes of a balance, with what is known of those that have none: the own energies of their meters.

    Parameters
    ----------
    rows : iterable of NodeRow
        Of a balance.
    flow : mapping
        Of the same time [kWh]: `nodes` and `links`.

    Returns
    -------
    list of DrawnNode
        A node of which too little is known for a verdict has no loss and the energies that the flow tells, and it and
        its children have `metering` (`known`, `unknown`, `not_metered`) and `producer`; every other is as in its row.
    """
    nodes = {node["id"]: node for node in flow["nodes"]}
    energies = {(link["source"], link["target"]): link["value"] for link in flow["links"] if link["kind"] == "flow"}
    return [
        _own(row, nodes, energies)
        if row["verdict"] in UNJUDGED and row["meter"] in nodes
        else _drawn(row, [{**child} for child in row["children"]])
        for row in rows
    ]


def _drawn(row: NodeRow, children: list[DrawnChild]) -> DrawnNode:
    return {
        "meter": row["meter"], "number": row["number"], "name": row["name"], "type": row["type"],
        "parent_id": row["parent_id"], "supply_kwh": row["supply_kwh"], "demand_kwh": row["demand_kwh"],
        "loss_kwh": row["loss_kwh"], "loss_percent": row["loss_percent"], "uncertainty_kwh": row["uncertainty_kwh"],
        "completeness": row["completeness"], "verdict": row["verdict"], "children": children,
    }  # fmt: skip


def _own(row: NodeRow, nodes: Mapping[str, Mapping[str, Any]], energies: Mapping[tuple[str, str], float]) -> DrawnNode:
    node = nodes[row["meter"]]
    imported, exported = (0.0, node["value"]) if node["producer"] else (node["value"], node["export"])
    children: list[DrawnChild] = [
        {
            **child,
            "taken_kwh": energies.get((row["meter"], child["meter"])),
            "delivered_kwh": energies.get((child["meter"], row["meter"])),
            "metering": nodes[child["meter"]]["metering"],
            "producer": nodes[child["meter"]]["producer"],
        }
        for child in row["children"]
        if child["meter"] in nodes
    ]
    return {
        **_drawn(row, children),
        "metering": node["metering"],
        "supply_kwh": (imported or 0.0) + sum(child["delivered_kwh"] or 0.0 for child in children),
        "demand_kwh": (exported or 0.0) + sum(child["taken_kwh"] or 0.0 for child in children),
        "loss_kwh": None,
        "loss_percent": None,
    }
