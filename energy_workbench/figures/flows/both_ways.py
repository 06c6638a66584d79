"""What goes both ways through a meter within a period: a flow between two nodes is drawn net of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from energy_workbench.figures.flows.unmetered import Link


def set_off(nodes: Mapping[str, Mapping[str, Any]], links: Iterable[Link]) -> dict[str, float]:
    """By id of a node what its flows would be wider by, were both ways drawn apart [kW or kWh].

    So much less than the table beside has a node that took and gave: its own meter's, and those of what is below it.

    Parameters
    ----------
    nodes : mapping of str to mapping
        Of a flow, by id.
    links : iterable of Link
        Of the same flow.
    """
    between = {(link["source"], link["target"]): link["value"] for link in links if link["kind"] == "flow"}
    widths: dict[str, float] = {}
    for key, node in nodes.items():
        value, parent = node.get("value") or 0.0, str(node.get("parent_id"))
        if node.get("producer"):
            # Of a producer the flow itself tells what it took: of what it made so much did not leave it.
            net = between.get((key, parent), 0.0 if (parent, key) in between else value)
            both = value - net
        else:
            both = min(value, node.get("export") or 0.0)
        for each in {key, parent} & nodes.keys():
            widths[each] = widths.get(each, 0.0) + both
    return widths
