"""Energy out of the interval table: the one place between the lake and every number people read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from energy_workbench.analytics import buckets
from energy_workbench.analytics.completeness import completeness
from energy_workbench.analytics.energies import energies, peaks
from energy_workbench.analytics.flow import Measured
from energy_workbench.analytics.pattern import demand_column, pattern
from energy_workbench.contract import results
from energy_workbench.contract.results import Pattern
from energy_workbench.contract.rows.energy import IntervalRow
from energy_workbench.domain import maxima
from energy_workbench.domain.entities import Meter
from energy_workbench.domain.errors import PeriodError, printable
from energy_workbench.domain.time import axis, clock
from energy_workbench.domain.time.period import Period, parse_period
from energy_workbench.services.cache import Cache

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from energy_workbench.lake import Reader

MOST_BUCKETS = 110_000
"""Rows of one answer: three years of 15 minutes."""

MOST_CELLS = 3_000_000
"""Meters times days of one answer: 800 meters for ten years."""

LONGEST_DAYS = 3660
"""Ten years."""

DAY = timedelta(days=1)


class Energies:
    """Energies of meters as of one version of the intervals and of the configuration.

    Parameters
    ----------
    reader : Reader
    cache : Cache
        Shared with earlier and later versions.
    revision : int
        Of the configuration.
    zone : ZoneInfo
        The site's.
    """

    def __init__(self, reader: Reader, cache: Cache, revision: int, zone: ZoneInfo) -> None:
        self._reader = reader
        self._cache = cache
        self._zone = zone
        self.stamp = (revision, reader.version()[1])

    def rows(self, meter: Meter, span: Period, every: str) -> tuple[IntervalRow, ...]:
        """Energy and demand of a meter, a row a bucket that has begun."""
        return self._rows(meter, self._edges(span, every))

    def pattern(self, meter: Meter, span: Period, every: str) -> Pattern:
        """Consumption of a meter with its totals."""
        edges = self._edges(span, every)

        def make() -> Pattern:
            now = clock.now()
            begun = len(edges) > 1
            found = self._reader.energy([meter.key], edges, now, peaks=True).to_pylist() if begun else []
            column = demand_column(meter)
            peaks = [row[column] for row in found]
            peak, peak_at = max((each for each in peaks if each is not None), default=None), None
            if peak is not None and (highest := maxima.first(peaks)) is not None:
                place = found[highest]["bucket"]
                when = self._reader.first_at(column, {meter.key: peak}, edges[place], edges[place + 1])
                peak_at = when.get(meter.key)
            made = pattern(meter, edges, found, every=every, zone=self._zone, now=now, peak=peak, peak_at=peak_at)
            minutes = self._reader.block_minutes([meter.key], edges, now) if begun else {}
            return replace(made, block_minutes=minutes.get(meter.key, made.block_minutes))

        return self._cache.get(("pattern", meter.key, every, tuple(edges), self.stamp), make)

    def of_all(self, meters: Sequence[Meter], span: Period) -> results.Energies:
        """Energy, demand and quality of these meters, by one query of the lake."""
        edges = self._edges(span, "1d")
        keys = tuple(meter.key for meter in meters)

        def make() -> results.Energies:
            now = clock.now()
            # Of a period that has not begun there is nothing to ask for.
            asked, marks = (keys, edges) if len(edges) > 1 else (tuple[int, ...](), [span.start, span.end])
            by_day = columns(self._reader.energy(asked, marks, now, peaks=True))
            when = [
                self._reader.first_at(column, highest, edges[0], edges[-1])
                for column, highest in peaks(meters, by_day).items()
            ]
            at = {key: instant for each in when for key, instant in each.items()}
            blocks = self._reader.block_minutes(asked, marks, now)
            rows = energies(meters, edges, by_day, zone=self._zone, now=now, peak_at=at, block_minutes=blocks)
            return results.Energies(
                rows=rows,
                total=len(rows),
                start=span.start.astimezone(self._zone).isoformat(),
                end=span.end.astimezone(self._zone).isoformat(),
                timezone=self._zone.key,
            )

        return self._cache.get(("energies", keys, span.end, tuple(edges), self.stamp), make)

    def completeness(self, meters: Sequence[Meter], span: Period) -> results.Completeness:
        """How complete the data of every meter is on each day that has begun, by one query of the lake.

        Raises
        ------
        PeriodError
            If that is too much for one answer.
        """
        edges = self._edges(span, "1d")
        if len(meters) * (len(edges) - 1) > MOST_CELLS:
            raise PeriodError(
                f"{len(meters):,} meters on {len(edges) - 1:,} days are more than {MOST_CELLS:,} values: "
                "ask for a shorter period"
            )

        def make() -> results.Completeness:
            by_day = self._reader.energy(None, edges, clock.now()).to_pylist() if len(edges) > 1 else []
            rows = completeness(meters, edges, by_day)
            return results.Completeness(
                rows=rows,
                total=len(rows),
                days=tuple(edge.astimezone(self._zone).date().isoformat() for edge in edges[:-1]),
                start=span.start.astimezone(self._zone).isoformat(),
                end=span.end.astimezone(self._zone).isoformat(),
                timezone=self._zone.key,
            )

        return self._cache.get(("completeness", span.end, tuple(edges), self.stamp), make)

    def totals(self, meters: Sequence[Meter], span: Period) -> tuple[dict[int, Measured], float]:
        """Energy of every meter over the elapsed part of a span [kWh], and how complete it is (0 to 1)."""
        running = axis.floor_interval(clock.now())
        # The running interval is a bucket of its own: its energy counts, but it is not incomplete yet.
        marks = [span.start, min(span.end, running), min(span.end, running + axis.INTERVAL)]
        edges = sorted({mark for mark in marks if mark >= span.start})
        if len(edges) < 2:
            return {}, 0.0
        expected = [meter.key for meter in meters if meter.metered]
        return self._cache.get(
            ("totals", tuple(edges), tuple(expected), self.stamp),
            lambda: summed(self._reader.energy(None, edges).to_pylist(), expected),
        )

    def registers(self, meters: Sequence[Meter], span: Period) -> dict[int, Measured]:
        """Energy of these meters over what has begun of a span [kWh], by key: the sums that `of_all` has."""
        edges = self._edges(span, "1d")
        if not meters or len(edges) < 2:
            return {}
        keys = [meter.key for meter in meters]
        return summed(self._reader.energy(keys, edges, clock.now()).to_pylist(), keys)[0]

    def begun(self) -> Mapping[int, datetime]:
        """By key from when on something is known of each measured meter."""
        return self._reader.begun()

    def last_days(self, days: int, every: str) -> Period:
        """So many times 24 hours up to the end of the bucket that runs now: seven days of hours are 168 buckets.

        The words `last 7 days` are another time: today and the six days before, as everywhere.

        Raises
        ------
        PeriodError
            If it is less than a day or more than ten years.
        """
        if not 1 <= days <= LONGEST_DAYS:
            raise PeriodError(f"{days} days cannot be shown: 1 to {LONGEST_DAYS}")
        now = clock.now()
        today = parse_period("today", self._zone, now)
        end = next(edge for edge in axis.edges(today, every, self._zone) if edge > now)
        start = (end.astimezone(self._zone) - timedelta(days=days)).astimezone(now.tzinfo)
        return Period(start, end, f"last {24 * days} hours")

    def _rows(self, meter: Meter, edges: Sequence[datetime]) -> tuple[IntervalRow, ...]:
        if len(edges) < 2:
            return ()
        return self._cache.get(
            ("rows", meter.key, tuple(edges), self.stamp),
            lambda: buckets.energy_rows(
                edges, self._reader.energy([meter.key], edges, clock.now()).to_pylist(), self._zone
            ),
        )

    def _edges(self, span: Period, every: str) -> list[datetime]:
        """Edges of the buckets that have begun."""
        now, longest = clock.now(), axis.longest(every)
        # What will be refused is not cut first, nor what is left out: the running bucket is the last one.
        ahead = max(span.start, now)
        until = span.end if span.end - ahead <= longest + DAY else ahead + longest + DAY
        begun = int((min(span.end, now) - span.start) / longest)
        if begun <= MOST_BUCKETS:
            edges = axis.edges(Period(span.start, until, span.text), every, self._zone)
            begun = sum(edge < now for edge in edges[:-1])
        if begun > MOST_BUCKETS:
            raise PeriodError(
                f"{printable(span.text)!r} every {every} makes more than {MOST_BUCKETS:,} rows: "
                "ask for a longer resolution"
            )
        return edges[: begun + 1]


def columns(table: pa.Table) -> dict[str, NDArray[Any]]:
    """Columns of a table as arrays."""
    return {name: table[name].to_numpy(zero_copy_only=False) for name in table.column_names}


def summed(rows: Sequence[Mapping[str, Any]], expected: Sequence[int]) -> tuple[dict[int, Measured], float]:
    """Sum the buckets of each meter; completeness is the mean of the first bucket over the expected meters."""
    measured: dict[int, Measured] = {}
    complete: dict[int, float] = {}
    for row in rows:
        before = measured.get(row["meter"], Measured())
        measured[row["meter"]] = Measured(
            _add(before.imported, row["energy_import_kwh"]), _add(before.exported, row["energy_export_kwh"])
        )
        if row["bucket"] == 0:
            complete[row["meter"]] = row["completeness"] or 0.0
    share = sum(complete.get(key, 0.0) for key in expected) / len(expected) if expected else 0.0
    return measured, round(share, 4)


def _add(left: float | None, right: float | None) -> float | None:
    return right if left is None else left if right is None else left + right
