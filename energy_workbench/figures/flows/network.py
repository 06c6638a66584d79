"""The part of a flow of power or energy that is drawn: its nodes and links, how deep each node is, and their order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from energy_workbench.figures.flows.both_ways import set_off
from energy_workbench.figures.flows.fewer import Fewer
from energy_workbench.figures.flows.unmetered import UNMETERED_LINK, Link, stubs

FEEDING = ("generator", "solar")
"""Types that stand left of what they feed, beside the grid, while they feed it, though the tree has them below."""

Node = Mapping[str, Any]


@dataclass(frozen=True)
class Network:
    """Nodes and links of a flow.

    Attributes
    ----------
    nodes : mapping of str to mapping
        By id, parents first.
    links : sequence of Link
        Of the kinds `flow`, `loss` and `unmetered`.
    depths : mapping of str to int
        Level of each node below its root.
    """

    nodes: Mapping[str, Node]
    links: Sequence[Link]
    depths: Mapping[str, int]

    @classmethod
    def of(
        cls,
        flow: Mapping[str, Any],
        inside: Set[str] | None = None,
        levels: int | None = None,
        fewer: Fewer | None = None,
    ) -> Network:
        """Of a payload what is to be drawn.

        Parameters
        ----------
        inside : set of str, optional
            Ids of the meters that are drawn; all by default.
        levels : int, optional
            Levels below the roots; what is deeper is part of its parent.
        fewer : Fewer, optional
            Of more links the largest are drawn; all of them by default.
        """
        nodes = {node["id"]: node for node in flow["nodes"] if inside is None or node["id"] in inside}
        links: list[Link] = [
            link
            for link in flow["links"]
            if link["value"] > 0
            and link["source"] in nodes
            and (inside is None or link["kind"] == "loss" or link["target"] in inside)
        ]
        if links:
            links += stubs(nodes)
        depths = _depths(nodes, links)
        if levels is not None:
            links = [link for link in links if _is_shown(link, depths, levels)]
        if fewer is not None and (len(links) > fewer.most or fewer.skip):
            drawn = fewer.of(nodes, links, depths)
            return cls(drawn.nodes, drawn.links, _depths(drawn.nodes, drawn.links))
        return cls(nodes, links, depths)

    @cached_property
    def supply(self) -> dict[str, float]:
        """What flows out of each node, its loss included."""
        supply: dict[str, float] = {}
        for link in self.links:
            supply[link["source"]] = supply.get(link["source"], 0.0) + link["value"]
        return supply

    @cached_property
    def losses(self) -> dict[str, Link]:
        """The loss of each node that has one."""
        return {link["source"]: link for link in self.links if link["kind"] == "loss"}

    @cached_property
    def feeding(self) -> set[str]:
        """Generators and solar that feed what is above them in the tree."""
        return {link["source"] for link in self._between if self.nodes[link["source"]]["type"] in FEEDING}

    @cached_property
    def fed(self) -> set[str]:
        """Nodes into which something flows."""
        return {link["target"] for link in self._between if link["kind"] == "flow"}

    @cached_property
    def from_above(self) -> dict[str, tuple[str, float]]:
        """For each node that takes from the one above it: which, and how much."""
        return {
            link["target"]: (link["source"], link["value"])
            for link in self._between
            if link["kind"] == "flow" and self.depths[link["source"]] < self.depths[link["target"]]
        }

    @cached_property
    def open(self) -> set[str]:
        """Ends of flows of unknown size: what goes through these nodes is not all in the links."""
        return {
            end for link in self.links if link["kind"] == UNMETERED_LINK for end in (link["source"], link["target"])
        }

    @cached_property
    def set_off(self) -> dict[str, float]:
        """What the flows of each node would be wider by, were both ways drawn apart."""
        return set_off(self.nodes, self.links)

    @property
    def _between(self) -> Iterator[Link]:
        """Links between two meters."""
        return (link for link in self.links if link["kind"] != "loss")

    def walk(self) -> Iterator[tuple[str, bool]]:
        """Each node that has a flow twice: before all that is below it, and after. Siblings stay together so."""
        below: dict[str, list[str]] = {}
        with_flow = set()
        for link in self.links:
            with_flow.add(link["source"])
            if link["kind"] != "loss":
                with_flow.add(link["target"])
                upper, lower = sorted((link["source"], link["target"]), key=self.depths.__getitem__)
                below.setdefault(upper, []).append(lower)
        order = {key: index for index, key in enumerate(self.nodes)}
        waiting = [(key, False) for key in reversed(order) if key in with_flow and self.depths[key] == 0]
        while waiting:
            key, after = waiting.pop()
            yield key, after
            if not after:
                waiting.append((key, True))
                waiting += [(child, False) for child in sorted(below.get(key, ()), key=order.__getitem__, reverse=True)]


def below(root: str, meters: Mapping[str, Mapping[str, Any]]) -> set[str]:
    """A meter and all that are below it in the tree, by id.

    Parameters
    ----------
    meters : mapping of str to mapping
        By id, parents first: `parent_id`.
    """
    inside = {root}
    for key, meter in meters.items():
        if meter.get("parent_id") in inside:
            inside.add(key)
    return inside


def _depths(nodes: Mapping[str, Node], links: Sequence[Link]) -> dict[str, int]:
    """Level of each node below its root: nodes come parents first, so the first of each part is its root."""
    neighbours: dict[str, list[str]] = {}
    for link in links:
        if link["kind"] != "loss":
            neighbours.setdefault(link["source"], []).append(link["target"])
            neighbours.setdefault(link["target"], []).append(link["source"])
    depths: dict[str, int] = {}
    for root in nodes:
        if root in depths:
            continue
        depths[root] = 0
        waiting = [root]
        for key in waiting:
            for other in neighbours.get(key, ()):
                if other not in depths:
                    depths[other] = depths[key] + 1
                    waiting.append(other)
    return depths


def _is_shown(link: Link, depths: Mapping[str, int], levels: int) -> bool:
    if link["kind"] == "loss":
        return depths[link["source"]] < levels
    return max(depths[link["source"]], depths[link["target"]]) <= levels
