"""How a load is spread over time: pattern, shape, maximum demand, and beside an earlier time."""

from __future__ import annotations

from typing import Annotated, overload

from energy_workbench.contract.energy import TAG
from energy_workbench.contract.notes import Between, Each, Edge, Every, Existing, Help, Kind, Longest, Many, Period
from energy_workbench.contract.operation import operation
from energy_workbench.contract.results import Comparison, Demand, LoadShape, Pattern
from energy_workbench.contract.results.several import Several
from energy_workbench.contract.words import AgainstText, BlockText, ByText, DemandKindText, DemandUnitText

MetersOrRoot = Annotated[str | Many | None, Each(), Existing(), Help("Id or number; the site's root by default")]
Days = Annotated[int, Kind.DAYS, Between(1, 3660), Help("Times 24 hours up to now, where no period is given")]
Shifts = Annotated[str | None, Longest(200), Help("As in `A 06:00, B 14:00, C 22:00`")]
MeterOrRoot = Annotated[str | None, Existing(), Help("Id or number; the site's root by default")]


class LoadContract:
    """The load of a meter."""

    @overload
    def pattern(
        self, meter: str | None = ..., period: Period | None = ..., *, days: int = ..., every: Every = ...,
        by: ByText | None = ..., shifts: str | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Pattern | LoadShape: ...  # fmt: skip
    @overload
    def pattern(
        self, meter: Many, period: Period | None = ..., *, days: int = ..., every: Every = ...,
        by: ByText | None = ..., shifts: str | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Several[Pattern | LoadShape]: ...  # fmt: skip
    @operation("GET", "/consumption/pattern", "Consumption over time", tag=TAG, slow=True)
    def pattern(
        self,
        meter: MetersOrRoot = None,
        period: Period | None = None,
        *,
        days: Days = 7,
        every: Every = "1h",
        by: Annotated[
            ByText | None,
            Help("`day`, `week`, `month`; or how it is spread: `weekday-hour`, `hour`, `duration`, `shift`"),
        ] = None,
        shifts: Shifts = None,
        start: Edge = None,
        end: Edge = None,
    ) -> Pattern | LoadShape | Several[Pattern | LoadShape]:
        """Consumption over time with its total, peak and load factor; or, with `by`, how it is spread.

        Parameters
        ----------
        meter : str, or several, optional
            The root of the site by default.
        period : optional
            By default `days` times 24 hours up to and with the bucket that is running; `last 7 days` is today and the
            six days before, as everywhere.
        by : str, optional
            `day`, `week`, `month`: over time in such steps. `weekday-hour`: a heat map; `hour`: the typical
            workday and weekend with its spread; `duration`: the load duration curve; `shift`: by shifts.
        shifts : str, optional
            Name and begin of each, the setting `shifts` by default: `"A 06:00, B 14:00, C 22:00"`.

        Returns
        -------
        Pattern or LoadShape
            A row a bucket: `start`, `energy_kwh`, `demand_kw`, `quality`, `completeness` [0 to 1], with `total_kwh`,
            `peak_kw`, `load_factor` [1]; with `by` a row a step of it, in kW and kWh. Of several meters a `Several`.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make too many rows.

        Examples
        --------
        >>> wb.pattern("UNIT-A", "2026-10", by="weekday-hour").figure()
        >>> {number: found.total_kwh for number, found in wb.pattern(["UNIT-A", "MAIN"], "2026-10").items()}
        """

    def over_time(
        self,
        meter: MeterOrRoot = None,
        period: Period | None = None,
        *,
        days: Days = 7,
        every: Every = "1h",
        start: Edge = None,
        end: Edge = None,
    ) -> Pattern:
        """As `pattern` over time.

        Returns
        -------
        Pattern
            A row a bucket, in kWh and kW.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make too many rows.

        Examples
        --------
        >>> wb.over_time("UNIT-A", "2026-10", every="1d").total_kwh
        """
        found = self.pattern(meter, period, days=days, every=every, start=start, end=end)
        assert isinstance(found, Pattern)
        return found

    def load_shape(
        self,
        meter: MeterOrRoot = None,
        period: Period = "last 7 days",
        *,
        by: str = "weekday-hour",
        shifts: Shifts = None,
        start: Edge = None,
        end: Edge = None,
    ) -> LoadShape:
        """As `pattern` with `by`.

        Returns
        -------
        LoadShape
            A row a step of `by`, in kW and kWh.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.

        Examples
        --------
        >>> wb.load_shape("UNIT-A", "2026-10", by="duration").base_kw
        """
        found = self.pattern(meter, period, by=by, shifts=shifts, start=start, end=end)
        assert isinstance(found, LoadShape)
        return found

    @overload
    def compare(
        self, meter: str | None = ..., period: Period = ..., *, against: AgainstText = ..., every: Every = ...,
        start: Edge = ..., end: Edge = ...,
    ) -> Comparison: ...  # fmt: skip
    @overload
    def compare(
        self, meter: Many, period: Period = ..., *, against: AgainstText = ..., every: Every = ...,
        start: Edge = ..., end: Edge = ...,
    ) -> Several[Comparison]: ...  # fmt: skip
    @operation("GET", "/consumption/comparison", "Beside an earlier time", tag=TAG, slow=True)
    def compare(
        self,
        meter: MetersOrRoot = None,
        period: Period = "last month",
        *,
        against: Annotated[
            AgainstText, Help("`previous` period (under a week: 7 days earlier), or a `year`: 364 days earlier")
        ] = "previous",
        every: Every = "1d",
        start: Edge = None,
        end: Edge = None,
    ) -> Comparison | Several[Comparison]:
        """Energy a row, that of the earlier time beside it, and the change by like days; last month by default.

        Parameters
        ----------
        against : str
            `previous`: the period before, of less than a week the same span 7 days earlier; `year`: 364 days earlier.

        Returns
        -------
        Comparison
            A row a bucket: `start`, `energy_kwh`, `before_start`, `before_kwh`, `change_percent`, …; with the change of
            all of it [%]. Of several meters a `Several` of these.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If period or resolution cannot be understood, or make more than 40,000 rows.

        Examples
        --------
        >>> wb.compare("UNIT-A", "2026-10", against="year").to_frame(index=True)[["energy_kwh", "before_kwh"]]
        """

    @overload
    def demand(
        self, meter: str | None = ..., period: Period = ..., *, block: BlockText = ..., kind: DemandKindText = ...,
        unit: DemandUnitText = ..., billing_day: int | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Demand: ...  # fmt: skip
    @overload
    def demand(
        self, meter: Many, period: Period = ..., *, block: BlockText = ..., kind: DemandKindText = ...,
        unit: DemandUnitText = ..., billing_day: int | None = ..., start: Edge = ..., end: Edge = ...,
    ) -> Several[Demand]: ...  # fmt: skip
    @operation("GET", "/demand", "Maximum demand", tag=TAG, slow=True)
    def demand(
        self,
        meter: MetersOrRoot = None,
        period: Period = "this month",
        *,
        block: Annotated[BlockText, Kind.EVERY, Help("Length: `15min`, `30min`, `60min`")] = "15min",
        kind: Annotated[DemandKindText, Help("`block`, or `sliding` by 15 minutes")] = "block",
        unit: Annotated[DemandUnitText, Help("`kw` or `kva`")] = "kw",
        billing_day: Annotated[
            int | None, Between(1, 31), Help("On which a billing month begins; the site's by default")
        ] = None,
        start: Edge = None,
        end: Edge = None,
    ) -> Demand | Several[Demand]:
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

        Returns
        -------
        Demand
            A row a billing month: `maximum` [kW or kVA], `at`, `energy` [kWh or kVAh], `load_factor` [1], `children`,
            …; of several meters a `Several` of these.

        Raises
        ------
        NotFoundError
            If there is no such meter.
        PeriodError
            If the period cannot be understood.
        InputError
            If there is no such block, kind or unit.

        Examples
        --------
        >>> wb.demand("MAIN", "2026-10", block="30min").rows[0]["maximum"]
        """
