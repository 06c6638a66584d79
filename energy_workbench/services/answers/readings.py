"""Readings of a home: asked for, recorded, and asked by SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from energy_workbench.analytics.live import iso, never_heard
from energy_workbench.contract.meters import MetersContract
from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.contract.results import (
    Readings,
)
from energy_workbench.contract.rows.meters import RecordedReading
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import ConflictError, InputError
from energy_workbench.domain.health.health_tracker import Condition, ratings
from energy_workbench.domain.paging import MOST, window
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import Period, parse_instant
from energy_workbench.services.home import Home
from energy_workbench.services.queries.plausible_readings import without_impossible
from energy_workbench.services.queries.raw import contradictions, posted, rows_of, scaled_to_primary
from energy_workbench.services.rows.meters import meter_view

if TYPE_CHECKING:
    import threading

    import pandas as pd
    import pyarrow as pa

    from energy_workbench.lake import Reading

TICK = timedelta(microseconds=1)
"""Between an instant and the next."""


class ReadingAnswers(Home, MetersContract, ReadingsContract):
    """Readings of a meter, and SQL over all there is."""

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
        known = self._meter(meter)
        names = [quantity(name).name for name in quantities] if quantities else None
        zone = self.zone
        span = self._period(period) if period else None
        if span is None and limit is None:
            limit = 100
        wanted = window(MOST if limit is None else limit, offset)
        table = self.reader.readings(
            known.key,
            self._since(span, after),
            span.end if span else None,
            quantities=names,
            limit=None if limit is None else wanted.stop,
            newest=span is None,
        )
        table = table.slice(offset) if span else table.slice(0, max(0, len(table) - offset))
        if scaled:
            ratios = self.registry.ratios(known.id)
            made_for = ratings(known, ratios, self.registry.limits_of(known.key))
            table = without_impossible(scaled_to_primary(table, ratios), ratios, made_for)
        rows, shown = rows_of(table, zone, names)
        return Readings(rows, len(rows), known.id, known.number, zone.key, shown, scaled)

    def _since(self, span: Period | None, after: str | None) -> datetime | None:
        if after is None:
            return span.start if span else None
        if span is None:
            raise InputError("`after` needs a period")
        return max(span.start, parse_instant(after, self.zone) + TICK)

    def record(self, meter: str, readings: Sequence[Mapping[str, Any]]) -> list[RecordedReading]:
        known = self._meter(meter)
        zone, now = self.zone, clock.now()
        taken = posted(known.key, readings, zone, now)
        self._refuse_contradictions(known, taken)
        if refused := self.spool.add(taken).refused:
            # Somebody else was faster by a moment.
            raise ConflictError(f"another value was stored meanwhile: {refused[0].quantity} {refused[0].kept:g}")
        self._judge(known, taken, now)
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

    def _refuse_contradictions(self, meter: Meter, taken: Sequence[Reading]) -> None:
        instants = [reading.ts_us for reading in taken]
        start, end = clock.from_micros(min(instants)), clock.from_micros(max(instants) + 1)
        names = sorted({name for reading in taken for name in reading.values})
        stored = self.reader.readings(meter.key, start, end, quantities=names)
        if problems := contradictions(taken, stored):
            raise ConflictError("\n".join(["other values are stored already, and readings never change:", *problems]))

    def sql(self, text: str, *, max_rows: int = 100_000) -> pd.DataFrame:
        return self.sql_table(text, max_rows=max_rows).to_pandas()

    def sql_table(self, text: str, *, max_rows: int = 100_000) -> pa.Table:
        """As `sql`, as an Arrow table."""
        return self.reader.sql(text, meter_view(self.meters().rows), max_rows)

    def sql_json(self, text: str, *, max_rows: int, stop: threading.Event | None = None) -> bytes:
        """As `sql`, as the service gives it: JSON with `columns`, `types` and `rows`; ended when `stop` is set."""
        return self.reader.sql_json(text, meter_view(self.meters().rows), max_rows, stop)
