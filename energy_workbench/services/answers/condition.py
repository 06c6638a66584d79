"""How meters and their data are and were: events, findings, and what was stated."""

from __future__ import annotations

from energy_workbench.contract.rows.condition import EventRow, FindingRow, StatementRow
from energy_workbench.domain.paging import window
from energy_workbench.registry.meters.statements import newest
from energy_workbench.services.measured_site import MeasuredSite
from energy_workbench.services.rows.condition import event_row, finding_row, found_by_build, statement_row


class ConditionAnswers(MeasuredSite):
    """Events, findings and statements, newest first."""

    def events(self, meter: str, period: str | None = None, *, limit: int = 100, offset: int = 0) -> list[EventRow]:
        wanted = window(limit, offset)

        def make() -> list[EventRow]:
            start, end = self._span(period)
            zone, key = self.zone, self._known(meter).key
            return [event_row(event, zone) for event in self.state.events(key, start, end, wanted.stop)[wanted]]

        return self._observed(("events", meter, period, limit, *_left_out(offset)), make)

    def history(
        self, period: str | None = None, *, meter: str | None = None, limit: int = 100, offset: int = 0
    ) -> list[StatementRow]:
        wanted = window(limit, offset)

        def make() -> list[StatementRow]:
            start, end = self._span(period)
            zone, numbers = self.zone, self._numbers()
            stated = self.registry.stated(start, end, None if meter is None else self._known(meter).key)
            return [statement_row(each, numbers, zone) for each in newest(stated, wanted.stop)[wanted]]

        return self._observed(("history", period, meter, limit, *_left_out(offset)), make)

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

        def make() -> list[FindingRow]:
            start, end = self._span(period)
            zone, numbers = self.zone, self._numbers()
            key = None if meter is None else self._known(meter).key
            # Those of values are known to whoever reads them, those of counters to the build of intervals.
            every = [
                *self.state.findings(key, start, end, name, wanted.stop),
                *found_by_build(self.reader.lake, key, start, end, name),
            ]
            latest = sorted(every, key=lambda each: each.start, reverse=True)[wanted]
            return [finding_row(each, numbers, zone) for each in latest]

        return self._observed(("findings", meter, period, name, limit, *_left_out(offset)), make)


def _left_out(offset: int) -> tuple[int, ...]:
    # Questions that leave nothing out were kept without it before there were others.
    return (offset,) if offset else ()
