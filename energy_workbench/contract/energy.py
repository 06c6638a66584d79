"""Energy of a meter over time and of all meters, where it goes, and where it is lost."""

from __future__ import annotations

from typing import Annotated, Any, overload

from energy_workbench.contract.notes import (
    Between,
    ByPosition,
    Each,
    Edge,
    Every,
    Existing,
    Help,
    Many,
    MeterRef,
    Named,
    Period,
)
from energy_workbench.contract.operation import operation
from energy_workbench.contract.results import Balance, Completeness, Energies, Intervals, Losses, PowerFlow
from energy_workbench.contract.results.several import Several
from energy_workbench.contract.rows.energy import MeteringPeriodRow

TAG = "Energy"

Meters = Annotated[
    str | Many, Each(), Existing(), Named("id"), Help("Id (`mtr_12`) or number (`UNIT-A`) of the meter.")
]
Threshold = Annotated[float | None, Between(0, 100), Help("Above it a loss is a hotspot [%]; the site's by default")]

Few = Annotated[
    int | None, Between(1, 1000), Help("Of more meters below one so many of the largest, the others as one; all")
]


class EnergyContract:
    """What flowed, when, and where it was lost."""

    @overload
    def intervals(
        self, meter: str, period: Period = ..., *, every: Every = ..., start: Edge = ..., end: Edge = ...
    ) -> Intervals: ...
    @overload
    def intervals(
        self, meter: Many, period: Period = ..., *, every: Every = ..., start: Edge = ..., end: Edge = ...
    ) -> Several[Intervals]: ...
    @operation("GET", "/meters/{id}/intervals", "Energy and demand", tag=TAG, slow=True)
    def intervals(
        self, meter: Meters, period: Period = "today", *, every: Every = "15min", start: Edge = None, end: Edge = None
    ) -> Intervals | Several[Intervals]:
        """Energy [kWh, kvarh, kVAh], maximum 15-minute demand [kW], quality and completeness a bucket.

        Returns
        -------
        Intervals
            A row a bucket that has begun: `start` (it is labelled by it), `energy_import_kwh`, `energy_export_kwh`,
            `energy_reactive_kvarh`, `energy_apparent_kvah`, `demand_kw`, `power_factor` [1], `quality`, `completeness`
            [0 to 1]. Primary values; what is not known is None, never zero. Of several meters a `Several` of these.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make too many rows.

        Examples
        --------
        >>> wb.intervals("UNIT-A", "2026-10-05", every="15min").to_frame(index=True)
        """

    @overload
    def consumption(
        self, meter: str, period: Period = ..., *, every: Every = ..., start: Edge = ..., end: Edge = ...
    ) -> Intervals: ...
    @overload
    def consumption(
        self, meter: Many, period: Period = ..., *, every: Every = ..., start: Edge = ..., end: Edge = ...
    ) -> Several[Intervals]: ...
    def consumption(
        self,
        meter: Meters,
        period: Period = "last 7 days",
        *,
        every: Every = "1h",
        start: Edge = None,
        end: Edge = None,
    ) -> Intervals | Several[Intervals]:
        """Energy of a meter over a period; as `intervals`, with the resolution people look at.

        Returns
        -------
        Intervals
            A row a bucket that has begun, with energies [kWh, kvarh, kVAh], maximum 15-minute demand [kW], quality and
            completeness. Of several meters a `Several` of these.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make too many rows.

        Examples
        --------
        >>> wb.consumption("UNIT-A", "last 7 days", every="1h").figure()
        >>> wb.consumption(["UNIT-A", "MAIN"], start="2026-10-05", end="2026-10-07", every="1d").to_frame()
        """
        return self.intervals(meter, period, every=every, start=start, end=end)

    @overload
    def energies(
        self, period: Period = ..., *, meter: str | None = ..., start: Edge = ..., end: Edge = ...
    ) -> Energies: ...
    @overload
    def energies(
        self, period: Period = ..., *, meter: Many, start: Edge = ..., end: Edge = ...
    ) -> Several[Energies]: ...
    @operation("GET", "/energies", "Energy of all meters", tag=TAG, slow=True)
    def energies(
        self,
        period: Period = "today",
        *,
        meter: Annotated[
            str | Many | None, Each(), ByPosition(), Existing(), Help("Only this one and those below it")
        ] = None,
        start: Edge = None,
        end: Edge = None,
    ) -> Energies | Several[Energies]:
        """Energy, maximum demand and when, load factor and completeness of every meter over a period, at once.

        Returns
        -------
        Energies
            A row a meter in the order of the tree: `number`, `energy_import_kwh`, `energy_export_kwh`, `total_kwh`,
            `peak_kw`, `peak_at`, `load_factor` [1], `completeness` [0 to 1], …; None is not known.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.energies("2026-10").to_frame().nlargest(5, "total_kwh")
        """

    @operation("GET", "/meters/{id}/metering-periods", "How often its register is read", tag=TAG, slow=True)
    def metering_periods(
        self, meter: MeterRef, period: Period = "last 12 months", *, start: Edge = None, end: Edge = None
    ) -> list[MeteringPeriodRow]:
        """How often a meter's register is read, by calendar month: as people stated it, or as its readings tell.

        What is measured at that grain is measured: half hours and longer of a meter that is read every half hour.

        Returns
        -------
        list of dict
            `start, end, period, stated`, oldest first; `period` is `15min` where each interval is measured by itself.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.metering_periods("UNIT-A", "2026")
        """

    @operation("GET", "/completeness", "Completeness of all meters by day", tag=TAG, slow=True)
    def completeness(self, period: Period = "last 30 days", *, start: Edge = None, end: Edge = None) -> Completeness:
        """Of each of the site's days, the share of its elapsed time that is known closely, and its worst quality.

        Returns
        -------
        Completeness
            A row a meter, with a value a day [0 to 1]; as a frame a row a meter and day.

        Raises
        ------
        PeriodError
            If the period cannot be understood, or makes more than 3,000,000 values.

        Examples
        --------
        >>> wb.completeness("last 7 days").to_frame().pivot(index="number", columns="day", values="completeness")
        """

    @operation("GET", "/balance", "Losses of every node", tag=TAG, slow=True)
    def balance(
        self,
        period: Period = "today",
        *,
        meter: Annotated[
            str | None, ByPosition(), Existing(), Help("This node and those below it; all by default")
        ] = None,
        threshold_percent: Threshold = None,
        each: Few = None,
        start: Edge = None,
        end: Edge = None,
    ) -> Balance:
        """What goes into each node of the tree, what comes out, and whether the loss means anything, in words.

        Parameters
        ----------
        meter : str, optional
            This node and those below it; the whole tree by default.
        threshold_percent : float, optional
            Above it a loss is a hotspot [% of the supply]; the setting `loss_threshold_percent` by default.
        each : int, optional
            Of more meters below a node only so many of the largest are told of, the others as one child with their
            sums (`folded` says how many), and nothing of `meters`; all of them by default.

        Returns
        -------
        Balance
            A row a node: `supply_kwh`, `demand_kwh`, `loss_kwh`, `loss_percent`, `uncertainty_kwh`, `completeness`
            [0 to 1], `verdict`; and `lost`, all nodes together.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.balance("2026-10").to_frame()[["number", "loss_kwh", "uncertainty_kwh", "verdict"]]
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
        start: Edge = None,
        end: Edge = None,
    ) -> Losses:
        """As the balance of one node, a row a bucket that has begun: since when it loses, and whether at night.

        Parameters
        ----------
        meter : str, optional
            A meter with others below it; the root of the site by default.
        every : str
            Length of a bucket: `1h`, `1d`, `1w`, `1mo`, …

        Returns
        -------
        Losses
            A row a bucket: `start` and the columns of a balance [kWh, %, 0 to 1].

        Raises
        ------
        InputError
            If no meter is below this one.
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make too many rows.

        Examples
        --------
        >>> wb.losses("MAIN", "last 7 days", every="1d").to_frame(index=True)["loss_kwh"]
        """

    @operation("GET", "/flow", "Where power or energy goes", tag=TAG, slow=True)
    def flow(
        self,
        period: Period | None = None,
        *,
        meter: Annotated[str | None, Existing(), Help("This one and those below it; all by default")] = None,
        each: Few = None,
        start: Edge = None,
        end: Edge = None,
    ) -> PowerFlow:
        """Nodes and links with losses: the energy of a period [kWh], or without one the power now [kW].

        Parameters
        ----------
        meter : str, optional
            This one and those below it, without what comes from above; the whole tree by default.
        each : int, optional
            Of more meters below one only so many of the largest are nodes, the others one node with their sums
            (`folded` says how many); all of them by default.

        Returns
        -------
        PowerFlow
            `links`, a row each: `source`, `target`, `value` [`unit`], `kind`; and `nodes`.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.flow("yesterday").to_frame()
        """

    def sankey(self, period: Period | None = "today", *, start: Edge = None, end: Edge = None) -> Any:
        """The flow of energy of a period, or of power now (`None`), as a plotly figure.

        Returns
        -------
        plotly.graph_objects.Figure
            Energies in kWh, power in kW.

        Raises
        ------
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.sankey("today")
        """
        return self.flow(period, start=start, end=end).figure()
