"""The tree of a balance: which nodes are in view, and the way there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from energy_workbench.figures.wording.verdicts import VERDICTS

Row = Mapping[str, Any]
RANK = {verdict: place for place, verdict in enumerate(VERDICTS)}


def node_of(rows: Sequence[Row], meter: str) -> Row | None:
    """The node that a meter is, or whose balance it is part of; None where there is neither."""
    wanted = meter.casefold()

    def is_it(row: Row) -> bool:
        return wanted in (row["meter"].casefold(), row["number"].casefold())

    own = next(filter(is_it, rows), None)
    return own or next((row for row in rows if any(map(is_it, row["children"]))), None)


def path_to(rows: Sequence[Row], node: Row) -> list[Row]:
    """The nodes from the top of the tree down to this one."""
    by_id = {row["meter"]: row for row in rows}
    found = [node]
    while (above := by_id.get(found[-1]["parent_id"] or "")) and above not in found:
        found.append(above)
    return found[::-1]


def below(rows: Sequence[Row], node: Row) -> list[Row]:
    """A node and all nodes below it, in the order of the tree."""
    inside = {node["meter"]}
    for row in rows:  # each after its parent
        if row["parent_id"] in inside:
            inside.add(row["meter"])
    return [row for row in rows if row["meter"] in inside]


def roots_of(rows: Sequence[Row]) -> list[Row]:
    """The nodes above which there is no other."""
    ids = {row["meter"] for row in rows}
    return [row for row in rows if row["parent_id"] not in ids]


def ranked(rows: Sequence[Row], by: str) -> list[Row]:
    """As people want to look at them: hotspots first, each kind by its loss.

    Parameters
    ----------
    by : str
        `kwh` or `percent`.
    """
    return sorted(rows, key=lambda row: (RANK[row["verdict"]], -abs(row[f"loss_{by}"] or 0.0), row["number"]))
