"""Queries of readings and intervals, answered from one pinned version of lake and spool."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.presence import Heard
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.axis import INTERVAL_MICROS
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.domain.time.period import Period
from energy_workbench.energy.metering_period import LONGEST_DEMAND
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.interval_files import interval_source, no_intervals, of_meters
from energy_workbench.lake.metering import Grain, Grains, Rules, finest, measured
from energy_workbench.lake.metering import table as grain_table
from energy_workbench.lake.newest.hearing import Hearing
from energy_workbench.lake.newest.latest import as_table, holding, newest
from energy_workbench.lake.pinned_readings import PinnedReadings
from energy_workbench.lake.reading import MAX_OFFSET_MS
from energy_workbench.lake.rollups.file_facts import FileFacts
from energy_workbench.lake.rollups.folder import Rollups
from energy_workbench.lake.rollups.planning import Plan, plan
from energy_workbench.lake.storage import duck
from energy_workbench.lake.storage.data_files import is_thinned

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.matrix import Matrix
    from energy_workbench.lake.spool.spool import Spool
    from energy_workbench.lake.storage.snapshot import Snapshot

DAY_US = 86_400_000_000
_SLACK_US = MAX_OFFSET_MS * 1000
_TS = "slot + to_milliseconds(offset_ms)"
_BY_BUCKET = [("meter", "ascending"), ("bucket", "ascending")]


Note = Callable[[Collection[int] | None, int, int], None]


class Reader(PinnedReadings):
    """Answers questions; many threads may ask.

    Parameters
    ----------
    lake : Lake
    spool : Spool, optional
        Where the newest minutes are; without it only what was committed is seen.
    note : callable, optional
        Told of which meters' intervals are read (None is every one), from where to where [µs since 1970].
    metering : Rules, optional
        What the lake does not know of its meters' metering periods; by default none is stated, and months are UTC's.
    """

    def __init__(
        self, lake: Lake, spool: Spool | None = None, *, note: Note | None = None, metering: Rules | None = None
    ) -> None:
        super().__init__(lake, spool)
        self._rollups = Rollups(lake.path)
        self._facts = FileFacts(self._rollups)
        self._grains = Grains(self._facts.distant, metering)
        self._note = note or (lambda meters, start, end: None)  # noqa: ARG005
        self._hearing = Hearing()

    def version(self) -> tuple[int, ...]:
        """Changes whenever an answer may: versions of readings and intervals, and of the spool. For caches."""
        spooled = self.spool.revision() if self.spool else ()
        return (self.lake.readings.snapshot().version, self.lake.intervals.snapshot().version, *spooled)

    def quantities(self, meter: int) -> frozenset[str]:
        """Names of what was ever read of any meter in the lake, and of this one lately."""
        snapshot, spooled = self.pin([meter], None, None)
        return frozenset(self.names(snapshot, spooled))

    def thinned(self, meter: int, start: datetime, end: datetime) -> bool:
        """Whether of some readings of a meter between two instants only those are kept that intervals are made of."""
        files = self.lake.readings.snapshot().select(to_micros(start), to_micros(end), [meter])
        return any(map(is_thinned, files))

    def readings(
        self,
        meter: int,
        start: datetime | None = None,
        end: datetime | None = None,
        quantities: Sequence[str] | None = None,
        limit: int | None = None,
        newest: bool = False,
    ) -> pa.Table:
        """Readings of a meter as it reported them, oldest first.

        Parameters
        ----------
        start, end : datetime, optional
            Instants of the reads, half-open, aware.
        quantities : sequence of str, optional
            Columns; by default every quantity that has a value.
        limit : int, optional
            Most rows: the first ones, or with `newest` the last ones.

        Returns
        -------
        pyarrow.Table
            `ts` (UTC) and a column a quantity.

        Raises
        ------
        InputError
            If there is no quantity of that name.
        """
        import pyarrow as pa

        for name in quantities or ():
            quantity(name)
        low = None if start is None else to_micros(start)
        high = None if end is None else to_micros(end)
        snapshot, spooled = self.pin([meter], low, high)
        names = self.names(snapshot, spooled) if quantities is None else list(quantities)
        steps = self._spans(snapshot, low, high, meter, limit, newest)
        tables: list[pa.Table] = []
        for files, since, until in steps:
            tables.append(self._readings(files, spooled, meter, since, until, names, limit, newest))
            if limit is not None and sum(map(len, tables)) >= limit:
                break
        table = pa.concat_tables(reversed(tables) if newest else tables)
        if limit is not None:
            table = table.slice(max(0, len(table) - limit)) if newest else table.slice(0, limit)
        if quantities is None:
            table = table.select(["ts", *(name for name in names if table[name].null_count < len(table))])
        return table

    def readings_within(
        self, meter: int, spans: Sequence[tuple[datetime, datetime]], quantities: Sequence[str]
    ) -> pa.Table:
        """As `readings`, in some spans of time by one query.

        Parameters
        ----------
        spans : sequence of (datetime, datetime)
            Half-open, oldest first, none touching another; at least one.
        """
        import pyarrow as pa

        since, until = ([to_micros(edge) for edge in edges] for edges in zip(*spans, strict=True))
        snapshot, spooled = self.pin([meter], since[0], until[-1])
        source = self.source(snapshot.select(since[0], until[-1], [meter]), spooled, quantities)
        columns = "".join(f", {duck.name(name)}" for name in quantities)
        slots = f"slot >= make_timestamptz({since[0] - _SLACK_US}) AND slot < make_timestamptz({until[-1] + _SLACK_US})"
        query = f"""SELECT ts{columns} FROM (SELECT *, {_TS} AS ts FROM {source} WHERE meter = {int(meter)} AND {slots})
            ASOF JOIN spans ON ts >= since WHERE ts < until ORDER BY ts, spooled"""  # noqa: S608 - numbers, quoted names
        instant = pa.timestamp("us", "UTC")
        within = pa.table({"since": pa.array(since, instant), "until": pa.array(until, instant)})
        return arrow_readings.joined(self.run(query, spooled=self.typed(spooled, quantities), spans=within))

    def first(self, meters: Iterable[int]) -> dict[int, datetime]:
        """When the first reading of each meter was; a meter without one is not there."""
        keys = sorted(set(meters))
        if not keys:
            return {}
        snapshot, spooled = self.pin(keys, None, None)
        source = self.source(snapshot.select(None, None, keys), spooled, [])
        query = f"SELECT meter, epoch_us(min({_TS})) AS ts FROM {source} WHERE {of_meters(keys)} GROUP BY meter"  # noqa: S608
        rows = self.run(query, spooled=self.typed(spooled, [])).to_pylist()
        return {row["meter"]: from_micros(row["ts"]) for row in rows}

    def latest(self, meters: Iterable[int] | None = None, since: datetime | None = None) -> pa.Table:
        """The newest reading of each meter: `meter`, `ts` and a column a quantity.

        Parameters
        ----------
        meters : iterable of int, optional
            Every meter by default.
        since : datetime, optional
            Of a meter that was silent from this instant on there is none; by default of every one that ever spoke.
        """
        keys = None if meters is None else sorted(set(meters))
        snapshot, spooled = self.pin(keys, None, None)
        instants = newest(self._hearing.stored, snapshot, spooled, keys, None if since is None else to_micros(since))
        names = self.names(snapshot, spooled)
        source = self.source(holding(snapshot, instants), spooled, names)
        return self.run(
            f"""SELECT meter, ts, * EXCLUDE (meter, ts, slot, offset_ms, spooled)
            FROM (SELECT *, {_TS} AS ts FROM {source}) JOIN newest USING (meter, ts)
            QUALIFY row_number() OVER (PARTITION BY meter ORDER BY spooled) = 1 ORDER BY meter""",  # noqa: S608
            spooled=self.typed(spooled, names),
            newest=as_table(instants),
        )

    def heard(self, meters: Sequence[int], until: datetime) -> dict[int, Heard]:
        """How readings of these meters came lately; a meter without one is not there.

        Costs a look at what is new since the last call.

        Parameters
        ----------
        until : datetime
            Readings after it do not count.
        """
        if not meters:
            return {}
        return self._hearing.heard(self.lake.readings.snapshot, self.spool, meters, to_micros(until))

    def intervals(
        self,
        meters: Iterable[int] | None,
        start: datetime,
        end: datetime,
        columns: Sequence[str] | None = None,
        *,
        shortest: int | None = None,
    ) -> pa.Table:
        """Intervals that start in a span, by meter and start, with all or some of the table's columns.

        Parameters
        ----------
        shortest : int, optional
            The shortest time that is looked at [min]: what is measured at that grain has the quality and completeness
            of what is measured by itself (`lake.metering`). By default as the table has them.
        """
        source, where = self._intervals(meters, to_micros(start), to_micros(end))
        chosen = ", ".join(map(duck.name, columns or no_intervals().column_names))
        tables = {"no_intervals": no_intervals()}
        if shortest is not None and (grains := self.periods(meters, start, end, most=shortest)):
            source, where = measured(source, where, shortest), "true"
            tables["grains"] = grain_table(grains)
        query = f"SELECT {chosen} FROM {source} WHERE {where} ORDER BY meter, start"  # noqa: S608
        return self.run(query, **tables)

    def periods(
        self, meters: Iterable[int] | None, start: datetime, end: datetime, *, most: int | None = None
    ) -> list[Grain]:
        """Metering periods longer than an interval, of meters by calendar month, by meter and time.

        Parameters
        ----------
        meters : iterable of int or None
            None is every meter.
        most : int, optional
            No longer ones than this [min].
        """
        keys = None if meters is None else sorted({int(meter) for meter in meters})
        snapshot = self.lake.intervals.snapshot()
        grains = self._grains.of(snapshot, keys, to_micros(start), to_micros(end), self._note)
        return [grain for grain in grains if most is None or grain.minutes <= most]

    def begun(self) -> dict[int, datetime]:
        """Start of the first interval of each measured meter of which something is known, by key."""
        return self._facts.begun(self.lake.intervals.snapshot(), self._grains.zone)

    def stored(self, meters: Iterable[int], span: Period) -> Period | None:
        """The part of a period outside of which there is no interval of these meters; None where there is none in it.

        Costs no look at a file.
        """
        extent = self.lake.intervals.snapshot().extent(meters)
        if extent is None:
            return None
        start, end = max(to_micros(span.start), extent[0]), min(to_micros(span.end), extent[1] + INTERVAL_MICROS)
        return Period(from_micros(start), from_micros(end), "") if start < end else None

    def energy(
        self,
        meters: Iterable[int] | None,
        edges: Sequence[datetime],
        now: datetime | None = None,
        *,
        peaks: bool = False,
    ) -> pa.Table:
        """Energy and demand by meter and bucket, from sums by day where buckets are made of days (`lake.rollups`).

        Parameters
        ----------
        meters : iterable of int or None
            None is every meter.
        edges : sequence of datetime
            Ascending, n + 1 for n buckets; an interval belongs to the bucket in which it starts.
        now : datetime, optional
            A bucket that is running is complete when it is up to here.
        peaks : bool
            Adds `export_demand_kw`, and `active_of_apparent`, `active_of_reactive` [kWh], with which power factors
            add up; and of import and export each `block_…_kwh`, `…_blocks`, `greatest_…_kwh` (sum, number and greatest
            of complete intervals, those too coarse for a maximum too) and `…_hours` (that the register spans).

        Returns
        -------
        pyarrow.Table
            `meter`, `bucket` (0 to n - 1), `energy_import_kwh`, `energy_export_kwh`,
            `energy_reactive_kvarh`, `energy_apparent_kvah`, `demand_kw` (greatest of complete intervals that
            were measured, or of blocks as long as the meter's period up to an hour), `power_factor`, `quality` (the
            worst), `completeness` (share of the bucket known closely, at the grain of the buckets: see
            `lake.metering`). Buckets of which nothing is known are absent.
        """
        from energy_workbench.lake.buckets import edge_table, finished, sums_query
        from energy_workbench.lake.rollups.daily_sums import added_query

        at = [to_micros(edge) for edge in edges]
        keys = None if meters is None else list(meters)
        source, where = self._intervals(keys, at[0], at[-1])
        grains, shortest = self._at_grain(keys, edges, now)

        def of_intervals(where: str) -> str:
            return sums_query(source, where, at, peaks=peaks, shortest=shortest)

        def rolled(plan: Plan, where: str) -> str:
            return added_query(plan.rolled, plan.rest, where, at, peaks=peaks)

        tables = {"buckets": edge_table(at), "no_intervals": no_intervals(), "grains": grain_table(grains)}
        sums = self._answered(keys, at, grains, where, rolled, of_intervals, tables).sort_by(_BY_BUCKET)
        return finished(sums, at, None if now is None else to_micros(now))

    def _answered(
        self,
        keys: Sequence[int] | None,
        edges: Sequence[int],
        grains: Iterable[Grain],
        where: str,
        rolled: Callable[[Plan, str], str],
        of_intervals: Callable[[str], str],
        tables: Mapping[str, pa.Table],
    ) -> pa.Table:
        """The answer of one query about sums by day, of the meters that have some, and of another about intervals.

        Parameters
        ----------
        keys, edges
            Meters, None is every one, and edges of buckets [µs since 1970].
        where : str
            The condition that picks meters and span.
        rolled, of_intervals : callable
            Give the queries, each of a condition.
        """
        planned = plan(self._rollups, self.lake.intervals.snapshot(), keys, edges, self._grains.zone)
        if planned is not None:
            # What a day of these is worth depends on the shortest time of the question, or on what they are made of.
            apart = sorted({grain.meter for grain in grains} | self._made(keys, edges[0], edges[-1]))
            query = rolled(planned, f"{where} AND NOT ({of_meters(apart)})" if apart else where)
            if apart:
                query = f"({query}) UNION ALL BY NAME ({of_intervals(f'{where} AND {of_meters(apart)}')})"
            try:
                return self.run(query, **tables)
            except LakeError:
                # Sums may be lost or damaged at any time: intervals tell the same.
                if not self._rollups.mended(planned.files):
                    raise
        return self.run(of_intervals(where), **tables)

    def _made(self, meters: Iterable[int] | None, low: int, high: int) -> set[int]:  # noqa: ARG002
        """Those of these meters that are calculated in a span [µs since 1970]: none is."""
        return set()

    def _at_grain(
        self, meters: Iterable[int] | None, edges: Sequence[datetime], now: datetime | None = None
    ) -> tuple[list[Grain], int | None]:
        """Metering periods that buckets with these edges can tell, and the shortest time they look at [min]."""
        asked = None if meters is None else list(meters)
        if not (grains := self.periods(asked, edges[0], edges[-1])):
            return [], None
        # What runs now has an edge where nothing was read yet.
        running = to_micros(now or clock.now()) // INTERVAL_MICROS * INTERVAL_MICROS
        over = [edge for edge in map(to_micros, edges) if edge < running]
        return grains, finest(over, self._grains.zone)

    def block_minutes(
        self, meters: Iterable[int], edges: Sequence[datetime], now: datetime | None = None
    ) -> dict[int, int]:
        """Of meters whose demand in `energy` is that of longer blocks than an interval, the longest of them [min]."""
        grains, shortest = self._at_grain(meters, edges, now)
        longest = min(shortest or 0, LONGEST_DEMAND)
        minutes: dict[int, int] = {}
        for grain in grains:
            if grain.minutes <= longest:
                minutes[grain.meter] = max(minutes.get(grain.meter, 0), grain.minutes)
        return minutes

    def energy_of(self, intervals: pa.Table, edges: Sequence[datetime], now: datetime | None = None) -> pa.Table:
        """As `energy`, of intervals that are not stored: such as a rehearsed build gives them."""
        from energy_workbench.lake.buckets import edge_table, finished, sums_query

        at = [to_micros(edge) for edge in edges]
        sums = self.run(sums_query("given", "true", at, peaks=False), buckets=edge_table(at), given=intervals)
        return finished(sums, at, None if now is None else to_micros(now))

    def first_at(self, column: str, peaks: Mapping[int, float], start: datetime, end: datetime) -> dict[int, datetime]:
        """When meters first had their greatest demand in a span.

        Parameters
        ----------
        column : {"demand_kw", "export_demand_kw"}
        peaks : mapping of int to float
            By key of the meter, as `energy` gives them.
        """
        from energy_workbench.lake.buckets import first_query
        from energy_workbench.lake.rollups import daily_sums

        if not peaks:
            return {}
        at = [to_micros(start), to_micros(end)]
        source, where = self._intervals(peaks, *at)
        grains, shortest = self._at_grain(peaks, [start, end])
        tables = {"no_intervals": no_intervals(), "grains": grain_table(grains)}

        def of_intervals(where: str) -> str:
            return first_query(source, where, column, peaks, shortest)

        def rolled(plan: Plan, where: str) -> str:
            return daily_sums.first_query(plan.rolled, plan.rest, where, column, peaks)

        rows = self._answered(list(peaks), at, grains, where, rolled, of_intervals, tables).to_pylist()
        if unsure := sorted(row["meter"] for row in rows if row.get("unsure")):
            again = self.run(of_intervals(f"{where} AND {of_meters(unsure)}"), **tables).to_pylist()
            rows = [row for row in rows if not row.get("unsure")] + again
        return {row["meter"]: from_micros(row["at"]) for row in rows}

    def matrices(
        self,
        meters: Sequence[int],
        start: datetime,
        end: datetime,
        whole: float,
        *,
        estimated: bool = False,
        shortest: int | None = None,
    ) -> Iterator[Matrix]:
        """Intervals of meters side by side, a stretch of time after the other.

        Parameters
        ----------
        start, end : datetime
            On interval edges, half-open.
        whole : float
            Intervals less complete than this are not known closely [0 to 1].
        estimated : bool
            Takes estimates too of which no part is unknown; only actual intervals by default.
        shortest : int, optional
            As of `intervals`.
        """
        from energy_workbench.lake.matrix import matrices

        span = to_micros(start), to_micros(end)
        self._note(meters, *span)
        grains = [] if shortest is None else self.periods(meters, start, end, most=shortest)
        at_grain = (grains, shortest) if grains and shortest is not None else None
        return matrices(self.lake.intervals.snapshot(), meters, *span, whole, estimated=estimated, at_grain=at_grain)

    def sql(self, text: str, meters: pa.Table, max_rows: int = 100_000, *, parameters: str | None = None) -> pa.Table:
        """Answer one SELECT that a user wrote, over the documented views, in a process of its own.

        Parameters
        ----------
        meters : pyarrow.Table
            The view `meters`; must have `key` and `number`.
        parameters : str, optional
            Values that are bound to it, as JSON (`domain.fields.query_parameters`).
        max_rows : int
            More rows than this are refused.

        Raises
        ------
        QueryError
            If it is not one SELECT, fails, takes too long, gives too much or crashes.
        """
        import pyarrow as pa

        return pa.ipc.open_stream(self._asked(text, parameters, meters, "arrow", max_rows)).read_all()

    def sql_json(
        self,
        text: str,
        meters: pa.Table,
        max_rows: int,
        stop: threading.Event | None = None,
        *,
        parameters: str | None = None,
    ) -> bytes:
        """As `sql`, as JSON: `columns`, `types` (Arrow's) and `rows`; ended when `stop` is set."""
        return self._asked(text, parameters, meters, "json", max_rows, stop)

    def _asked(
        self,
        text: str,
        parameters: str | None,
        meters: pa.Table,
        form: str,
        max_rows: int,
        stop: threading.Event | None = None,
    ) -> bytes:
        from energy_workbench.lake.user_sql.host import asked
        from energy_workbench.lake.user_sql.views import MEASURED

        snapshot, spooled = self.pin(None, None, None)
        spooled = self.typed(spooled, self.names(snapshot, spooled))
        intervals = self.lake.intervals.snapshot()
        calculated = self.calculated(intervals, MEASURED)
        return asked((snapshot, intervals), spooled, calculated, text, parameters, meters, form, max_rows, stop)

    def calculated(self, snapshot: Snapshot, measured: str) -> str:  # noqa: ARG002
        """SQL of the intervals of calculated meters, from the relation of all measured ones; empty: there are none."""
        return ""

    def _spans(
        self, snapshot: Snapshot, low: int | None, high: int | None, meter: int, limit: int | None, newest: bool
    ) -> list[tuple[list[str], int | None, int | None]]:
        """Spans to look at one after the other: the whole, or with a limit day by day."""
        if limit is None:
            return [(snapshot.select(low, high, [meter]), low, high)]
        chosen = set(snapshot.select(low, high, [meter]))
        days = sorted({file.first_us // DAY_US for file in snapshot.files if file.path in chosen and file.first_us > 0})
        inner = [day * DAY_US for day in days[1:] if low is None or day * DAY_US > low]
        edges = [low, *inner, high]
        spans = [(snapshot.select(a, b, [meter]), a, b) for a, b in itertools.pairwise(edges)]
        return spans[::-1] if newest else spans

    def _readings(
        self,
        files: list[str],
        spooled: pa.Table,
        meter: int,
        low: int | None,
        high: int | None,
        names: Sequence[str],
        limit: int | None,
        newest: bool,
    ) -> pa.Table:
        import pyarrow as pa

        where = [f"meter = {int(meter)}"]
        if low is not None:
            where += [f"slot >= make_timestamptz({low - _SLACK_US})", f"ts >= make_timestamptz({low})"]
        if high is not None:
            where += [f"slot < make_timestamptz({high + _SLACK_US})", f"ts < make_timestamptz({high})"]
        source = self.source(files, spooled, names)
        columns = "".join(f", {duck.name(name)}" for name in names)
        # A reading may come in parts, from lake and spool.
        bound = "" if limit is None else f" LIMIT {2 * int(limit)}"
        query = f"""SELECT ts{columns} FROM (SELECT *, {_TS} AS ts FROM {source}) WHERE {" AND ".join(where)}
            ORDER BY ts {"DESC" if newest else "ASC"}, spooled{bound}"""  # noqa: S608 - numbers and quoted names
        table = arrow_readings.joined(self.run(query, spooled=self.typed(spooled, names)))
        return table.take(pa.array(range(len(table) - 1, -1, -1), pa.int64())) if newest else table

    def _intervals(self, meters: Iterable[int] | None, low: int, high: int) -> tuple[str, str]:
        """SQL of the files with these intervals, and the condition that picks them."""
        keys = None if meters is None else sorted({int(meter) for meter in meters})
        self._note(keys, low, high)
        source = interval_source(self.lake.intervals.snapshot(), low, high, keys)
        where = f"start >= make_timestamptz({low}) AND start < make_timestamptz({high})"
        if keys is not None:
            where += f" AND {of_meters(keys)}"
        return source, where
