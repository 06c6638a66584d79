"""The questions people ask: one set of methods, answered from the files or over the service."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from energy_workbench.answers.floor_plan import FloorPlan
from energy_workbench.core.result import DRAWN
from energy_workbench.core.results import (
    Balance,
    Comparison,
    Completeness,
    Demand,
    Energies,
    Generation,
    GenerationComparison,
    Intervals,
    LoadShape,
    Losses,
    MeterTable,
    Overview,
    Pattern,
    PowerFlow,
    Readings,
    StatusSummary,
)
from energy_workbench.figures.shown import shown

if TYPE_CHECKING:
    import pandas as pd


SITE_FIGURES = (
    "energy_kwh", "energy_reason", "demand_peak_kw", "demand_peak_at", "left_out", "completeness",
)  # fmt: skip
"""Figures of the site over a period among the cards of the overview."""

STEPS = {"day": "1d", "week": "1w", "month": "1mo"}
"""Words of `pattern(by=…)` that stand for a resolution."""


class Questions(ABC):
    """What a workbench answers.

    A meter is named by its number (`"UNIT-A"`) or id (`"mtr_12"`), a period as people write it
    (`"today"`, `"last 7 days"`, `"2026-10"`, `"2026-10-01/2026-10-15"`).
    """

    @abstractmethod
    def site(self) -> dict[str, Any]:
        """The plant: `name`, `timezone`, `country`, `currency`, `not_stated` and, where it is asked for, `advice`.

        Country and currency are None until somebody states them.
        """

    @abstractmethod
    def meters(
        self,
        *,
        type: str | None = None,
        status: str | None = None,
        parent_id: str | None = None,
        q: str | None = None,
        deleted: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> MeterTable:
        """Meters in the order of the tree, with their live state.

        Parameters
        ----------
        type, status, parent_id : str, optional
            Only those of that type or status, or below that parent (id or number).
        q : str, optional
            Only those with this text in number, name or location.
        deleted : bool
            Those that were deleted and can be restored, instead of those that live.
        """

    @abstractmethod
    def meter(self, meter: str) -> dict[str, Any]:
        """One meter with its live state.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        """

    @abstractmethod
    def hierarchy(self) -> list[dict[str, Any]]:
        """The tree: a list of roots, each meter with its `children`."""

    @abstractmethod
    def status_summary(self) -> StatusSummary:
        """How many meters are in which status, health, communication and colour."""

    @abstractmethod
    def readings(
        self,
        meter: str,
        period: str | None = None,
        quantities: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        scaled: bool = False,
    ) -> Readings:
        """Raw readings, oldest first.

        Parameters
        ----------
        period : str, optional
            All of it; without one the newest `limit` (100 by default).
        quantities : sequence of str, optional
            Canonical names; all that were read by default.
        limit : int, optional
            Most rows, 1 or more.
        scaled : bool
            Primary values, through the ratio valid at each instant, instead of what the meter reported.
        """

    @abstractmethod
    def intervals(self, meter: str, period: str = "today", *, every: str = "15min") -> Intervals:
        """Energy [kWh, kvarh, kVAh], maximum 15-minute demand [kW], quality and completeness a bucket."""

    def consumption(self, meter: str, period: str = "last 7 days", *, every: str = "1h") -> Intervals:
        """Energy of a meter over a period; as `intervals`, with the resolution people look at."""
        return self.intervals(meter, period, every=every)

    def pattern(
        self,
        meter: str | None = None,
        period: str | None = None,
        *,
        days: int = 7,
        every: str = "1h",
        by: str | None = None,
        shifts: str | None = None,
    ) -> Pattern | LoadShape:
        """Consumption over time with its total, peak and load factor; or how it is spread.

        Parameters
        ----------
        meter : str, optional
            The root of the site by default.
        period : str, optional
            By default `days` times 24 hours up to and with the bucket that is running; `last 7 days` is today and the
            six days before, as everywhere.
        by : str, optional
            `day`, `week`, `month`: over time in such steps. `weekday-hour`: a heat map; `hour`: the typical
            workday and weekend with its spread; `duration`: the load duration curve; `shift`: by shifts.
        shifts : str, optional
            Name and begin of each, the setting `shifts` by default: `"A 06:00, B 14:00, C 22:00"`.
        """
        if by is None or by in STEPS:
            return self.over_time(meter, period, days=days, every=STEPS[by] if by else every)
        return self.load_shape(meter, period or f"last {24 * days} hours", by=by, shifts=shifts)

    @abstractmethod
    def over_time(
        self, meter: str | None = None, period: str | None = None, *, days: int = 7, every: str = "1h"
    ) -> Pattern:
        """As `pattern` over time."""

    @abstractmethod
    def load_shape(
        self, meter: str | None, period: str, *, by: str = "weekday-hour", shifts: str | None = None
    ) -> LoadShape:
        """As `pattern` with `by`."""

    @abstractmethod
    def compare(
        self, meter: str | None = None, period: str = "last month", *, against: str = "previous", every: str = "1d"
    ) -> Comparison:
        """Consumption beside an earlier time, and how it has changed by like days.

        Parameters
        ----------
        against : str
            `previous`: the period before, of less than a week the same span 7 days earlier; `year`: 364 days earlier.
        """

    @abstractmethod
    def demand(
        self,
        meter: str | None = None,
        period: str = "this month",
        *,
        block: str = "15min",
        kind: str = "block",
        unit: str = "kw",
        billing_day: int | None = None,
    ) -> Demand:
        """Maximum demand of each billing month, when it was, and which children made it.

        Parameters
        ----------
        block : str
            `15min`, `30min` or `60min`.
        kind : str
            `block`, or `sliding`, which begins anew every 15 minutes.
        unit : str
            `kw` or `kva`.
        billing_day : int, optional
            Day on which a billing month begins, 1 to 31; the setting `billing_day` by default.
        """

    @abstractmethod
    def energies(self, period: str = "today", meter: str | None = None) -> Energies:
        """Energy, maximum demand and when, load factor and completeness of every meter over a period, at once.

        Parameters
        ----------
        meter : str, optional
            Only this one and those below it.
        """

    @abstractmethod
    def completeness(self, period: str = "last 30 days") -> Completeness:
        """How complete the data of every meter is on each day of a period, by one query."""

    @abstractmethod
    def balance(
        self, period: str = "today", meter: str | None = None, *, threshold_percent: float | None = None
    ) -> Balance:
        """What goes into each node of the tree, what comes out, and whether the loss means anything.

        Parameters
        ----------
        meter : str, optional
            This node and those below it; the whole tree by default.
        threshold_percent : float, optional
            Above it a loss is a hotspot [% of the supply]; the setting `loss_threshold_percent` by default.
        """

    @abstractmethod
    def losses(
        self,
        meter: str | None = None,
        period: str = "last 7 days",
        *,
        every: str = "1d",
        threshold_percent: float | None = None,
    ) -> Losses:
        """As `balance` of one node, bucket by bucket: since when it loses, and whether it does so at night.

        Parameters
        ----------
        meter : str, optional
            A meter with others below it; the root of the site by default.
        every : str
            Length of a bucket: `1h`, `1d`, `1w`, `1mo`, …

        Raises
        ------
        InputError
            If no meter is below this one.
        """

    @abstractmethod
    def generation(self, period: str = "this month") -> Generation:
        """Diesel and solar energy, run hours, fuel and emissions."""

    @abstractmethod
    def compare_generation(self, period: str = "this month", *, against: str = "previous") -> GenerationComparison:
        """Diesel and solar energy, fuel and emissions beside an earlier time, and how they have changed by like days.

        Parameters
        ----------
        against : str
            As of `compare`.
        """

    @abstractmethod
    def factors(self) -> list[dict[str, Any]]:
        """The emission factors that hold at the site, dated and sourced; `own` where the site stated them itself."""

    @abstractmethod
    def floor_plan(self) -> FloorPlan | None:
        """The picture on which the meters stand; None where the site has none."""

    @abstractmethod
    def flow(self, period: str | None = None) -> PowerFlow:
        """Where the energy of a period goes [kWh]; without a period, the power now [kW]."""

    @abstractmethod
    def overview(self, period: str = "today") -> Overview:
        """Everything that the dashboard shows: cards, flows, pattern and tree."""

    def site_figures(self, period: str = "today") -> dict[str, Any]:
        """Of the overview's cards those of a period: what the site used, its maximum demand, how complete that is.

        Returns
        -------
        dict
            `energy_kwh` [kWh], None where a part of it is not known or out of service, which `energy_reason` says;
            `demand_peak_kw` [kW] of the time in which all parts are known, `demand_peak_at`; `left_out`, numbers of
            the spares that were never connected; `completeness` [1].
        """
        cards = self.overview(period).cards
        return {name: cards[name] for name in SITE_FIGURES}

    @abstractmethod
    def events(self, meter: str, period: str | None = None, *, limit: int = 100) -> list[dict[str, Any]]:
        """When communication and health of a meter changed, newest first: `at, of, from, to, reason`.

        Parameters
        ----------
        period : str, optional
            All that is kept by default.
        limit : int
            Most of them.
        """

    @abstractmethod
    def history(self, period: str | None = None, meter: str | None = None, *, limit: int = 100) -> list[dict[str, Any]]:
        """What people stated of meters, newest first: `at, until, meter, number, of, text, reason, by, entered`.

        Status, CT/PT ratio, place in the tree, exchange of the device, decision on a step of a counter, edit of
        intervals (those that follow each other are one row, up to `until`). What was taken back is not among them.

        Parameters
        ----------
        period : str, optional
            What holds from an instant in it (`at`), whenever it was `entered`; all by default.
        meter : str, optional
            All by default.
        limit : int
            Most of them.
        """

    @abstractmethod
    def findings(
        self, meter: str | None = None, period: str | None = None, *, name: str | None = None, limit: int = 100
    ) -> list[dict[str, Any]]:
        """What is wrong with the data, newest first: `name, meter, number, quantity, from, to, text, value, evidence`.

        Parameters
        ----------
        meter : str, optional
            All by default.
        period : str, optional
            Those that touch it; all by default.
        name : str, optional
            Dotted, with those below it: `value` has `value.power_factor`.
        limit : int
            Most of them.
        """

    @abstractmethod
    def doctor(self, *, thorough: bool = False) -> dict[str, Any]:
        """How home, gateways and meters are, and what to do: `verdict, checks, gateways, meters`; changes nothing.

        Parameters
        ----------
        thorough : bool
            Check the databases page by page and call silent meters as well; takes some seconds.
        """

    @abstractmethod
    def sql(self, text: str, *, max_rows: int = 100_000) -> pd.DataFrame:
        """One SELECT over the views `readings`, `readings_long`, `intervals` and `meters`.

        Raises
        ------
        QueryError
            If it is no single SELECT, or fails.
        """

    def sankey(self, period: str | None = "today") -> Any:
        """The flow of energy of a period, or of power now (`None`), as a plotly figure."""
        return self.flow(period).figure()


def _power_flow(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.power_flow import power_flow

    return shown(power_flow(payload))


def _pattern(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.pattern import pattern

    return shown(pattern(payload))


def _status(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.status import distributions

    return shown(distributions(payload))


def _balance(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.balance import losses

    return shown(losses(payload))


def _losses(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.balance import over_time

    return shown(over_time(payload))


def _generation(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.generation import sources

    return shown(sources(payload))


def _load_shape(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.load_shape import load_shape

    return shown(load_shape(payload))


def _comparison(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.load_shape import comparison

    return shown(comparison(payload))


def _intervals(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.pattern import pattern

    items = payload["items"]
    # What it takes; of a meter that only delivers, what it delivers.
    taken, given = (sum(row[f"energy_{way}_kwh"] or 0.0 for row in items) for way in ("import", "export"))
    column = "energy_import_kwh" if taken or not given else "energy_export_kwh"
    peak = max((row["demand_kw"] for row in items if row["demand_kw"] is not None), default=None)
    points = [{**row, "energy_kwh": row[column]} for row in items]
    told = {"points": points, "total_kwh": max(taken, given), "peak_kw": peak, "peak_at": None}
    if len(items) > 1:
        # Rows end with the bucket that runs, the period may end later.
        last, before = (datetime.fromisoformat(row["start"]) for row in (items[-1], items[-2]))
        told["to"] = min(last + (last - before), datetime.fromisoformat(payload["to"])).isoformat()
    return shown(pattern({**payload, **told}))


def _energies(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.bars import energies

    return shown(energies(payload))


def _maxima(payload: dict[str, Any]) -> Any:
    from energy_workbench.figures.bars import maxima

    return shown(maxima(payload))


DRAWN.update({PowerFlow: _power_flow, Pattern: _pattern, StatusSummary: _status, Balance: _balance})
DRAWN[Losses] = _losses
DRAWN.update({LoadShape: _load_shape, Comparison: _comparison, Generation: _generation})
DRAWN.update({Intervals: _intervals, Energies: _energies, Demand: _maxima})
