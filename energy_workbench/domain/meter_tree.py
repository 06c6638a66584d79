"""The meter tree as nested rows, of any depth, without recursion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar, cast

Node = TypeVar("Node", bound=Mapping[str, Any])
"""A row of a meter; in a nested tree it has `children`, rows of the same kind."""


def nested(rows: Iterable[Node]) -> list[Node]:
    """The roots of these meters, each meter with its `children`.

    Parameters
    ----------
    rows : iterable of mapping
        Meters with `id` and `parent_id`, in any order; one whose parent is not among them is a root.
    """
    meters = [{**row, "children": []} for row in rows]
    by_id = {meter["id"]: meter for meter in meters}
    roots: list[dict[str, Any]] = []
    for meter in meters:
        parent = by_id.get(meter["parent_id"])
        (roots if parent is None else parent["children"]).append(meter)
    return cast(list[Node], roots)


def with_depth(roots: Iterable[Node]) -> Iterator[tuple[int, Node]]:
    """Every meter of a nested tree with its depth, each before its children; roots have depth 0."""
    waiting = [(0, root) for root in roots][::-1]
    while waiting:
        depth, meter = waiting.pop()
        yield depth, meter
        waiting += [(depth + 1, child) for child in meter["children"]][::-1]
