"""Nodes of a balance with few children each: the largest, and the others as one with their sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum

from energy_workbench.analytics.condensing.flows import DIGITS
from energy_workbench.analytics.condensing.folding import Folding, Group
from energy_workbench.contract.results import Balance
from energy_workbench.contract.rows.losses import ChildOfNode, NodeRow
from energy_workbench.domain.entities import MeterType


def folded_balance(balance: Balance, folding: Folding) -> Balance:
    """A balance whose nodes tell of few children, and not how well each meter knows what went through it.

    Each node is as exact as before: supply and demand are those of all of its meters, and a group's energies are the
    sums of what is known of its members.
    """
    groups: dict[str, list[Group]] = {}
    for group in folding.groups.values():
        groups.setdefault(group.parent, []).append(group)
    return replace(balance, meters=(), rows=tuple(_row(row, groups.get(row["meter"], ())) for row in balance.rows))


def _row(row: NodeRow, groups: Sequence[Group]) -> NodeRow:
    if not groups:
        return row
    by_id = {child["meter"]: child for child in row["children"]}
    # A meter that moved is below another now.
    members = {member for group in groups for member in group.members if member in by_id}
    shown = [child for key, child in by_id.items() if key not in members]
    told = [grouped(group, [by_id[key] for key in group.members if key in by_id]) for group in groups]
    return {**row, "children": [*shown, *(child for child in told if child["folded"])]}


def grouped(group: Group, members: Sequence[ChildOfNode]) -> ChildOfNode:
    """The child that stands for some."""
    kinds = {child["type"] for child in members}
    count = sum(child.get("folded", 1) for child in members)
    return {
        "meter": group.key,
        "number": group.text(count),
        "name": "",
        "type": kinds.pop() if len(kinds) == 1 else str(MeterType.OTHER),
        "taken_kwh": _sum([child["taken_kwh"] for child in members]),
        "delivered_kwh": _sum([child["delivered_kwh"] for child in members]),
        "folded": count,
    }


def _sum(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fsum(known), DIGITS) if known else None
