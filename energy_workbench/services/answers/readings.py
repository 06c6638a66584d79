"""Readings of a meter, as it reported them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from energy_workbench.contract.results import Readings
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.health.health_tracker import ratings
from energy_workbench.domain.paging import MOST, window
from energy_workbench.domain.quantities import quantity
from energy_workbench.domain.time.period import Period, parse_instant
from energy_workbench.services.home import Home
from energy_workbench.services.queries.plausible_readings import without_impossible
from energy_workbench.services.queries.raw import rows_of, scaled_to_primary

TICK = timedelta(microseconds=1)
"""Between an instant and the next."""


class ReadingAnswers(Home):
    """Readings of a meter."""

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
        edges = (table["ts"][0].as_py(), table["ts"][-1].as_py() + TICK) if len(table) else None
        edges = (span.start, span.end) if span else edges
        thinned = edges is not None and self.reader.thinned(known.key, *edges)
        answer = Readings(rows, len(rows), known.id, known.number, zone.key, shown, scaled, thinned)
        return self._told(answer, span) if span else answer

    def _since(self, span: Period | None, after: str | None) -> datetime | None:
        if after is None:
            return span.start if span else None
        if span is None:
            raise InputError("`after` needs a period")
        return max(span.start, parse_instant(after, self.zone) + TICK)
