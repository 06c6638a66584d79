"""Energy and demand of meters over time."""

from __future__ import annotations

from energy_workbench.analytics.flow import branch
from energy_workbench.contract import results
from energy_workbench.contract.results import (
    Comparison,
    Demand,
    Intervals,
    LoadShape,
    Pattern,
)
from energy_workbench.contract.rows.energy import MeteringPeriodRow
from energy_workbench.domain.time import clock
from energy_workbench.services.measured_site import MeasuredSite

STEPS = {"day": "1d", "week": "1w", "month": "1mo"}
"""Words of `pattern(by=…)` that stand for a resolution."""


class EnergyAnswers(MeasuredSite):
    """Energies, their pattern, maximum demand and completeness."""

    def intervals(self, meter: str, period: str = "today", *, every: str = "15min") -> Intervals:
        known = self._meter(meter)
        span = self._period(period)
        energies = self._energies()
        rows = energies.rows(known, span, every)
        zone = self.zone
        found = Intervals(
            rows=rows,
            total=len(rows),
            meter=known.id,
            number=known.number,
            name=known.name,
            start=span.start.astimezone(zone).isoformat(),
            end=span.end.astimezone(zone).isoformat(),
            every=every,
            timezone=zone.key,
        )
        return self._told(found, span)

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
        known = self._meter_or_root(meter)
        energies = self._energies()
        span = self._period(period) if period else energies.last_days(days, every)
        return self._told(energies.pattern(known, span, every), span)

    def load_shape(
        self,
        meter: str | None = None,
        period: str = "last 7 days",
        *,
        by: str = "weekday-hour",
        shifts: str | None = None,
    ) -> LoadShape:
        from energy_workbench.services.queries.shapes import load_shape_of

        known, span, shifts = self._meter_or_root(meter), self._period(period), shifts or self.settings.shifts
        found = self._kept(
            ("shape", known.key, span.start, span.end, by, shifts),
            lambda: load_shape_of(self.reader, known, span, by, shifts=shifts, zone=self.zone),
        )
        return self._told(found, span)

    def compare(
        self, meter: str | None = None, period: str = "last month", *, against: str = "previous", every: str = "1d"
    ) -> Comparison:
        from energy_workbench.services.queries.comparisons import Beside, check_rows, compared, earlier

        known, span, energies, zone = self._meter_or_root(meter), self._period(period), self._energies(), self.zone
        check_rows(span, every)
        before, now = earlier(span, against, zone), clock.now()
        mine, theirs = (energies.pattern(known, each, every) for each in (span, before))

        def make() -> Comparison:
            beside = Beside(self.reader, known, span, before, zone=zone, now=now)
            return compared(mine, theirs, against, beside, zone=zone, at=now)

        return self._told(self._kept(("compare", known.key, span.start, span.end, against, every), make), span)

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

        known, span, how = self._meter_or_root(meter), self._period(period), Block.of(block, kind, unit)
        day = self.settings.billing_day if billing_day is None else billing_day
        found = self._kept(
            ("demand", known.key, span.start, span.end, how, day),
            lambda: demand(self.reader, self._trees(span), known, span, block=how, billing_day=day, zone=self.zone),
        )
        return self._told(found, span)

    def energies(self, period: str = "today", *, meter: str | None = None) -> results.Energies:
        meters, span = self._meters(), self._period(period)
        if meter is not None:
            meters = branch(meters, self._meter(meter).key)
        return self._told(self._energies().of_all(meters, span), span)

    def metering_periods(self, meter: str, period: str = "last 12 months") -> list[MeteringPeriodRow]:
        from energy_workbench.services.queries.metering_periods import period_rows

        known, span = self._meter(meter), self._period(period)
        return period_rows(self.reader, known, span, self._stated_periods().get(known.key, ()), self.zone)

    def completeness(self, period: str = "last 30 days") -> results.Completeness:
        span = self._period(period)
        return self._told(self._energies().completeness(self._meters(), span), span)
