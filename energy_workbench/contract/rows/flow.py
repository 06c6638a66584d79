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
    Where few nodes were asked for, one that stands for meters side by side has `folded`, how many these are, and
    `folded_unknown`, of how many of them nothing is known; its id is that of the one above behind a word and a colon.
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
    folded: NotRequired[int]
    folded_unknown: NotRequired[int]


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
    """A meter in the dashboard's tree and map.

    Where few rows were asked for, one that stands for others too has `folded`: by colour how many meters these are.
    """

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
    folded: NotRequired[dict[str, int]]


class PlaceRow(TypedDict):
    """A meter on the floor plan, at `x` and `y` of its picture [0 to 1], or several near each other.

    Several have as `folded` by colour how many they are, the states of the worst of them, and as id `cell:` and the
    area in which they are seen apart, or that of the first, where they are all at one place; one has its power of now,
    where that is known.
    """

    id: str
    number: str
    name: str
    x: float
    y: float
    status: StatusText
    health: HealthText
    health_reason: str
    communication: CommunicationText
    colour: ColourText
    power_kw: NotRequired[Kw]
    folded: NotRequired[dict[str, int]]


class PartRow(TypedDict):
    """What an overview in few rows is about: a meter and all below it, or all; `number` is empty then.

    `root` is the id of the meter at which tree and flows begin, empty for all, `above` the meters above that from the
    top of the tree, `inside` how many meters these are of, of all `meters`. The states are counted of all that the part
    has, shown by itself or not; `attention` are the worst of the `troubled`, `skipped` the largest that are one row.
    `left_out` says how many meters the cards leave out, which name the first of them.
    """

    number: str
    root: str
    above: list[Leaf]
    inside: int
    meters: int
    total: int
    status: dict[str, int]
    health: dict[str, int]
    communication: dict[str, int]
    colour: dict[str, int]
    troubled: int
    attention: list[Leaf]
    left_out: int
    skipped: int


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
