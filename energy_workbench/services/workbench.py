"""The façade on the files of a home: one set of answers for Python, REST, dashboards and reports."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar, cast

from energy_workbench.analytics import overview, summary
from energy_workbench.analytics.flow import Measured, branch, power_flow
from energy_workbench.analytics.live import describe, iso, never_heard
from energy_workbench.analytics.site_use import Absent
from energy_workbench.contract import results
from energy_workbench.contract.everything import WorkbenchContract
from energy_workbench.contract.results import (
    Balance,
    Comparison,
    Demand,
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
from energy_workbench.contract.rows.condition import Doctor, EventRow, FindingRow, StatementRow
from energy_workbench.contract.rows.flow import SiteFigures, SiteUsed
from energy_workbench.contract.rows.meters import MeterNode, MeterRow, RecordedReading
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import ConflictError, InputError, NotFoundError
from energy_workbench.domain.health.health_tracker import Condition, ratings
from energy_workbench.domain.health.limits import resolved
from energy_workbench.domain.meter_tree import nested
from energy_workbench.domain.pages import PATTERN
from energy_workbench.domain.paging import MOST, window
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.site.floor_plan import FloorPlan
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period, parse_instant
from energy_workbench.figures import result_figures
from energy_workbench.registry.meters.statements import newest
from energy_workbench.runtime import settings
from energy_workbench.runtime.paths import AnyPath
from energy_workbench.services.commands.review import Reviewing
from energy_workbench.services.commands.scheduling import Scheduling
from energy_workbench.services.commands.setup import Setup
from energy_workbench.services.files import floor_plan
from energy_workbench.services.files.transfer import Transfer
from energy_workbench.services.queries.energies import Energies
from energy_workbench.services.queries.plausible_readings import without_impossible
from energy_workbench.services.queries.raw import contradictions, posted, rows_of, scaled_to_primary
from energy_workbench.services.queries.trees import Stretch, stretches
from energy_workbench.services.rows.condition import event_row, finding_row, found_by_build, statement_row
from energy_workbench.services.rows.meters import chosen, meter_view

if TYPE_CHECKING:
    import threading

    import pandas as pd
    import pyarrow as pa

    from energy_workbench.lake import Reading

Answer = TypeVar("Answer")

TICK = timedelta(microseconds=1)
"""Between an instant and the next."""

STEPS = {"day": "1d", "week": "1w", "month": "1mo"}
"""Words of `pattern(by=…)` that stand for a resolution."""

STEADY_SECONDS = 2
"""For how long the dashboard's answer stands: many viewers cost as much as one [s]."""


result_figures.fill()


class Workbench(Setup, Reviewing, Scheduling, Transfer, WorkbenchContract):
    """A workbench on the files of a home; safe for threads.

    Parameters
    ----------
    settings : Settings
        Where registry, state, spool and lake are. Nothing is opened before it is asked for.
    """

    @classmethod
    def at(cls, home: AnyPath | None = None) -> Workbench:
        """The workbench of a home; of that which the environment names by default.

        Raises
        ------
        HomeError
            If the home was not initialised, or by a newer version.
        """
        workbench = cls(settings.load(home))
        workbench.registry.check()
        return workbench

    def __repr__(self) -> str:
        return f"Workbench.at({str(self.settings.home)!r})"

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
        parent = None if parent_id is None else self._meter(parent_id).key
        found = chosen(self._deleted() if deleted else self._meters(), type=type, status=status, parent=parent, text=q)
        shown = found[window(MOST if limit is None else limit, offset)]
        live, zone = self._live(shown if deleted else ()), self.zone
        rows = tuple(describe(meter, live.get(meter.key), zone) for meter in shown)
        return MeterTable(rows, len(found), zone.key)

    def meter(self, meter: str) -> MeterRow:
        return self.describe(self._meter(meter))

    def hierarchy(self) -> list[MeterNode]:
        live, zone = self._live(), self.zone
        return cast(list[MeterNode], nested(describe(meter, live.get(meter.key), zone) for meter in self._meters()))

    def status_summary(self) -> StatusSummary:
        return summary.status_summary(self._meters(), self._live())

    def readings(
        self,
        meter: str,
        period: str | None = None,
        quantities: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        scaled: bool = False,
        offset: int = 0,
        after: str | None = None,
    ) -> Readings:
        found = self._meter(meter)
        names = [quantity(name).name for name in quantities] if quantities else None
        zone = self.zone
        span = self._period(period) if period else None
        if span is None and limit is None:
            limit = 100
        wanted = window(MOST if limit is None else limit, offset)
        table = self.reader.readings(
            found.key,
            self._since(span, after),
            span.end if span else None,
            quantities=names,
            limit=None if limit is None else wanted.stop,
            newest=span is None,
        )
        table = table.slice(offset) if span else table.slice(0, max(0, len(table) - offset))
        if scaled:
            ratios = self.registry.ratios(found.id)
            made_for = ratings(found, ratios, self.registry.limits_of(found.key))
            table = without_impossible(scaled_to_primary(table, ratios), ratios, made_for)
        rows, shown = rows_of(table, zone, names)
        return Readings(rows, len(rows), found.id, found.number, zone.key, shown, scaled)

    def _since(self, span: Period | None, after: str | None) -> datetime | None:
        if after is None:
            return span.start if span else None
        if span is None:
            raise InputError("`after` needs a period")
        return max(span.start, parse_instant(after, self.zone) + TICK)

    def record(self, meter: str, readings: Sequence[Mapping[str, Any]]) -> list[RecordedReading]:
        found = self._meter(meter)
        zone, now = self.zone, clock.now()
        taken = posted(found.key, readings, zone, now)
        self._refuse_contradictions(found, taken)
        if refused := self.spool.add(taken).refused:
            # Somebody else was faster by a moment.
            raise ConflictError(f"another value was stored meanwhile: {refused[0].quantity} {refused[0].kept:g}")
        self._judge(found, taken, now)
        return [{"ts": iso(clock.from_micros(r.ts_us), zone), "values": r.values} for r in taken]

    def _judge(self, meter: Meter, taken: Sequence[Reading], now: datetime) -> None:
        """Findings of what was recorded, and, of a meter that is not polled, the state that follows."""
        before = self.state.read().get(meter.key) or Live(communication=never_heard(meter).communication)
        condition = Condition(meter, self.registry.ratios(meter.id), self.registry.limits_of(meter.key), before)
        state = before
        for reading in sorted(taken, key=lambda reading: reading.ts_us):
            at = clock.from_micros(reading.ts_us)
            seen = min(at, now)
            # What the collector polls it also keeps the live state of; nobody else does for the others.
            if meter.polled or (state.last_seen is not None and seen <= state.last_seen):
                condition.look(reading.values, at, judge=False)
            else:
                # Whether it is there, the age of its readings says, whoever brought them.
                fresh = Live(
                    communication=before.communication, error=before.error, last_seen=seen, values=reading.values
                )
                state = condition.judged(fresh, fresh=True)
        self.state.add_findings(condition.taken(final=True))
        if state is not before:
            self.state.write({meter.key: state}, {meter.key: before})

    def intervals(self, meter: str, period: str = "today", *, every: str = "15min") -> Intervals:
        found = self._meter(meter)
        span = self._period(period)
        energies = self._energies()
        rows = energies.rows(found, span, every)
        zone = self.zone
        return Intervals(
            rows=rows,
            total=len(rows),
            meter=found.id,
            number=found.number,
            name=found.name,
            start=span.start.astimezone(zone).isoformat(),
            end=span.end.astimezone(zone).isoformat(),
            every=every,
            timezone=zone.key,
        )

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
        if by is None or by in STEPS:
            return self.over_time(meter, period, days=days, every=STEPS[by] if by else every)
        return self.load_shape(meter, period or f"last {24 * days} hours", by=by, shifts=shifts)

    def over_time(
        self, meter: str | None = None, period: str | None = None, *, days: int = 7, every: str = "1h"
    ) -> Pattern:
        found = self._meter_or_root(meter)
        energies = self._energies()
        span = self._period(period) if period else energies.last_days(days, every)
        return energies.pattern(found, span, every)

    def load_shape(
        self, meter: str | None, period: str, *, by: str = "weekday-hour", shifts: str | None = None
    ) -> LoadShape:
        from energy_workbench.services.queries.shapes import load_shape_of

        found, span, shifts = self._meter_or_root(meter), self._period(period), shifts or self.settings.shifts
        return self._kept(
            ("shape", found.key, span.start, span.end, by, shifts),
            lambda: load_shape_of(self.reader, found, span, by, shifts=shifts, zone=self.zone),
        )

    def compare(
        self, meter: str | None = None, period: str = "last month", *, against: str = "previous", every: str = "1d"
    ) -> Comparison:
        from energy_workbench.services.queries.comparisons import Beside, check_rows, compared, earlier

        found, span, energies, zone = self._meter_or_root(meter), self._period(period), self._energies(), self.zone
        check_rows(span, every)
        before, now = earlier(span, against, zone), clock.now()
        mine, theirs = (energies.pattern(found, each, every) for each in (span, before))

        def make() -> Comparison:
            beside = Beside(self.reader, found, span, before, zone=zone, now=now)
            return compared(mine, theirs, against, beside, zone=zone, at=now)

        return self._kept(("compare", found.key, span.start, span.end, against, every), make)

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
        from energy_workbench.analytics.demand import Block
        from energy_workbench.services.queries.demands import demand

        found, span, how = self._meter_or_root(meter), self._period(period), Block.of(block, kind, unit)
        day = self.settings.billing_day if billing_day is None else billing_day
        return self._kept(
            ("demand", found.key, span.start, span.end, how, day),
            lambda: demand(self.reader, self._trees(span), found, span, block=how, billing_day=day, zone=self.zone),
        )

    def energies(self, period: str = "today", meter: str | None = None) -> results.Energies:
        meters, span = self._meters(), self._period(period)
        if meter is not None:
            meters = branch(meters, self._meter(meter).key)
        return self._energies().of_all(meters, span)

    def completeness(self, period: str = "last 30 days") -> results.Completeness:
        return self._energies().completeness(self._meters(), self._period(period))

    def balance(
        self, period: str = "today", meter: str | None = None, *, threshold_percent: float | None = None
    ) -> Balance:
        from energy_workbench.services.queries.balances import balance

        percent = self._threshold(threshold_percent)
        node, span = self._meter(meter) if meter else None, self._period(period)
        return self._kept(
            ("balance", span.start, span.end, node and node.key, percent),
            lambda: balance(
                self.reader,
                self._trees(span),
                span,
                absent=self._absent(span.end),
                threshold=percent / 100,
                zone=self.zone,
                profiles=self.settings.profiles_path,
                line=self._line(),
                node=node,
            ),
        )

    def losses(
        self,
        meter: str | None = None,
        period: str = "last 7 days",
        *,
        every: str = "1d",
        threshold_percent: float | None = None,
    ) -> Losses:
        from energy_workbench.services.queries.losses import losses

        percent = self._threshold(threshold_percent)
        node, span = self._meter_or_root(meter), self._period(period)
        return self._kept(
            ("losses", span.start, span.end, every, node.key, percent),
            lambda: losses(
                self.reader,
                self._trees(span),
                node,
                span,
                every,
                threshold=percent / 100,
                zone=self.zone,
                profiles=self.settings.profiles_path,
                line=self._line(),
            ),
        )

    def generation(self, period: str = "this month") -> Generation:
        return self._generation(self._period(period))

    def _generation(self, span: Period) -> Generation:
        from energy_workbench.services.generation.generations import generation

        return self._kept(
            ("generation", span.start, span.end),
            lambda: generation(
                self._energies(),
                self.reader,
                self._connected(span),
                self._absent(span.end),
                span,
                self._factors(),
                self.site()["country"],
                self.zone,
            ),
        )

    def compare_generation(self, period: str = "this month", *, against: str = "previous") -> GenerationComparison:
        from energy_workbench.services.generation.change import GenerationChange
        from energy_workbench.services.generation.parts import GenerationParts
        from energy_workbench.services.queries.comparisons import earlier

        span, zone, now = self._period(period), self.zone, clock.now()
        before = earlier(span, against, zone)
        meters = self._absent(span.end).without(self._meters_at(span.end))

        def make() -> GenerationComparison:
            parts = GenerationParts(self.reader, self._some_trees, self._factors(), zone)
            change = GenerationChange(
                self.reader, self._energies(), self._generation, parts, meters, zone=zone, now=now
            )
            return change.between(span, before, against)

        return self._kept(("compare generation", span.start, span.end, against), make)

    def floor_plan(self) -> FloorPlan | None:
        return floor_plan.read(self.settings.home)

    def remove_floor_plan(self) -> None:
        floor_plan.remove(self.settings.home)

    def set_floor_plan(self, content: bytes) -> FloorPlan:
        return floor_plan.write(self.settings.home, content)

    def flow(self, period: str | None = None) -> PowerFlow:
        live = self._live()
        if period is None:
            return overview.flow_now(self._meters(), live, clock.now(), self._threshold(None) / 100)
        span = self._period(period)
        meters = self._meters_at(span.end)
        energy, completeness = self._totals(meters, span)
        return power_flow(
            meters,
            energy,
            unit="kWh",
            colours=overview.colours(meters, live),
            completeness=completeness,
            start=iso(span.start, self.zone),
            end=iso(span.end, self.zone),
            threshold=self._threshold(None) / 100,
            balances={row["meter"]: row for row in self.balance(period).rows},
        )

    def overview(self, period: str = "today") -> Overview:
        energies = self._energies()
        tick = int(clock.now().timestamp() / STEADY_SECONDS)
        return self._cache.get(("overview", period, tick, energies.stamp), lambda: self._overview(period, energies))

    def site_figures(self, period: str = "today") -> SiteFigures:
        span = self._period(period)
        return self._site_figures(span, self._totals(self._meters_at(span.end), span)[1])

    def events(self, meter: str, period: str | None = None, *, limit: int = 100, offset: int = 0) -> list[EventRow]:
        wanted = window(limit, offset)
        start, end = self._span(period)
        zone, key = self.zone, self._known(meter).key
        return [event_row(event, zone) for event in self.state.events(key, start, end, wanted.stop)[wanted]]

    def history(
        self, period: str | None = None, meter: str | None = None, *, limit: int = 100, offset: int = 0
    ) -> list[StatementRow]:
        wanted = window(limit, offset)
        start, end = self._span(period)
        zone, numbers = self.zone, self._numbers()
        found = self.registry.stated(start, end, None if meter is None else self._known(meter).key)
        return [statement_row(each, numbers, zone) for each in newest(found, wanted.stop)[wanted]]

    def findings(
        self,
        meter: str | None = None,
        period: str | None = None,
        *,
        name: str | None = None,
        limit: int = 100,
        offset: int = 0,
    ) -> list[FindingRow]:
        wanted = window(limit, offset)
        start, end = self._span(period)
        zone, numbers = self.zone, self._numbers()
        key = None if meter is None else self._known(meter).key
        # Those of values are known to whoever reads them, those of counters to the build of intervals.
        found = [
            *self.state.findings(key, start, end, name, wanted.stop),
            *found_by_build(self.reader.lake, key, start, end, name),
        ]
        newest = sorted(found, key=lambda each: each.start, reverse=True)[wanted]
        return [finding_row(each, numbers, zone) for each in newest]

    def doctor(self, *, thorough: bool = False) -> Doctor:
        from energy_workbench.services.doctor.doctor import doctor

        return doctor(self.settings, thorough=thorough)

    def sql(self, text: str, *, max_rows: int = 100_000) -> pd.DataFrame:
        return self.sql_table(text, max_rows=max_rows).to_pandas()

    def sql_table(self, text: str, *, max_rows: int = 100_000) -> pa.Table:
        """As `sql`, as an Arrow table."""
        return self.reader.sql(text, meter_view(self.meters().rows), max_rows)

    def sql_json(self, text: str, *, max_rows: int, stop: threading.Event | None = None) -> bytes:
        """As `sql`, as the service gives it: JSON with `columns`, `types` and `rows`; ended when `stop` is set."""
        return self.reader.sql_json(text, meter_view(self.meters().rows), max_rows, stop)

    def _refuse_contradictions(self, meter: Meter, taken: Sequence[Reading]) -> None:
        instants = [reading.ts_us for reading in taken]
        start, end = clock.from_micros(min(instants)), clock.from_micros(max(instants) + 1)
        names = sorted({name for reading in taken for name in reading.values})
        stored = self.reader.readings(meter.key, start, end, quantities=names)
        if problems := contradictions(taken, stored):
            raise ConflictError("\n".join(["other values are stored already, and readings never change:", *problems]))

    def _overview(self, period: str, energies: Energies) -> Overview:
        meters, span, live, now = self._meters(), self._period(period), self._live(), clock.now()
        root, flow = overview.site_root(meters), self.flow(period)
        return overview.overview(
            site=self.site(),
            meters=meters,
            live=live,
            energy=self._totals(meters, span)[0],
            flow=flow,
            flow_of_now=overview.flow_now(meters, live, now, self._threshold(None) / 100),
            pattern=energies.pattern(root, self._period(PATTERN), "1h") if root else None,
            figures=self._site_figures(span, flow.completeness),
            absent=self._absent(now),
            period=period,
            now=now,
            zone=self.zone,
        )

    def _meters_at(self, instant: datetime) -> list[Meter]:
        """The tree as it was at an instant; the one of now for one that is ahead."""
        if instant >= clock.now():
            return self._meters()
        return self._cache.get(("meters", self.registry.revision(), instant), lambda: self.registry.meters(at=instant))

    def _totals(self, meters: Sequence[Meter], span: Period) -> tuple[dict[int, Measured], float]:
        """Energies of a period [kWh], without those of meters that were out of service in all of it."""
        energy, completeness = self._energies().totals(meters, span)
        if not all(meter.metered for meter in meters):
            been = {meter.key for stretch in self._trees(span) for meter in stretch.meters if meter.metered}
            energy = {key: measured for key, measured in energy.items() if key in been}
        return energy, completeness

    def _site_figures(self, span: Period, completeness: float) -> SiteFigures:
        """What the whole site used or why that is not known, its maximum demand, which share of the data is there."""
        from energy_workbench.services.queries.site_uses import site_peak, used

        def make() -> SiteUsed:
            absent, trees = self._absent(span.end), self._connected(span)
            use, (peak, at) = used(self._energies(), trees, span, self.zone), site_peak(self.reader, trees)
            return {
                "energy_kwh": None if use.kwh is None else round(use.kwh, 3),
                "energy_reason": use.reason,
                "demand_peak_kw": None if peak is None else round(peak, 3),
                "demand_peak_at": iso(at, self.zone),
                "left_out": absent.numbers,
            }

        return {**self._kept(("site", span.start, span.end), make), "completeness": completeness}

    def _absent(self, until: datetime) -> Absent:
        """What figures of the site do without at an instant: what was never connected until then."""
        from energy_workbench.services.queries.site_uses import never_connected

        return never_connected(self.reader, self._meters_at(until), min(until, clock.now()))

    def _connected(self, span: Period) -> list[Stretch]:
        """As `_trees`, at least one, without what was never connected until the end of the period."""
        absent = self._absent(span.end)
        return [replace(tree, meters=absent.without(tree.meters)) for tree in self._some_trees(span)]

    def _some_trees(self, span: Period) -> list[Stretch]:
        """As `_trees`, at least one."""
        return self._trees(span) or [Stretch(span.start, span.start, self._meters_at(span.start))]

    def _trees(self, span: Period) -> list[Stretch]:
        """The tree over the elapsed part of a period."""
        from energy_workbench.services.queries.aligned_energies import elapsed

        return stretches(self.registry.tree_changes(), self._meters_at, *elapsed(span))

    def _line(self) -> Callable[[Meter], float]:
        """The nominal voltage line to line of a meter [V]."""
        stored = self.registry.limits()
        site = stored.get(None, {})
        return lambda meter: resolved(site, stored.get(meter.key)).nominal_voltage(meter.ratio)

    def _threshold(self, percent: float | None) -> float:
        percent = self.settings.loss_threshold_percent if percent is None else percent
        if not 0 <= percent <= 100:
            raise InputError(f"{percent:g} % is no threshold of a loss: 0 to 100")
        return percent

    def _meter_or_root(self, meter: str | None) -> Meter:
        found = self._meter(meter) if meter else overview.site_root(self._meters())
        if found is None:
            raise NotFoundError("the site has no meters yet: import or create some first")
        return found

    def _kept(self, question: tuple[Hashable, ...], answer: Callable[[], Answer]) -> Answer:
        """An answer, made once for each version of configuration and intervals, and anew with each interval."""
        stamp = (self.registry.revision(), self.reader.version()[1], axis.floor_interval(clock.now()))
        return self._cache.get((*question, stamp), answer)

    def _known(self, ref: str) -> Meter:
        """A meter, also one that was deleted: what happened to it stays."""
        return self.registry.meter(ref, deleted=True)

    def _span(self, period: str | None) -> tuple[datetime | None, datetime | None]:
        span = self._period(period) if period else None
        return (span.start, span.end) if span else (None, None)

    def _deleted(self) -> list[Meter]:
        return [meter for meter in self.registry.meters(deleted=True) if meter.deleted_at is not None]
