"""A part of the tree on the overview: a chosen meter with those below it, counted by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from energy_workbench.contract.rows.flow import Cards, Leaf
from energy_workbench.domain.status import Colour, Communication, Health, Status

GROUPS = {"status": Status, "health": Health, "communication": Communication}
DOUBTFUL = (Colour.YELLOW, Colour.ORANGE)
"""Colours of the meters that the card of warnings counts."""


def branch(tree: Sequence[Leaf], chosen: Leaf | None) -> list[Leaf]:
    """A meter and all below it, in the order of the tree; all of it without one."""
    if chosen is None:
        return list(tree)
    inside = {chosen["id"]}
    while more := {row["id"] for row in tree if row["parent_id"] in inside} - inside:
        inside |= more
    return [row for row in tree if row["id"] in inside]


def counted(rows: Sequence[Leaf]) -> dict[str, int | Mapping[str, int]]:
    """How many are in which state, as the status summary has it of all."""
    states = {
        group: {str(state): sum(row[group] == state for row in rows) for state in kinds}  # type: ignore[literal-required]
        for group, kinds in GROUPS.items()
    }
    return {"total": len(rows), **states}


@dataclass(frozen=True, slots=True)
class Counts:
    """How many meters there are, are in service, answer, and have a warning or worse while they do."""

    total: int
    active: int
    online: int
    warnings: int

    @classmethod
    def of_site(cls, cards: Cards) -> Counts:
        """Those of all, as the service counts them."""
        return cls(cards["total"], cards["active"], cards["online"], cards["warnings"])

    @classmethod
    def of(cls, rows: Sequence[Leaf]) -> Counts:
        """Those of a part of the tree, counted as those of all are."""
        return cls(
            len(rows),
            sum(row["status"] == Status.ACTIVE for row in rows),
            sum(row["communication"] == Communication.ONLINE for row in rows),
            sum(row["colour"] in DOUBTFUL for row in rows),
        )
