"""Who changed what, by meter, time, name and kind of change."""

from __future__ import annotations

from dataclasses import replace

from energy_workbench.contract.rows.setup import AuditRow, AuditSummary
from energy_workbench.domain.paging import window
from energy_workbench.registry.storage.journal import Wanted
from energy_workbench.services.home import Home
from energy_workbench.services.rows.audit import audit_row


class AuditAnswers(Home):
    """The audit, and how much there is of it."""

    def audit(
        self,
        limit: int = 50,
        meter: str | None = None,
        *,
        period: str | None = None,
        who: str | None = None,
        action: str | None = None,
        offset: int = 0,
    ) -> list[AuditRow]:
        chosen = self._changes_of(meter, period, who, action)
        numbers, zone = self._numbers(), self.zone
        rows = window(limit, offset)
        entries = self.registry.audit(rows.stop - rows.start, wanted=chosen, offset=rows.start)
        return [audit_row(entry, numbers, zone) for entry in entries]

    def audit_summary(
        self,
        meter: str | None = None,
        *,
        period: str | None = None,
        who: str | None = None,
        action: str | None = None,
    ) -> AuditSummary:
        every = self._changes_of(meter, period)
        by, actions = self.registry.audit_counts(every)
        total = self.registry.audit_total(replace(every, by=who, action=action))
        return {"total": total, "by": by, "actions": actions}

    def _changes_of(
        self, meter: str | None, period: str | None, who: str | None = None, action: str | None = None
    ) -> Wanted:
        subject = None if meter is None else self.registry.meter(meter, deleted=True).id
        start, end = self._span(period)
        return Wanted(subject=subject, by=who, action=action, start=start, end=end)
