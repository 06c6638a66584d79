"""A part of the tree on the overview: a chosen meter with those below it, counted by state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from energy_workbench.analytics.condensing.part import counts, inside
from energy_workbench.analytics.condensing.tree import troubled
from energy_workbench.contract.results import Overview
from energy_workbench.contract.rows.flow import Cards, Leaf
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.status import Colour, Communication, Status

DOUBTFUL = (Colour.YELLOW, Colour.ORANGE)
"""Colours of the meters that the card of warnings counts."""

COUNTED = ("status", "health", "communication", "colour")


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


@dataclass(frozen=True, slots=True)
class Part:
    """A meter and all below it, or all meters.

    Attributes
    ----------
    counts : mapping
        How many are in which state, as the status summary has it of all.
    troubled : int
        Meters that need attention.
    attention : sequence of Leaf
        The worst of these; all of them where the page has a row of each meter.
    """

    counts: Mapping[str, int | Mapping[str, int]]
    troubled: int
    attention: Sequence[Leaf] = field(default_factory=tuple)

    @classmethod
    def of(cls, overview: Overview, chosen: Leaf | None) -> Part:
        """Of an overview: as the service counts it, where that has few rows of many meters."""
        told = overview.part
        if told is not None:
            states = {"total": told["total"], **{group: told[group] for group in COUNTED}}  # type: ignore[literal-required]
            return cls(states, told["troubled"], told["attention"])
        rows = inside(overview.tree, chosen["id"] if chosen else "")
        worst = troubled(rows)
        return cls({"total": len(rows), **counts(rows)}, len(worst), worst)

    def count(self, group: str, *states: str) -> int:
        """How many are in one of some states of a group."""
        found = self.counts[group]
        return sum(found.get(state, 0) for state in states) if isinstance(found, Mapping) else found

    @property
    def silent(self) -> int:
        """Meters that were never read."""
        return self.count("colour", Colour.GREY)

    @property
    def cards(self) -> Counts:
        """Those of the cards."""
        return Counts(
            self.count("total"),
            self.count("status", Status.ACTIVE),
            self.count("communication", Communication.ONLINE),
            self.count("colour", *DOUBTFUL),
        )


@dataclass(frozen=True, slots=True)
class Found:
    """Meters that a search finds.

    Attributes
    ----------
    text : str
        What was searched for.
    total : int
        How many have it.
    rows : list of MeterRow
        The best hits.
    """

    text: str
    total: int
    rows: list[MeterRow]
