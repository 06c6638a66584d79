"""Locks of months on the files of a home."""

from __future__ import annotations

from energy_workbench.contract.rows.locked import MonthLockRow
from energy_workbench.contract.site import SiteContract
from energy_workbench.domain.health.finding_words import AFTER_LOCK
from energy_workbench.domain.locks.locked_months import MonthLock
from energy_workbench.services.home import Home
from energy_workbench.services.rows.locks import lock_row

BY = "python"
"""Who locks a month, where nobody says it."""
MOST = 10_000
"""Findings of late readings that are looked at: one a meter and month."""


class Locking(Home, SiteContract):
    """The locks; `by` is the name that the audit keeps."""

    def locked_months(self) -> list[MonthLockRow]:
        return self._rows(self.registry.locked_months())

    def lock_month(self, month: str, reason: str = "", *, by: str = BY) -> MonthLockRow:
        self.registry.lock_month(month, reason, by=by)
        [row] = self._rows([lock for lock in self.registry.locked_months() if lock.month == month])
        return row

    def unlock_month(self, month: str, reason: str | None = None, *, by: str = BY) -> None:
        self.registry.unlock_month(month, reason, by=by)

    def _rows(self, locks: list[MonthLock]) -> list[MonthLockRow]:
        if not locks:
            return []
        entries, numbers, zone = self.registry.locked_changes(), self._numbers(), self.zone
        late = self.state.findings(None, locks[0].start, locks[-1].end, AFTER_LOCK, MOST)
        return [
            lock_row(lock, entries, late, self.registry.reports_sent_of(lock.start, lock.end), numbers, zone)
            for lock in locks
        ]
