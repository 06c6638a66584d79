"""Losses of the nodes of the tree, over a period and over time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from energy_workbench.contract.result import RENAMED, OfPeriod, Table
from energy_workbench.contract.rows.losses import LossRow, LostTogether, MeterError, NodeRow


@dataclass(frozen=True, repr=False)
class Balance(OfPeriod, Table[NodeRow]):
    """Supply, demand and loss of every node over a period, a row a node in the order of the tree.

    Attributes
    ----------
    rows : tuple of dict
        `meter, number, name, type, parent_id, depth`, `supply_kwh`, `demand_kwh`, `loss_kwh` [kWh], `loss_percent`
        of that supply, `site_percent` of what the site was supplied with over the same spans, `uncertainty_kwh`
        (expanded, k = 2), `completeness` (share of the time in spans of which the registers of all meters of the node
        are known at both ends; all energies are those of these spans), `estimated` (share of the time in parts of
        spans that reach beyond the row's time), `verdict` (`hotspot, surplus, ok,
        within_error, not_metered, insufficient_data`), `reason` in words, `rank` of a hotspot (1 loses most),
        `unmetered_kw` (what is lost at any load [kW]),
        `counted_twice` (numbers of meters), `assumed_classes` (whether a class of accuracy had to be assumed),
        `nominal_classes` (numbers of meters whose limit of error is that of the class whatever the load, as no CT or no
        current is known), `below_range` (numbers of those that had less load than the standards state limits for),
        `uncertainty_reason` (all that in words), and in
        the payload `children`: `meter, number, name, type, taken_kwh, delivered_kwh` over the same spans.
    threshold_percent : float
        Above it a loss is a hotspot [% of the supply].
    lost : dict
        All of it together, as `lost_together` says: `nodes, loss_kwh, certain_kwh, site_percent, completeness`.
    meters : tuple of dict
        How well each meter of the time knows what went through it: `meter, number`, `uncertainty_percent` (expanded,
        k = 2, of its energy [%]), `by_load` (whether by the limits at its load, else those of its classes at any load),
        `below_range` (whether it had less load than the standards state limits for).
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "meter", "number", "name", "type", "parent_id", "depth", "supply_kwh", "demand_kwh", "loss_kwh", "loss_percent",
        "site_percent", "uncertainty_kwh", "completeness", "estimated", "verdict", "reason", "rank", "unmetered_kw",
        "counted_twice", "assumed_classes", "nominal_classes", "below_range", "uncertainty_reason",
    ]  # fmt: skip

    rows: tuple[NodeRow, ...]
    total: int
    start: str
    end: str
    threshold_percent: float
    timezone: str
    lost: LostTogether
    meters: tuple[MeterError, ...] = ()

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"{self.total} nodes, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Losses(OfPeriod, Table[LossRow]):
    """Supply, demand and loss of one node over time, a row a bucket that has begun.

    Attributes
    ----------
    rows : tuple of dict
        `start`, and of each bucket alone what a row of `Balance` says of a period: `supply_kwh, demand_kwh, loss_kwh`
        [kWh], `loss_percent`, `uncertainty_kwh`, `completeness`, `estimated`, `verdict`, `reason`. The loss of a span
        that reaches over buckets is shared out among them as its energies are, so that they add up to the whole.
    threshold_percent : float
        Above it a loss is a hotspot [% of the supply].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "start", "supply_kwh", "demand_kwh", "loss_kwh", "loss_percent", "uncertainty_kwh", "completeness", "estimated",
        "verdict", "reason",
    ]  # fmt: skip

    rows: tuple[LossRow, ...]
    total: int
    meter: str
    number: str
    name: str
    start: str
    end: str
    every: str
    threshold_percent: float
    timezone: str

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"Losses at {self.number}, every {self.every}, {self.start} to {self.end}"
