"""Rows of losses: of nodes of the tree, and of a node over time."""

from __future__ import annotations

from typing import NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant
from energy_workbench.contract.words import Kw, Kwh, Percent, Share, TypeText, VerdictText


class ChildOfNode(TypedDict):
    """What a meter of a node took and delivered in the spans of its balance.

    Where few were asked for, one that stands for several side by side has `folded`, how many these are, and their sums.
    """

    meter: str
    number: str
    name: str
    type: TypeText
    taken_kwh: Kwh | None
    delivered_kwh: Kwh | None
    folded: NotRequired[int]


class NodeRow(TypedDict):
    """Supply, demand and loss of a node.

    All energies are of the spans of which the registers of all its meters are known at both ends: `completeness` is
    their share of the time, `estimated` the share in parts of spans that reach beyond the row's time. `loss_percent` is
    of that supply, `site_percent` of what the site was supplied with meanwhile; `uncertainty_kwh` is expanded, k = 2;
    `rank` is 1 of the hotspot that loses most; `unmetered_kw` is lost at any load; `counted_twice`, `nominal_classes`
    (no CT or no current known) and `below_range` (less load than the standards state limits for) are numbers of meters.
    """

    meter: str
    number: str
    name: str
    type: TypeText
    parent_id: str | None
    depth: int
    supply_kwh: Kwh | None
    demand_kwh: Kwh | None
    loss_kwh: Kwh | None
    loss_percent: Percent | None
    site_percent: Percent | None
    uncertainty_kwh: Kwh | None
    completeness: Share
    estimated: Share
    verdict: VerdictText
    reason: str
    rank: int | None
    unmetered_kw: Kw | None
    counted_twice: list[str]
    assumed_classes: bool
    nominal_classes: list[str]
    below_range: list[str]
    uncertainty_reason: str
    children: list[ChildOfNode]


class LostTogether(TypedDict):
    """The losses of all nodes together, and of those that are certain."""

    nodes: int
    loss_kwh: Kwh | None
    certain_kwh: Kwh
    site_percent: Percent | None
    completeness: Share | None


class MeterError(TypedDict):
    """How well a meter knows what went through it, k = 2; `by_load` or by its class at any load."""

    meter: str
    number: str
    uncertainty_percent: Percent
    by_load: bool
    below_range: bool


class LossRow(TypedDict):
    """Supply, demand and loss of one node in a bucket that has begun."""

    start: Instant
    supply_kwh: Kwh | None
    demand_kwh: Kwh | None
    loss_kwh: Kwh | None
    loss_percent: Percent | None
    uncertainty_kwh: Kwh | None
    completeness: Share
    estimated: Share
    verdict: VerdictText
    reason: str
