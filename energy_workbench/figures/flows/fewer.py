"""Of a flow with more links than can be read: the largest below each node, the others as one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from energy_workbench.analytics.condensing.flows import folded_links, group_node, sizes, sources
from energy_workbench.analytics.condensing.folding import fold
from energy_workbench.contract.rows.flow import FlowLink, FlowNode
from energy_workbench.domain.throughput import throughput
from energy_workbench.figures.flows.unmetered import UNMETERED_LINK, Link

MOST, MOST_OF_LINES = 120, 60
"""Links that are drawn where all are too many: of all meters, and of the main lines."""

ROOM = 4
"""Links that a meter needs at least: the largest below it, the others, its loss, and what it is below."""

Node = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What is drawn of a flow: nodes by id, parents first, and links."""

    nodes: Mapping[str, Node]
    links: Sequence[Link]


@dataclass(frozen=True)
class Fewer:
    """How much of a flow is drawn.

    Attributes
    ----------
    most : int
        Links, losses among them, from which on some are drawn as one.
    by : mapping of str to float, optional
        By id of a meter its size; by default what flows between it and the one above. Of a flow that changes every few
        seconds the same meters are drawn so.
    skip : int
        So many of the largest below the first node are one, so that those behind them are seen.
    """

    most: int = MOST
    by: Mapping[str, float] | None = None
    skip: int = 0

    def of(self, nodes: Mapping[str, Node], links: Sequence[Link], depths: Mapping[str, int]) -> Drawn:
        """Those nodes and links that are drawn.

        Parameters
        ----------
        depths : mapping of str to int
            Level of each node below its root.
        """
        flows = cast("list[FlowLink]", [link for link in links if link["kind"] != UNMETERED_LINK])
        parents = _above(nodes, links, depths)
        roots = self._roots(parents, flows)
        folding = fold(
            parents,
            self.by or sizes(flows, parents),
            self.most + len(roots),
            root=roots[0] if len(roots) == 1 else "",
            sources=sources(flows, parents),
            skip=self.skip,
            beside=1,
        )
        if folding.whole:
            return Drawn(nodes, links)
        drawn = cast("list[Link]", folded_links(flows, folding, parents))
        through = throughput((link["source"], link["target"], link["value"]) for link in drawn)
        first: dict[str, Node] = {}
        last: dict[str, Node] = {}
        for key, group in folding.groups.items():
            members = cast("list[FlowNode]", [nodes[member] for member in group.members])
            (first if group.kind == "larger" else last)[key] = group_node(group, members, through.get(key, 0.0))
        shown = {key: node for key, node in nodes.items() if folding.shown(key)}
        stubs: dict[str, Link] = {}
        for link in links:
            if link["kind"] != UNMETERED_LINK:
                continue
            meter = folding.stands.get(link["meter"], "")
            ends = {folding.stands.get(link[end], "") for end in ("source", "target")}
            if len(ends) == 1 or meter in through:
                continue
            named = {"source": meter if link["source"] == link["meter"] else link["source"], "meter": meter}
            target = meter if link["target"] == link["meter"] else link["target"]
            stubs[meter] = cast(Link, {**link, **named, "target": target, "metering": link["metering"]})
        root = {key: shown.pop(key) for key in roots if key in shown}
        return Drawn({**root, **first, **shown, **last}, [*drawn, *stubs.values()])

    def _roots(self, parents: dict[str, str | None], flows: Sequence[FlowLink]) -> list[str]:
        """The tops of the drawing; of more than have room for something below them only the largest are left there."""
        roots = [key for key, parent in parents.items() if parent is None]
        if len(roots) <= self.most // ROOM:
            return roots
        through = throughput((link["source"], link["target"], link["value"]) for link in flows)
        kept = set(sorted(roots, key=lambda key: -through.get(key, 0.0))[: self.most // ROOM])
        for key, parent in list(parents.items()):
            if key not in kept and (parent is None or parent not in kept):
                del parents[key]
            else:
                kept.add(key)
        return [key for key in roots if key in kept]


def _above(nodes: Mapping[str, Node], links: Sequence[Link], depths: Mapping[str, int]) -> dict[str, str | None]:
    """By id of each node with a flow that of the node above it in the drawing, those above first."""
    found: dict[str, str] = {}
    ends = set()
    for link in links:
        ends.add(link["source"])
        if link["kind"] != "loss":
            upper, lower = sorted((link["source"], link["target"]), key=depths.__getitem__)
            ends.add(lower)
            found.setdefault(lower, upper)
    order = {key: place for place, key in enumerate(nodes)}
    return {key: found.get(key) for key in sorted(ends & nodes.keys(), key=lambda key: (depths[key], order[key]))}


FEWER = Fewer()
