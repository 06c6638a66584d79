"""The dashboard's tree in few rows: each says how the meters are that it stands for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from math import fsum

from energy_workbench.analytics.condensing.folding import Folding, Group
from energy_workbench.contract.rows.flow import Leaf
from energy_workbench.domain.entities import Flow, MeterType
from energy_workbench.domain.status import Colour

WORST = (Colour.RED, Colour.ORANGE, Colour.YELLOW, Colour.GREY, Colour.GREEN)
"""Colours, the worst first."""

TROUBLED = WORST[:3]
"""Those of meters that somebody should look at."""


def worst(colours: Iterable[str]) -> str:
    """The worst of some colours; green where there is none."""
    there = set(colours)
    return str(next((colour for colour in WORST if colour in there), Colour.GREEN))


def troubled(tree: Iterable[Leaf]) -> list[Leaf]:
    """The meters that need attention, the worst first."""
    ranks = {str(colour): rank for rank, colour in enumerate(TROUBLED)}
    return sorted((row for row in tree if row["colour"] in ranks), key=lambda row: ranks[row["colour"]])


def folded_tree(tree: Sequence[Leaf], folding: Folding) -> list[Leaf]:
    """The rows of what is shown, each after the one above it.

    A group is a row like a meter's. It, and a meter below which nothing is shown, has `folded`: by colour how many
    meters it stands for beside itself. A group's colour and states are those of the worst of them, its power [kW] and
    energy [kWh] the sums of what is known of the meters side by side that it is.
    """
    if folding.whole:
        return list(tree)
    by_id = {row["id"]: row for row in tree}
    hidden: dict[str, list[Leaf]] = {}
    for row in tree:
        if (stands := folding.stands.get(row["id"])) is not None and stands != row["id"]:
            hidden.setdefault(stands, []).append(row)
    shown: list[Leaf] = []
    for row in tree:
        if not folding.shown(row["id"]):
            continue
        inside = hidden.get(row["id"])
        shown.append({**row, "folded": _counts(inside)} if inside else row)
    groups = {key: _leaf(group, by_id, hidden.get(key, ())) for key, group in folding.groups.items()}
    # What is larger stands before what is shown of it.
    return _with_larger(shown, groups)


def _with_larger(shown: list[Leaf], groups: Mapping[str, Leaf]) -> list[Leaf]:
    first = [row for key, row in groups.items() if key.startswith("larger:")]
    last = [row for key, row in groups.items() if not key.startswith("larger:")]
    return [*shown[:1], *first, *shown[1:], *last]


def _leaf(group: Group, by_id: Mapping[str, Leaf], inside: Sequence[Leaf]) -> Leaf:
    members = [by_id[key] for key in group.members if key in by_id]
    counts = _counts(inside)
    colour = worst(counts)
    state = next(row for row in inside if row["colour"] == colour)
    kinds = {row["type"] for row in members}
    return {
        "id": group.key,
        "number": group.text(len(members)),
        "name": "",
        "type": kinds.pop() if len(kinds) == 1 else str(MeterType.OTHER),
        "flow": str(Flow.PRODUCER if group.kind == "sources" else Flow.CONSUMER),
        "parent_id": group.parent or None,
        "status": state["status"],
        "health": state["health"],
        "health_reason": "",
        "communication": state["communication"],
        "colour": colour,
        "power_kw": _sum(row["power_kw"] for row in members),
        "energy_kwh": _sum(row["energy_kwh"] for row in members),
        "last_seen": max((row["last_seen"] for row in inside if row["last_seen"]), default=None),
        "x": None,
        "y": None,
        "folded": counts,
    }


def _counts(rows: Iterable[Leaf]) -> dict[str, int]:
    return counted(row["colour"] for row in rows)


def counted(colours: Iterable[str]) -> dict[str, int]:
    """How many of each colour there are, the worst first."""
    found = Counter(colours)
    return {str(colour): found[colour] for colour in WORST if found[colour]}


def _sum(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return round(fsum(known), 3) if known else None
