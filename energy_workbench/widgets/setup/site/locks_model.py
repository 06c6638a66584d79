"""Model of the locked months of the site: which there are, what was changed in them, and locking another."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from traitlets import Bool, List, Unicode

from energy_workbench.contract.rows.locked import MonthLockRow
from energy_workbench.domain.time import clock
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.form import Answers

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

OFFERED = 24
"""Months before this one that can be chosen."""
NO_MONTH = "Choose a month that is over."
NO_LOCK = "Choose a month that is locked."
NO_REASON = "Say why it is unlocked: it is kept."


class LocksModel(Answers):
    """Headless; `values` has the `month` to be locked or unlocked, and the `reason`.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter to choose: none.
    """

    rows: list[MonthLockRow] = List()
    known = Bool(False)
    zone = Unicode("UTC")
    """The site's."""

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done
        self._fresh({"month": "", "reason": ""})

    def ask(self) -> None:
        """Fetch the locked months."""
        self._doer.do(self._workbench.locked_months, self._take, key="locks")

    @property
    def open_months(self) -> list[str]:
        """Months that are over and not locked, the newest first."""
        now = clock.now().astimezone(ZoneInfo(self.zone))
        locked = {row["month"] for row in self.rows}
        return [month for month in before(now, OFFERED) if month not in locked]

    def lock(self) -> None:
        """Lock the chosen month."""
        month, reason = self.values["month"], self.values["reason"].strip()
        if month not in self.open_months:
            self.problems = {"month": NO_MONTH}
            return
        self._change(lambda: self._workbench.lock_month(month, reason), f"{month} is locked.")

    def unlock(self) -> None:
        """Unlock the chosen month."""
        month, reason = self.values["month"], self.values["reason"].strip()
        if month not in [row["month"] for row in self.rows]:
            self.problems = {"month": NO_LOCK}
        elif not reason:
            self.problems = {"reason": NO_REASON}
        else:
            self._change(lambda: self._workbench.unlock_month(month, reason), f"{month} is unlocked.")

    def _change(self, act: Callable[[], Any], said: str) -> None:
        if self.busy:
            return

        def done(_: Any) -> None:
            self._fresh({"month": "", "reason": ""})
            self._done(said, "")
            self.ask()

        def failed(error: Exception) -> None:
            self._not_stored(error, ("month", "reason"))

        self._storing()
        self._doer.do(act, done, failed, key="lock")

    def _take(self, rows: Sequence[MonthLockRow]) -> None:
        with self.hold_trait_notifications():
            self.rows, self.known = [row.copy() for row in rows], True


def before(now: datetime, count: int) -> list[str]:
    """So many months before that of an instant, the newest first."""
    last = now.year * 12 + now.month - 1
    return [f"{month // 12}-{month % 12 + 1:02}" for month in range(last - 1, last - 1 - count, -1)]
