"""The façade on the files of a home: one set of answers for Python, REST, dashboards and reports."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from energy_workbench.analytics import overview, summary
from energy_workbench.analytics.flow import children_of, power_flow
from energy_workbench.analytics.live import describe, iso
from energy_workbench.answers.energies import Energies
from energy_workbench.answers.meter_view import chosen, meter_view
from energy_workbench.answers.raw import contradictions, posted, rows_of, scaled_to_primary
from energy_workbench.answers.review import Reviewing
from energy_workbench.answers.setup import Setup
from energy_workbench.core import clock, results, settings
from energy_workbench.core.entities import Live, Meter
from energy_workbench.core.errors import ConflictError, NotFoundError
from energy_workbench.core.quantities import quantity
from energy_workbench.core.results import Intervals, MeterTable, Overview, Pattern, PowerFlow, Readings, StatusSummary
from energy_workbench.core.status import Communication
from energy_workbench.questions import Questions

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from energy_workbench.lake import Reading

STEADY_SECONDS = 2
"""For how long the dashboard's answer stands: many viewers cost as much as one [s]."""


class Workbench(Setup, Reviewing, Questions):
    """A workbench on the files of a home; safe for threads.

    Parameters
    ----------
    settings : Settings
        Where registry, state, spool and lake are. Nothing is opened before it is asked for.
    """

    @classmethod
    def at(cls, home: Path | str | None = None) -> Workbench:
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
        shown = found[offset : None if limit is None else offset + limit]
        live, zone = self.state.read(), self.zone
        rows = tuple(describe(meter, live.get(meter.key), zone) for meter in shown)
        return MeterTable(rows, len(found), zone.key)

    def meter(self, meter: str) -> dict[str, Any]:
        return self.describe(self._meter(meter))

    def hierarchy(self) -> list[dict[str, Any]]:
        meters, live, zone = self._meters(), self.state.read(), self.zone
        below = children_of(meters)

        def branch(meter: Meter) -> dict[str, Any]:
            children = [branch(child) for child in below.get(meter.key, [])]
            return {**describe(meter, live.get(meter.key), zone), "children": children}

        return [branch(root) for root in below.get(None, [])]

    def status_summary(self) -> StatusSummary:
        return summary.status_summary(self._meters(), self.state.read())

    def readings(
        self,
        meter: str,
        period: str | None = None,
        quantities: Sequence[str] | None = None,
        *,
        limit: int | None = None,
        scaled: bool = False,
        offset: int = 0,
    ) -> Readings:
        """As `Questions.readings`; `offset` leaves out that many of the oldest."""
        found = self._meter(meter)
        names = [quantity(name).name for name in quantities] if quantities else None
        zone = self.zone
        span = self._period(period) if period else None
        if span is None:
            limit = limit or 100
        table = self.reader.readings(
            found.key,
            span.start if span else None,
            span.end if span else None,
            quantities=names,
            limit=None if limit is None else limit + offset,
            newest=span is None,
        )
        table = table.slice(offset)
        if scaled:
            table = scaled_to_primary(table, self.registry.ratios(found.id))
        rows, shown = rows_of(table, zone, names)
        return Readings(rows, len(rows), found.id, found.number, zone.key, shown, scaled)

    def record(self, meter: str, readings: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Take readings from elsewhere: `{ts, values: {quantity: value}}`, as the meter reported them.

        They are on disk when this returns. The same again changes nothing.

        Raises
        ------
        InputError
            With every reading that cannot be taken; then none is.
        ConflictError
            If another value is stored for the same meter, instant and quantity.
        """
        found = self._meter(meter)
        zone, now = self.zone, clock.now()
        taken = posted(found.key, readings, zone, now)
        self._refuse_contradictions(found, taken)
        self.spool.add(taken)
        newest = max(taken, key=lambda reading: reading.ts_us)
        seen = min(clock.from_micros(newest.ts_us), now)
        live = self.state.read().get(found.key)
        if not found.polled and (live is None or live.last_seen is None or live.last_seen < seen):
            # What the collector polls it also keeps the live state of; nobody else does for the others.
            fresh = Live(communication=Communication.ONLINE, last_seen=seen, values=newest.values)
            self.state.write({found.key: fresh})
        return [{"ts": iso(clock.from_micros(r.ts_us), zone), "values": r.values} for r in taken]

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
        self, meter: str | None = None, period: str | None = None, *, days: int = 7, every: str = "1h"
    ) -> Pattern:
        found = self._meter(meter) if meter else overview.site_root(self._meters())
        if found is None:
            raise NotFoundError("the site has no meters yet: import or create some first")
        energies = self._energies()
        span = self._period(period) if period else energies.last_days(days, every)
        return energies.pattern(found, span, every)

    def energies(self, period: str = "today") -> results.Energies:
        return self._energies().of_all(self._meters(), self._period(period))

    def flow(self, period: str | None = None) -> PowerFlow:
        meters, live = self._meters(), self.state.read()
        if period is None:
            return overview.flow_now(meters, live, clock.now())
        span = self._period(period)
        energy, completeness = self._energies().totals(meters, span)
        return power_flow(
            meters,
            energy,
            unit="kWh",
            colours=overview.colours(meters, live),
            completeness=completeness,
            start=iso(span.start, self.zone),
            end=iso(span.end, self.zone),
        )

    def overview(self, period: str = "today") -> Overview:
        energies = self._energies()
        tick = int(clock.now().timestamp() / STEADY_SECONDS)
        return self._cache.get(("overview", period, tick, energies.stamp), lambda: self._overview(period, energies))

    def sql(self, text: str, *, max_rows: int = 100_000) -> pd.DataFrame:
        return self.sql_table(text, max_rows=max_rows).to_pandas()

    def sql_table(self, text: str, *, max_rows: int = 100_000) -> pa.Table:
        """As `sql`, as an Arrow table."""
        return self.reader.sql(text, meter_view(self.meters().rows), max_rows)

    def _refuse_contradictions(self, meter: Meter, taken: Sequence[Reading]) -> None:
        instants = [reading.ts_us for reading in taken]
        start, end = clock.from_micros(min(instants)), clock.from_micros(max(instants) + 1)
        names = sorted({name for reading in taken for name in reading.values})
        stored = self.reader.readings(meter.key, start, end, quantities=names)
        if problems := contradictions(taken, stored):
            raise ConflictError("\n".join(["other values are stored already, and readings never change:", *problems]))

    def _overview(self, period: str, energies: Energies) -> Overview:
        meters, span = self._meters(), self._period(period)
        root = overview.site_root(meters)
        return overview.overview(
            site=self.site(),
            meters=meters,
            live=self.state.read(),
            energy=energies.totals(meters, span)[0],
            flow=self.flow(period),
            pattern=energies.pattern(root, energies.last_days(7, "1h"), "1h") if root else None,
            peak=energies.peak(meters, span),
            period=period,
            now=clock.now(),
            zone=self.zone,
        )

    def _deleted(self) -> list[Meter]:
        return [meter for meter in self.registry.meters(deleted=True) if meter.deleted_at is not None]
