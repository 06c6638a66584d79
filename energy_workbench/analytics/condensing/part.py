"""An overview in few rows: the part of the tree around a meter, its flows, and how all of its meters are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from energy_workbench.analytics.condensing.flows import folded_flow, places, sizes, sources
from energy_workbench.analytics.condensing.folding import fold
from energy_workbench.analytics.condensing.tree import folded_tree, troubled
from energy_workbench.contract.results import Overview, PowerFlow
from energy_workbench.contract.rows.flow import Leaf, PartRow
from energy_workbench.domain.status import Colour, Communication, Health, Status

LISTED = 100
"""Meters that need attention of which the rows are told."""


def overview_part(whole: Overview, chosen: str, most: int, skip: int = 0) -> Overview:
    """An overview in few rows.

    Parameters
    ----------
    whole : Overview
        With a row of its tree a meter.
    chosen : str
        Id of a meter; empty for all.
    most : int
        Rows of the tree.
    skip : int
        So many of the largest below the chosen meter are one row.

    Notes
    -----
    Tree and flows show the same meters: the largest by the energy of the period, and where none is known by the power
    of now. So what is shown stays the same while power changes.
    """
    tree = whole.tree
    above = {row["id"]: row["parent_id"] for row in tree}
    holders = set(above.values())
    root = chosen if chosen in holders else above.get(chosen) or ""
    flow, flow_now = PowerFlow.from_dict(whole.flow), PowerFlow.from_dict(whole.flow_now)
    by_energy = sizes(flow.links, places(flow.nodes))
    folding = fold(
        above,
        by_energy or sizes(flow_now.links, places(flow_now.nodes)),
        most,
        root=root,
        sources=sources(flow.links, above) | sources(flow_now.links, above),
        always={chosen},
        skip=skip,
    )
    by_id = {row["id"]: row for row in tree}
    part = inside(tree, chosen)
    worst = troubled(part)
    told: PartRow = {
        "number": by_id[chosen]["number"] if chosen in by_id else "",
        "above": [by_id[key] for key in path(above, root)[:-1]],
        "root": root,
        "meters": len(tree),
        "inside": len(part) if root == chosen else len(inside(tree, root)),
        **_counted(part),
        "troubled": len(worst),
        "attention": worst[:LISTED],
        "left_out": len(whole.cards["left_out"]),
        "skipped": skip if f"larger:{root}" in folding.groups else 0,
    }
    return replace(
        whole,
        tree=tuple(folded_tree(tree, folding)),
        cards={**whole.cards, "left_out": whole.cards["left_out"][:LISTED]},
        flow=folded_flow(flow, folding).to_dict(),
        flow_now=folded_flow(flow_now, folding).to_dict(),
        part=told,
    )


def inside(tree: Sequence[Leaf], chosen: str) -> list[Leaf]:
    """A meter and all below it, in the order of the tree; all of it without one."""
    if not chosen:
        return list(tree)
    ids = {chosen}
    for row in tree:  # each after the one above it
        if row["parent_id"] in ids:
            ids.add(row["id"])
    return [row for row in tree if row["id"] in ids]


def path(above: Mapping[str, str | None], key: str | None) -> list[str]:
    """Ids from the top of the tree down to a meter."""
    found: list[str] = []
    while key and key in above and key not in found:
        found.append(key)
        key = above[key]
    return found[::-1]


def counts(tree: Sequence[Leaf]) -> dict[str, dict[str, int]]:
    """How many meters are in which state, by group, every state by name."""
    kinds = {"status": Status, "health": Health, "communication": Communication, "colour": Colour}
    found = {group: {str(state): 0 for state in states} for group, states in kinds.items()}
    for row in tree:
        for group, states in found.items():
            states[row[group]] += 1  # type: ignore[literal-required]
    return found


def _counted(tree: Sequence[Leaf]) -> PartRow:
    return cast(PartRow, {"total": len(tree), **counts(tree)})
