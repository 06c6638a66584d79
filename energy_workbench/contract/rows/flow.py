"""Rows of the flow of power or energy, and of the dashboard."""

from __future__ import annotations

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from energy_workbench.contract.notes import Instant, Words
from energy_workbench.contract.rows.locked import LockedChangeRow
from energy_workbench.contract.words import (
    ColourText,
    CommunicationText,
    FlowText,
    HealthText,
    Kw,
    Kwh,
    Percent,
    Share,
    StatusText,
    TypeText,
    VerdictText,
)
from energy_workbench.domain.entities import MeterType

LOSS = "loss"
"""Type of the node where all losses go."""


class FlowNode(TypedDict):
    """A node of a flow [kW or kWh].

    `value` is what its meter measured (what a producer delivers, what any other takes), `export` the other way,
    `through` the greater of the links in and out; `loss`, `loss_percent` and `verdict` are those of its balance.
    """

    id: str
    number: str
    name: str
    type: Annotated[str, Words((*MeterType, LOSS))]
    parent_id: str | None
    seen_by_parent: bool
    producer: bool
    metering: Annotated[str, Words(("known", "unknown", "not_metered"))]
    colour: ColourText | None
    value: float | None
    export: float | None
    loss: float | None
    loss_percent: Percent | None
    verdict: VerdictText | None
    through: float | None


class FlowLink(TypedDict):
    """What goes from a node to another, or to `losses`; never negative."""

    source: str
    target: str
    value: float
    kind: Annotated[str, Words(("flow", "loss"))]


class SiteUsed(TypedDict):
    """What the site used in a period, and its maximum demand; None where a part is not known, which a reason says."""

    energy_kwh: Kwh | None
    energy_reason: str
    demand_peak_kw: Kw | None
    demand_peak_at: Instant | None
    demand_block_minutes: int
    left_out: list[str]
    silent: list[str]
    speaking: list[str]


class SiteFigures(SiteUsed):
    """The same, with the share of the data that is there."""

    completeness: Share


class Cards(SiteFigures):
    """The cards of the dashboard."""

    total: int
    active: int
    online: int
    warnings: int
    power_now_kw: Kw | None
    power_now_reason: str


class Leaf(TypedDict):
    """A meter in the dashboard's tree and map."""

    id: str
    number: str
    name: str
    type: TypeText
    flow: FlowText
    parent_id: str | None
    status: StatusText
    health: HealthText
    health_reason: str
    communication: CommunicationText
    colour: ColourText
    power_kw: Kw | None
    energy_kwh: Kwh | None
    last_seen: Instant | None
    x: float | None
    y: float | None


class SiteRow(TypedDict):
    """The plant: what nobody stated is None, listed in `not_stated`, and asked for in `advice`; `site` is its slug."""

    site: str
    name: str
    timezone: str
    currency: str | None
    country: str | None
    keep_readings_days: int | None
    not_stated: list[str]
    advice: str


class SiteChanged(SiteRow):
    """The plant after a change, and what that does to answers, in words."""

    effects: list[str]
    locked_change: NotRequired[LockedChangeRow]
