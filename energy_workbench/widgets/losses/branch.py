"""The tree of the nodes of a balance: ancestors, descendants, roots, and the order of a ranking."""

from __future__ import annotations

from collections.abc import Sequence

from energy_workbench.contract.rows.losses import ChildOfNode, NodeRow
from energy_workbench.domain.fields.natural_order import natural
from energy_workbench.figures.wording.verdicts import VERDICTS

RANK = {verdict: place for place, verdict in enumerate(VERDICTS)}
"""Verdict → its place in a ranking."""


def node_of(rows: Sequence[NodeRow], meter: str) -> NodeRow | None:
    """The node that a meter is, or whose balance it is part of; None where there is neither."""
    wanted = meter.casefold()

    def is_it(row: NodeRow | ChildOfNode) -> bool:
        return wanted in (row["meter"].casefold(), row["number"].casefold())

    own = next(filter(is_it, rows), None)
    return own or next((row for row in rows if any(map(is_it, row["children"]))), None)


def path_to(rows: Sequence[NodeRow], node: NodeRow) -> list[NodeRow]:
    """The nodes from the top of the tree down to this one."""
    by_id = {row["meter"]: row for row in rows}
    path = [node]
    while (above := by_id.get(path[-1]["parent_id"] or "")) and above not in path:
        path.append(above)
    return path[::-1]


def below(rows: Sequence[NodeRow], node: NodeRow) -> list[NodeRow]:
    """A node and all nodes below it, in the order of the tree."""
    inside = {node["meter"]}
    for row in rows:  # each after its parent
        if row["parent_id"] in inside:
            inside.add(row["meter"])
    return [row for row in rows if row["meter"] in inside]


def roots_of(rows: Sequence[NodeRow]) -> list[NodeRow]:
    """The nodes above which there is no other."""
    ids = {row["meter"] for row in rows}
    return [row for row in rows if row["parent_id"] not in ids]


def ranked(rows: Sequence[NodeRow], by: str) -> list[NodeRow]:
    """The nodes by verdict, hotspots first, those of one verdict by their loss.

    Parameters
    ----------
    by : str
        `kwh` or `percent`.
    """

    def loss(row: NodeRow) -> float:
        return abs((row["loss_kwh"] if by == "kwh" else row["loss_percent"]) or 0.0)

    return sorted(rows, key=lambda row: (RANK[row["verdict"]], -loss(row), natural(row["number"])))
