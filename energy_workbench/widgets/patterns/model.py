"""Model of the page of patterns: a meter's history, its load shapes and its maximum demand by billing month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from traitlets import Dict, Enum, Instance, List

from energy_workbench.contract.results import Demand, LoadShape
from energy_workbench.contract.rows.energy import ChildAtMaximum
from energy_workbench.domain.pages import PATTERNS
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.figures.load_shape import load_shape
from energy_workbench.figures.peak_demand import month, peak_demand
from energy_workbench.figures.wording.words import amount, moment, percent, signed, totals
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.history import FRESH, History
from energy_workbench.widgets.markup import Card
from energy_workbench.widgets.page_model import Selection
from energy_workbench.widgets.zoomed_page import ZoomedPage

SHAPES = ("weekday-hour", "hour", "duration", "shift")
"""What a load is spread by, a chart each."""

LONGEST_BILLING = timedelta(days=31)
"""How far a billing month that touches a period can reach out of it."""


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought; `shapes` by what the load is spread by."""

    history: History
    shapes: dict[str, LoadShape]
    demand: Demand


class Model(ZoomedPage):
    """Energy over time, load shapes and maximum demand of a meter."""

    page = PATTERNS
    takes = frozenset({"period", "meter", "compare"})

    block = Enum(("15min", "30min", "60min"), "15min").tag(address="block", asks=True)
    kind = Enum(("block", "sliding"), "block").tag(address="kind", asks=True)
    unit = Enum(("kw", "kva"), "kw").tag(address="unit", asks=True)

    cards = List()
    heat_figure = Dict()
    day_figure = Dict()
    duration_figure = Dict()
    shift_figure = Dict()
    demand_figure = Dict()
    demand: Demand | None = Instance(Demand, allow_none=True)
    """Maximum demand of the billing months that the period touches."""

    def __init__(self, *args: Any, **own: Any) -> None:
        super().__init__(*args, **own)
        self._shapes: dict[str, LoadShape] = {}

    def ask(self, selection: Selection) -> Fetched:
        history, own, cache = self.look(selection), dict(selection.own), self.historian.cache
        number, text = history.whole.number, selection.period
        shapes = {
            by: cache.get(("shape", by, number, text), FRESH, partial(self._shape, number, text, by)) for by in SHAPES
        }
        how = (own["block"], own["kind"], own["unit"])
        return Fetched(
            history,
            shapes,
            cache.get(("demand", number, text, *how), FRESH, lambda: self._billing_months(number, text, *how)),
        )

    def show(self, fetched: Fetched) -> None:
        self.show_history(fetched.history)
        self.dated(fetched.history.whole.timezone, fetched.history.now)
        self._shapes, self.demand = fetched.shapes, fetched.demand

    def draw(self) -> None:
        self.draw_history()
        theme = self.theme
        self.heat_figure = load_shape(self._shapes["weekday-hour"].to_dict(), theme=theme)
        self.day_figure = load_shape(self._shapes["hour"].to_dict(), theme=theme)
        self.duration_figure = load_shape(self._shapes["duration"].to_dict(), theme=theme)
        self.shift_figure = load_shape(self._shapes["shift"].to_dict(), theme=theme)
        assert self.demand is not None
        self.demand_figure = peak_demand(self.demand.to_dict(), theme=theme)
        assert self.history is not None
        self.cards = _cards(self.history, self._shapes["duration"], self.period)

    def choose(self, meter: str) -> None:
        """Show that meter (number or id)."""
        self.choices.meter = meter

    def shape_table(self, by: str) -> Sheet:
        """Rows of one of the shapes."""
        shape = self._shapes[by]
        rows = shape.rows
        heads = {key: SHAPE_HEADS.get(key, key.capitalize()) for key in (rows[0] if rows else {})}
        return sheet(f"Load {shape.number} by {by} {self.period}", rows, heads)

    def demand_table(self) -> Sheet:
        """Maximum demand by billing month, a row a child that made it."""
        demand = self.demand
        assert demand is not None
        unit = demand.unit
        columns = {
            "month": "Billing month", "start": f"Start ({demand.timezone})", "maximum": f"Maximum [{unit}]",
            "at": "At", "energy": f"Energy while known [{unit}h]", "load_factor": "Load factor [1]",
            "load_factor_share": "Known blocks [1]",
            "diversity_factor": "Diversity factor [1]", "diversity_reason": "Why no diversity factor",
            "completeness": "Complete [1]", "number": "Contributed by",
            "kw": "Contribution [kW]", "share": "Share [1]",
            "reason": "Why not known",
        }  # fmt: skip
        rows = [
            {**row, "month": month(row), **(child or {})} for row in demand.rows for child in _or_none(row["children"])
        ]
        return sheet(f"Maximum demand {demand.number} {self.period}", rows, columns)

    def _shape(self, number: str, text: str, by: str) -> LoadShape:
        return self.workbench.load_shape(number, text, by=by)

    def _billing_months(self, number: str, text: str, block: str, kind: str, unit: str) -> Demand:
        """The maximum of the whole billing months that a period touches: a part of one is no billing month."""
        period = parse_period(text, self.historian.zone, clock.now())
        around = Period(period.start - LONGEST_BILLING, period.end + LONGEST_BILLING, "")
        demand = self.workbench.demand(
            number, f"{around.start.isoformat()}/{around.end.isoformat()}", block=block, kind=kind, unit=unit
        )
        touched = tuple(
            row
            for row in demand.rows
            if _instant(row["start"]) < min(period.end, clock.now()) and _instant(row["end"]) > period.start
        )
        return replace(demand, rows=touched, total=len(touched))


SHAPE_HEADS = {
    "mean_kw": "Mean [kW]", "minimum_kw": "Minimum [kW]", "maximum_kw": "Maximum [kW]", "median_kw": "Median [kW]",
    "p10_kw": "10th percentile of days [kW]", "p90_kw": "90th percentile of days [kW]", "kw": "Exceeded [kW]",
    "share": "Share [1]", "energy_kwh": "Energy [kWh]", "hours": "Hours [h]",
}  # fmt: skip


def _or_none(children: list[ChildAtMaximum]) -> list[ChildAtMaximum] | list[None]:
    return children or [None]


def _cards(history: History, duration: LoadShape, period: str) -> list[Card]:
    whole = history.whole
    other = sum(point.get("other_kwh") or 0 for point in whole.rows)
    also = f"{amount(other, 'kWh')} {whole.other_name}" if other else period
    cards = [
        Card(f"Energy {whole.word}", amount(whole.total_kwh, "kWh"), also),
        Card("Maximum demand", amount(whole.peak_kw, "kW"), f"{whole.block_minutes} min, {moment(whole.peak_at)}"),
        Card("Load factor", percent(whole.load_factor), f"mean of the known blocks, {_of(whole.load_factor_share)}"),
        Card("Base load", amount(duration.base_kw, "kW"), duration.base_reason or "exceeded 95 % of the time"),
        Card("Mean load", amount(whole.mean_load_kw, "kW"), f"mean by registers, {_of(whole.mean_load_share)}"),
        Card("Data", percent(whole.completeness, 1), f"complete, {period}", _state(whole.completeness)),
    ]
    if (beside := history.comparison) is not None:
        known = "nothing known" if beside.before_kwh is None else amount(beside.before_kwh, "kWh")
        cards[1:1] = [
            Card("Change", signed(beside.change_percent), "by like days"),
            Card("Energy before", known, totals(beside.to_dict())),
        ]
    return cards


def _of(share: float) -> str:
    return f"{percent(share)} of the time"


def _state(share: float | None) -> str:
    return "red" if share is None or share < 0.8 else "yellow" if share < 0.98 else "green"


def _instant(iso: str) -> datetime:
    return datetime.fromisoformat(iso).astimezone(UTC)
