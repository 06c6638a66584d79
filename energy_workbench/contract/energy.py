"""Energy and power over time, of a meter, of all, of the nodes of the tree."""

from __future__ import annotations

from typing import Annotated, Any

from energy_workbench.contract.notes import Between, Every, Existing, Help, Longest, Period
from energy_workbench.contract.notes import MeterRef as MeterOf
from energy_workbench.contract.operation import operation
from energy_workbench.contract.results import (
    Balance,
    Comparison,
    Completeness,
    Demand,
    Energies,
    Intervals,
    LoadShape,
    Losses,
    Pattern,
    PowerFlow,
)
from energy_workbench.contract.words import AgainstText, BlockText, ByText, DemandKindText, DemandUnitText

TAG = "Energy"

MeterOrRoot = Annotated[str | None, Existing(), Help("Id or number; the site's root by default")]
Threshold = Annotated[float | None, Between(0, 100), Help("Above it a loss is a hotspot [%]; the site's by default")]


class EnergyContract:
    """What flowed, when, and where it was lost.

    A period is as people write it: `"today"`, `"last 7 days"`, `"2026-10"`, `"2026-10-01/2026-10-15"`.
    """

    @operation("GET", "/meters/{id}/intervals", "Energy and demand", tag=TAG, slow=True)
    def intervals(self, meter: MeterOf, period: Period = "today", *, every: Every = "15min") -> Intervals:
        """Energy [kWh, kvarh, kVAh], maximum 15-minute demand [kW], quality and completeness a bucket."""

    def consumption(self, meter: str, period: str = "last 7 days", *, every: str = "1h") -> Intervals:
        """Energy of a meter over a period; as `intervals`, with the resolution people look at."""
        return self.intervals(meter, period, every=every)

    @operation("GET", "/consumption/pattern", "Consumption over time", tag=TAG, slow=True)
    def pattern(
        self,
        meter: MeterOrRoot = None,
        period: Period | None = None,
        *,
        days: Annotated[int, Between(1, 3660), Help("Times 24 hours up to now, where no period is given")] = 7,
        every: Every = "1h",
        by: Annotated[
            ByText | None,
            Help("`day`, `week`, `month`; or how it is spread: `weekday-hour`, `hour`, `duration`, `shift`"),
        ] = None,
        shifts: Annotated[str | None, Longest(200), Help("As in `A 06:00, B 14:00, C 22:00`")] = None,
    ) -> Pattern | LoadShape:
        """Consumption over time with its total, peak and load factor; or, with `by`, how it is spread.

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

    def over_time(
        self, meter: str | None = None, period: str | None = None, *, days: int = 7, every: str = "1h"
    ) -> Pattern:
        """As `pattern` over time."""
        found = self.pattern(meter, period, days=days, every=every)
        assert isinstance(found, Pattern)
        return found

    def load_shape(
        self, meter: str | None, period: str, *, by: str = "weekday-hour", shifts: str | None = None
    ) -> LoadShape:
        """As `pattern` with `by`."""
        found = self.pattern(meter, period, by=by, shifts=shifts)
        assert isinstance(found, LoadShape)
        return found

    @operation("GET", "/consumption/comparison", "Beside an earlier time", tag=TAG, slow=True)
    def compare(
        self,
        meter: MeterOrRoot = None,
        period: Period = "last month",
        *,
        against: Annotated[
            AgainstText, Help("`previous` period (under a week: 7 days earlier), or a `year`: 364 days earlier")
        ] = "previous",
        every: Every = "1d",
    ) -> Comparison:
        """Energy a row, that of the earlier time beside it, and the change by like days; last month by default.

        Parameters
        ----------
        against : str
            `previous`: the period before, of less than a week the same span 7 days earlier; `year`: 364 days earlier.
        """

    @operation("GET", "/demand", "Maximum demand", tag=TAG, slow=True)
    def demand(
        self,
        meter: MeterOrRoot = None,
        period: Period = "this month",
        *,
        block: Annotated[BlockText, Help("Length: `15min`, `30min`, `60min`")] = "15min",
        kind: Annotated[DemandKindText, Help("`block`, or `sliding` by 15 minutes")] = "block",
        unit: Annotated[DemandUnitText, Help("`kw` or `kva`")] = "kw",
        billing_day: Annotated[
            int | None, Between(1, 31), Help("On which a billing month begins; the site's by default")
        ] = None,
    ) -> Demand:
        """Maximum demand of each billing month, when it was, load factor, and which children made it.

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

    @operation("GET", "/energies", "Energy of all meters", tag=TAG, slow=True)
    def energies(
        self,
        period: Period = "today",
        meter: Annotated[str | None, Existing(), Help("Only this one and those below it")] = None,
    ) -> Energies:
        """Energy, maximum demand and when, load factor and completeness of every meter over a period, at once."""

    @operation("GET", "/completeness", "Completeness of all meters by day", tag=TAG, slow=True)
    def completeness(self, period: Period = "last 30 days") -> Completeness:
        """Of each of the site's days, the share of its elapsed time that is known closely, and its worst quality."""

    @operation("GET", "/balance", "Losses of every node", tag=TAG, slow=True)
    def balance(
        self,
        period: Period = "today",
        meter: Annotated[str | None, Existing(), Help("This node and those below it; all by default")] = None,
        *,
        threshold_percent: Threshold = None,
    ) -> Balance:
        """What goes into each node of the tree, what comes out, and whether the loss means anything, in words.

        Parameters
        ----------
        meter : str, optional
            This node and those below it; the whole tree by default.
        threshold_percent : float, optional
            Above it a loss is a hotspot [% of the supply]; the setting `loss_threshold_percent` by default.
        """

    @operation("GET", "/balance/over-time", "Losses of a node over time", tag=TAG, slow=True)
    def losses(
        self,
        meter: Annotated[
            str | None, Existing(), Help("A meter with others below it; the site's root by default")
        ] = None,
        period: Period = "last 7 days",
        *,
        every: Every = "1d",
        threshold_percent: Threshold = None,
    ) -> Losses:
        """As the balance of one node, a row a bucket that has begun: since when it loses, and whether at night.

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

    @operation("GET", "/flow", "Where power or energy goes", tag=TAG, slow=True)
    def flow(self, period: Period | None = None) -> PowerFlow:
        """Nodes and links with losses: the energy of a period [kWh], or without one the power now [kW]."""

    def sankey(self, period: str | None = "today") -> Any:
        """The flow of energy of a period, or of power now (`None`), as a plotly figure."""
        return self.flow(period).figure()
