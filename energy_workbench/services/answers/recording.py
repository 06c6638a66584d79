"""Readings that others bring: recorded, and judged as the collector's are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from energy_workbench.analytics.live import iso, never_heard
from energy_workbench.contract.readings import ReadingsContract
from energy_workbench.contract.rows.meters import RecordedReading
from energy_workbench.domain.entities import Live, Meter
from energy_workbench.domain.errors import ConflictError
from energy_workbench.domain.health.health_tracker import Condition
from energy_workbench.domain.locks.locked_months import because
from energy_workbench.domain.time import clock
from energy_workbench.services.home import Home
from energy_workbench.services.queries.raw import contradictions, news, posted
from energy_workbench.services.rows.locks import told

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake import Reading

BY = "python"
"""Who records readings, where nobody says it."""


class Recording(Home, ReadingsContract):
    """What takes readings."""

    def record(
        self, meter: str, readings: Sequence[Mapping[str, Any]], *, reason: str | None = None, by: str = BY
    ) -> list[RecordedReading]:
        known = self._meter(meter)
        zone, now = self.zone, clock.now()
        taken = posted(known.key, readings, zone, now)
        stored = self._refuse_contradictions(known, taken)
        with because(reason) as stated:
            self._admit(known, taken, stored, by)
        if refused := self.spool.add(taken).refused:
            # Somebody else was faster by a moment.
            raise ConflictError(f"another value was stored meanwhile: {refused[0].quantity} {refused[0].kept:g}")
        self._judge(known, taken, now)
        rows = [{"ts": iso(clock.from_micros(r.ts_us), zone), "values": r.values} for r in taken]
        return cast(list[RecordedReading], told(rows, stated, zone))

    def _admit(self, meter: Meter, taken: Sequence[Reading], stored: pa.Table, by: str) -> None:
        """Let readings in that are not stored yet; of a locked month, for a reason."""
        from energy_workbench.registry.month_locks import ReadingSpan

        fresh = [clock.from_micros(each.ts_us) for each in news(taken, stored)]
        if fresh:
            spans = [ReadingSpan(meter.key, at, at) for at in fresh]
            self.registry.admit_readings(spans, len(fresh), by=by)

    def _judge(self, meter: Meter, taken: Sequence[Reading], now: datetime) -> None:
        """Findings of what was recorded, and, of a meter that is not polled, the state that follows."""
        before = self.state.read([meter.key]).get(meter.key) or Live(communication=never_heard(meter).communication)
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

    def _refuse_contradictions(self, meter: Meter, taken: Sequence[Reading]) -> pa.Table:
        """What is stored of these instants already, none of which is contradicted."""
        instants = [reading.ts_us for reading in taken]
        start, end = clock.from_micros(min(instants)), clock.from_micros(max(instants) + 1)
        names = sorted({name for reading in taken for name in reading.values})
        stored = self.reader.readings(meter.key, start, end, quantities=names)
        if problems := contradictions(taken, stored):
            raise ConflictError("\n".join(["other values are stored already, and readings never change:", *problems]))
        return stored
