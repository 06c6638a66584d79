"""Answers as values: what the façade gives and what REST sends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar

from energy_workbench.contract.notes import Of
from energy_workbench.contract.result import RENAMED, Result, Table
from energy_workbench.contract.rows.energy import (
    ComparisonRow,
    CompletenessRow,
    DemandRow,
    EnergyRow,
    IntervalRow,
    LoadShapeRow,
    PatternPoint,
)
from energy_workbench.contract.rows.flow import Cards, FlowLink, FlowNode, Leaf, SiteRow
from energy_workbench.contract.rows.generation import (
    FactorUsed,
    GenerationDay,
    GenerationFigure,
    GeneratorRow,
    MissingFactor,
    UnknownMeter,
)
from energy_workbench.contract.rows.losses import LossRow, LostTogether, MeterError, NodeRow
from energy_workbench.contract.rows.meters import MeterRow, ReadingRow

METER_COLUMNS = [*MeterRow.__annotations__][: [*MeterRow.__annotations__].index("updated_at") + 1]
"""Columns of a meter that every list of meters has, in this order; more may follow."""


@dataclass(frozen=True, repr=False)
class MeterTable(Table):
    """Meters as configured, with their live state; `total` counts those that a limit left out too."""

    keys: ClassVar[Mapping[str, str]] = {"rows": "items"}

    rows: tuple[MeterRow, ...]
    total: int
    timezone: str = "UTC"

    def _columns(self) -> list[str]:
        return [*METER_COLUMNS, *(key for row in self.rows[:1] for key in row if key not in METER_COLUMNS)]

    def _caption(self) -> str:
        return f"{len(self.rows)} of {self.total} meters"


@dataclass(frozen=True, repr=False)
class Readings(Table):
    """Raw readings of a meter: rows of `{ts, values: {quantity: value}}`, a column a quantity in a frame."""

    keys: ClassVar[Mapping[str, str]] = {"rows": "items"}

    rows: tuple[ReadingRow, ...]
    total: int
    meter: str
    number: str
    timezone: str
    quantities: tuple[str, ...] = ()
    scaled: bool = False

    def records(self) -> Sequence[Mapping[str, Any]]:
        return [{"ts": row["ts"], **row["values"]} for row in self.rows]

    def _columns(self) -> list[str]:
        return ["ts", *self.quantities]

    def _caption(self) -> str:
        return f"{self.number}: {len(self.rows)} readings{', scaled to primary' if self.scaled else ''}"


@dataclass(frozen=True, repr=False)
class Intervals(Table):
    """Energy, demand and quality of a meter, a row a bucket."""

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "start", "energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh", "energy_apparent_kvah",
        "demand_kw", "power_factor", "quality", "completeness",
    ]  # fmt: skip

    rows: tuple[IntervalRow, ...]
    total: int
    meter: str
    number: str
    name: str
    start: str
    end: str
    every: str
    timezone: str

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"{self.number}, every {self.every}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Pattern(Table):
    """Consumption over time with its totals.

    Attributes
    ----------
    rows : tuple of dict
        `start, energy_kwh [kWh], demand_kw [kW], quality, completeness`; unknown energy is None.
    total_kwh, peak_kw, load_factor : float or None
        Energy [kWh], maximum 15-minute demand [kW], and mean of the known 15 minutes ÷ the greatest of them [1].
    mean_load_kw : float or None
        Energy ÷ the hours that the registers span, gaps included [kW].
    load_factor_share, mean_load_share : float
        Share of the elapsed time that each of the two is of [1].
    peak_at : str or None
        Start of the interval of the maximum demand.
    running : bool
        Whether the last bucket is not over yet, so that its energy is not that of a whole one.
    reactive_kvarh, power_factor : float or None
        Of the whole period [kvarh], and kWh ÷ kVAh of it [1].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "points"}

    meter: str
    number: str
    name: str
    start: str
    end: str
    every: str
    timezone: str
    rows: tuple[PatternPoint, ...]
    total_kwh: float | None
    peak_kw: float | None
    peak_at: str | None
    load_factor: float | None
    completeness: float
    running: bool = False
    reactive_kvarh: float | None = None
    power_factor: float | None = None
    load_factor_share: float = 0.0
    mean_load_kw: float | None = None
    mean_load_share: float = 0.0

    @property
    def points(self) -> tuple[PatternPoint, ...]:
        """The rows, by the name that REST gives them."""
        return self.rows

    def _columns(self) -> list[str]:
        return ["start", "energy_kwh", "demand_kw", "quality", "completeness"]

    def _caption(self) -> str:
        return f"{self.number}, every {self.every}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Energies(Table):
    """Energy, demand and quality of every meter over a period, a row a meter in the order of the tree.

    Attributes
    ----------
    rows : tuple of dict
        `meter, number, name, type, energy_import_kwh, energy_export_kwh, energy_reactive_kvarh, total_kwh` (what the
        meter consumes or, of a producer, produces [kWh]), `peak_kw` (maximum 15-minute demand [kW]), `peak_at,
        load_factor` (mean of the known 15 minutes ÷ the greatest [1]), `mean_load_kw` (energy ÷ the hours that the
        registers span [kW]), `load_factor_share, mean_load_share` (of the elapsed time [1]), `power_factor` (kWh ÷ kVAh
        [1]), `completeness`, and of the site's days that have begun `days`, `estimated_days` and `missing_days`.
        What is unknown is None.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}
    columns_shown: ClassVar[list[str]] = [
        "meter", "number", "name", "type", "energy_import_kwh", "energy_export_kwh", "energy_reactive_kvarh",
        "total_kwh", "peak_kw", "peak_at", "load_factor", "load_factor_share", "mean_load_kw", "mean_load_share",
        "power_factor", "completeness", "days", "estimated_days", "missing_days",
    ]  # fmt: skip

    rows: tuple[EnergyRow, ...]
    total: int
    start: str
    end: str
    timezone: str

    def _columns(self) -> list[str]:
        return self.columns_shown

    def _caption(self) -> str:
        return f"{self.total} meters, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Completeness(Table):
    """How complete the data of every meter is, day by day.

    Attributes
    ----------
    rows : tuple of dict
        `meter, number, name, status, polled`, and of each day `complete` (share of its elapsed time that is known
        closely [1]) and `quality` (the worst of its intervals).
    days : tuple of str
        The site's days, ISO.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[CompletenessRow, ...]
    total: int
    days: tuple[str, ...]
    start: str
    end: str
    timezone: str

    def records(self) -> Sequence[Mapping[str, Any]]:
        return [
            {"number": row["number"], "day": day, "completeness": share, "quality": quality}
            for row in self.rows
            for day, share, quality in zip(self.days, row["complete"], row["quality"], strict=True)
        ]

    def _columns(self) -> list[str]:
        return ["number", "day", "completeness", "quality"]

    def _caption(self) -> str:
        return f"{self.total} meters, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Balance(Table):
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
class Losses(Table):
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


@dataclass(frozen=True, repr=False)
class Demand(Table):
    """Maximum demand of a meter, a row a billing month.

    Attributes
    ----------
    rows : tuple of dict
        `start, end`, `maximum` [`unit`], `at` (start of the block; of equal maxima the first), `energy` (of the known
        time [kWh or kVAh]), `load_factor` (mean of the known blocks ÷ the maximum [1]) with `load_factor_share` (of the
        month's blocks [1]), `diversity_factor` (sum of the children's maxima ÷ maximum of their sum [1]) or
        else `diversity_reason`, `completeness`, `children` (`number, kw, share, reason` in that block; what a child
        drew is None where it is out of service or not known closely, which the reason says).
    unit : str
        `kW` or `kVA`.
    block_minutes : int
        Length over which the power is averaged [min].
    kind : str
        `block`: one beside the other on the site's clock; `sliding`: one begins every 15 minutes.
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[DemandRow, ...]
    total: int
    meter: str
    number: str
    name: str
    unit: str
    block_minutes: int
    kind: str
    start: str
    end: str
    timezone: str

    def _columns(self) -> list[str]:
        return [
            "start",
            "end",
            "maximum",
            "at",
            "energy",
            "load_factor",
            "load_factor_share",
            "diversity_factor",
            "diversity_reason",
            "completeness",
            "children",
        ]

    def _caption(self) -> str:
        return f"{self.number}: maximum demand [{self.unit}], {self.block_minutes} min, {self.kind}"


@dataclass(frozen=True, repr=False)
class LoadShape(Table):
    """How a load is spread.

    Attributes
    ----------
    rows : tuple of dict
        By `weekday-hour`: `weekday, hour, mean_kw, minimum_kw, maximum_kw, hours`; `hour` (the typical day): `day,
        time, mean_kw, median_kw, p10_kw, p90_kw, days`; `duration`: `share, kw`; `shift`: `shift, begins,
        energy_kwh, share, mean_kw, maximum_kw, hours, shifts`. Of intervals that are known closely; a maximum is
        none of those whose counter's step is more than 2 % of their energy.
    energy_kwh, mean_kw : float or None
        Of the known time [kWh], and the mean of the known 15 minutes [kW]; `completeness` is the share that is known.
    base_kw : float or None
        Demand exceeded 95 % of the time [kW].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[LoadShapeRow, ...]
    by: str
    meter: str
    number: str
    name: str
    energy_kwh: float | None
    mean_kw: float | None
    maximum_kw: float | None
    base_kw: float | None
    completeness: float
    start: str
    end: str
    timezone: str

    def _columns(self) -> list[str] | None:
        return list(self.rows[0]) if self.rows else None

    def _caption(self) -> str:
        return f"{self.number} by {self.by}, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class Comparison(Table):
    """Energy of a period beside that of an earlier one, bucket by bucket.

    Attributes
    ----------
    rows : tuple of dict
        `start, energy_kwh [kWh], quality, completeness, before_start, before_kwh [kWh], before_quality,
        before_completeness, change_percent`: beside a bucket of a day or less the one of the same weekday and hour,
        `shift_days` earlier, where it lies in the earlier time. What has not begun has no `start`.
    change_percent : float or None
        By like days [%]: energy of the days that count ÷ what the earlier ones of the same weekdays had on average − 1.
        None where too little is measured for it.
    totals_percent : float or None
        `total_kwh` ÷ `before_kwh` − 1 [%], however many days and Sundays each has; None where the registers span less
        than 95 % of either.
    days, before_days : float
        How much there has been of each time [d].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[ComparisonRow, ...]
    meter: str
    number: str
    name: str
    against: str
    every: str
    total_kwh: float | None
    before_kwh: float | None
    change_percent: float | None
    completeness: float
    before_completeness: float
    start: str
    end: str
    before_start: str
    before_end: str
    timezone: str
    totals_percent: float | None = None
    days: float = 0.0
    before_days: float = 0.0
    shift_days: int = 0

    def _columns(self) -> list[str]:
        return [
            "start", "energy_kwh", "quality", "completeness", "before_start", "before_kwh", "before_quality",
            "before_completeness", "change_percent",
        ]  # fmt: skip

    def _caption(self) -> str:
        return f"{self.number} every {self.every}, {self.start} to {self.end} against {self.against}"


@dataclass(frozen=True, repr=False)
class Generation(Result):
    """Own generation, fuel and emissions of a period.

    Attributes
    ----------
    dg_kwh, solar_kwh, other_kwh, grid_import_kwh, grid_export_kwh, use_kwh : float or None
        By registers, gaps included, as `Energies` tells them of the same meters [kWh]; `dg_kwh` of diesel generators,
        `other_kwh` of producers of any other type, `use_kwh` what the site used, as the overview's card. Of a kind of
        which the site has no meter 0, and None where one of its meters told nothing or was out of service.
    dg_run_hours : float or None
        By the generators' own counters where `dg_hours_counted`, else the time in which they delivered [h].
    diesel_litres : float or None
        Metered, or where `diesel_estimated` by load [L].
    solar_self_used_kwh, solar_self_used_share, solar_share : float or None
        What did not leave the site [kWh], its share of the solar energy and of the site's use [1].
    scope1_kg, scope2_location_kg, scope2_market_kg : float or None
        Gross, in their `units`; None where an amount is not known or a factor is lacking at any time of the period.
        Where `market_is_location` no contract's factor holds, and the grid's average stands in; `market_basis` says in
        words what the market-based figure is made with, also where a contract's factor holds for a part of the time.
    avoided_kg, net_kg : float or None
        Memo figures beside the scopes.
    generators, factors, days : tuple of dict
        A row a generator, a factor, a local day. A day has its energies, fuel and emissions, which add up to those of
        the period. A factor says its `year`, `gases`, whether it `holds` in the period, and whether it is `old` there.
    estimated : tuple of str
        Names of the figures that need more than the registers tell: how a gap's energy is spread over its time, or
        fuel by load.
    known : dict
        Share of the elapsed time in which all meters of `grid`, `solar`, `generators` (and `others`) were
        measured [1].
    unknown : tuple of dict
        `source, meter, reason` of each meter that told nothing, or was out of service at any time.
    left_out : tuple of str
        Numbers of the spares that were never connected: nothing of them is in any figure.
    missing_factors : tuple of dict
        `name, reason, advice` of each factor that is needed and does not hold all the time.
    units : dict
        Of each emission: `kg CO₂`, or `kg CO₂e` where a factor in it counts other gases too.
    """

    start: str
    end: str
    timezone: str
    dg_kwh: float | None
    dg_run_hours: float | None
    dg_hours_counted: bool
    diesel_litres: float | None
    diesel_estimated: bool
    litres_per_kwh: float | None
    solar_kwh: float | None
    solar_self_used_kwh: float | None
    solar_self_used_share: float | None
    solar_share: float | None
    grid_import_kwh: float | None
    grid_export_kwh: float | None
    use_kwh: float | None
    scope1_kg: float | None
    scope2_location_kg: float | None
    scope2_market_kg: float | None
    market_is_location: bool
    avoided_kg: float | None
    net_kg: float | None
    completeness: float
    generators: tuple[GeneratorRow, ...] = ()
    factors: tuple[FactorUsed, ...] = ()
    days: tuple[GenerationDay, ...] = ()
    estimated: tuple[str, ...] = ()
    known: dict[str, float] = field(default_factory=dict)
    unknown: tuple[UnknownMeter, ...] = ()
    missing_factors: tuple[MissingFactor, ...] = ()
    units: dict[str, str] = field(default_factory=dict)
    other_kwh: float | None = 0.0
    market_basis: str = ""
    left_out: tuple[str, ...] = ()

    def records(self) -> Sequence[Mapping[str, Any]]:
        plain = self.to_dict()
        return [{name: value for name, value in plain.items() if not isinstance(value, list | dict)}]

    def _caption(self) -> str:
        return f"Generation and carbon, {self.start} to {self.end}"


@dataclass(frozen=True, repr=False)
class GenerationComparison(Table):
    """Own generation, fuel and emissions beside those of an earlier time, a row a figure.

    Attributes
    ----------
    rows : tuple of dict
        `name` as in `Generation`, or `gross_kg` (Scope 1 and 2, location-based); `value, before`, `change_percent` by
        like days and `totals_percent`, as of `Comparison` [%].
    days, before_days : float
        How much there has been of each time [d].
    """

    keys: ClassVar[Mapping[str, str]] = {**RENAMED, "rows": "items"}

    rows: tuple[GenerationFigure, ...]
    total: int
    against: str
    start: str
    end: str
    before_start: str
    before_end: str
    days: float
    before_days: float
    timezone: str

    def _columns(self) -> list[str]:
        return ["name", "value", "before", "change_percent", "totals_percent"]

    def _caption(self) -> str:
        return f"Generation, {self.start} to {self.end} against {self.against}"


@dataclass(frozen=True, repr=False)
class StatusSummary(Result):
    """How many meters are in which state."""

    total: int
    status: dict[str, int]
    health: dict[str, int]
    communication: dict[str, int]
    colour: dict[str, int]

    def records(self) -> Sequence[Mapping[str, Any]]:
        groups = ("status", "health", "communication", "colour")
        return [{"of": g, "state": s, "meters": n} for g in groups for s, n in getattr(self, g).items()]

    def _caption(self) -> str:
        return f"{self.total} meters"


@dataclass(frozen=True, repr=False)
class PowerFlow(Result):
    """Where power or energy goes: nodes, and links of kind `flow` or `loss`.

    A link's value is never negative and its direction is that of the energy. A node's `value` is what its meter
    measured (what a producer delivers, what any other takes), its `export` the other way. Its `loss`, `loss_percent`
    and `verdict` are those of its balance: of energy, over the spans in which it is known; of power, supply − demand
    now, with limits of error by the classes of its meters; None where a part is unknown.
    `through` is what goes through the node, the greater of the links in and out: of a busbar that is fed from below,
    more than its own meter sees.
    """

    unit: str
    start: str | None
    end: str | None
    nodes: tuple[FlowNode, ...]
    links: tuple[FlowLink, ...]
    completeness: float

    def records(self) -> Sequence[Mapping[str, Any]]:
        return self.links

    def _columns(self) -> list[str]:
        return ["source", "target", "value", "kind"]

    def _caption(self) -> str:
        return f"Flow [{self.unit}]"


@dataclass(frozen=True, repr=False)
class Overview(Result):
    """Everything that the dashboard shows, in one answer."""

    now: str
    site: SiteRow
    period: str
    summary: Annotated[dict[str, Any], Of(StatusSummary)]
    cards: Cards
    flow_now: Annotated[dict[str, Any], Of(PowerFlow)]
    flow: Annotated[dict[str, Any], Of(PowerFlow)]
    pattern: Annotated[dict[str, Any], Of(Pattern)]
    tree: tuple[Leaf, ...] = field(default_factory=tuple)

    @property
    def timezone(self) -> str:
        """The site's zone."""
        return self.site["timezone"]

    def records(self) -> Sequence[Mapping[str, Any]]:
        return self.tree

    def _caption(self) -> str:
        return f"{self.site.get('name', '')}, {self.now}"
