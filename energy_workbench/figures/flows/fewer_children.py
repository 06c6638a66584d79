"""Of a balance with more flows than can be read: the largest below each node, the others as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import cast

from energy_workbench.analytics.condensing.folding import fold
from energy_workbench.analytics.condensing.nodes import grouped
from energy_workbench.figures.flows.balance_rows import DrawnChild, DrawnNode
from energy_workbench.figures.flows.fewer import Fewer


def fewer_children(
    rows: Mapping[str, DrawnNode], roots: Sequence[str], levels: int | None, fewer: Fewer
) -> tuple[dict[str, DrawnNode], Set[str]]:
    """Nodes with the children that are drawn, and ids of those of which nothing below is.

    Parameters
    ----------
    rows : mapping of str to DrawnNode
        Of a balance, by id.
    roots : sequence of str
        Ids of the nodes in view.
    levels : int, optional
        Levels below them that are drawn.
    """
    above: dict[str, str | None] = dict.fromkeys(roots)
    level = list(roots)
    children: dict[str, DrawnChild] = {}
    while level:
        below = []
        for key in level:
            for child in rows[key]["children"] if key in rows else ():
                if child["meter"] not in above:
                    above[child["meter"]] = key
                    children[child["meter"]] = child
                    below.append(child["meter"])
        level = below
    sizes = {key: max(child["taken_kwh"] or 0.0, child["delivered_kwh"] or 0.0) for key, child in children.items()}
    feeds = {key for key, child in children.items() if (child["delivered_kwh"] or 0.0) > (child["taken_kwh"] or 0.0)}
    root = roots[0] if len(roots) == 1 else ""
    # A node and its loss are a flow each.
    most = fewer.most + len(roots)
    folding = fold(above, sizes, most, root=root, levels=levels, sources=feeds, skip=fewer.skip, beside=1)
    drawn = dict(rows)
    groups: dict[str, list[DrawnChild]] = {}
    for group in folding.groups.values():
        members = [children[member] for member in group.members if member in children]
        unknown = sum(child.get("metering", "known") != "known" for child in members)
        told: DrawnChild = {**grouped(group, members), "metering": "known", "producer": group.kind == "sources"}
        if unknown:
            told["folded_unknown"] = unknown
            if unknown == len(members):
                told["metering"] = "unknown"
        groups.setdefault(group.parent, []).append(told)
    for parent, added in groups.items():
        if parent in rows:
            shown = [child for child in rows[parent]["children"] if folding.shown(child["meter"])]
            # What is larger stands before what is shown of it.
            first = [child for child in added if child["meter"].startswith("larger:")]
            last = [child for child in added if child not in first]
            drawn[parent] = cast(DrawnNode, {**rows[parent], "children": [*first, *shown, *last]})
    return drawn, folding.closed
