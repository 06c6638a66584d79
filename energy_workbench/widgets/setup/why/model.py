"""Model of the question why a locked month is altered: a doer that keeps the refused change until it is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from traitlets import HasTraits, Unicode

from energy_workbench.domain.errors import LockedMonthError
from energy_workbench.domain.locks.locked_months import LockedChange, because, differing
from energy_workbench.widgets.background import Doer, Failed

Answer = TypeVar("Answer")

NO_REASON = "Say why: it is kept with the change."


class WhyModel(HasTraits):
    """Runs calls as the doer that it is given, and asks for the reason of one that alters a locked month.

    Parameters
    ----------
    doer : Doer
    told : callable
        Given in words what a change altered, once it is done.
    """

    question = Unicode("")
    """What is locked, and which sent reports would differ; empty while nothing waits for a reason."""
    reason = Unicode("")
    problem = Unicode("")

    def __init__(self, doer: Doer, told: Callable[[str], None]) -> None:
        super().__init__()
        self._doer, self._told = doer, told
        self._again: Callable[[str], None] = lambda _: None

    def do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None = None,
        *,
        key: str = "",
        wait: float = 0.0,
    ) -> None:
        """As `Doer.do`."""
        self._do(ask, take, fail, key, wait, "")

    def confirm(self) -> None:
        """Make the refused change for the reason that was given."""
        reason = self.reason.strip()
        if not reason:
            self.problem = NO_REASON
            return
        again = self._again
        self.cancel()
        again(reason)

    def cancel(self) -> None:
        """Leave the locked month as it is."""
        with self.hold_trait_notifications():
            self.question, self.reason, self.problem = "", "", ""
        self._again = lambda _: None

    def _do(
        self,
        ask: Callable[[], Answer],
        take: Callable[[Answer], None],
        fail: Failed | None,
        key: str,
        wait: float,
        reason: str,
    ) -> None:
        def asked() -> tuple[Answer, LockedChange | None]:
            with because(reason) as stated:
                answer = ask()
            return answer, stated.change

        def taken(told: tuple[Answer, LockedChange | None]) -> None:
            answer, change = told
            take(answer)
            if change is not None and change.reason:
                self._told(f"{' and '.join(change.months)} is locked and was changed; {differing(change.reports)}.")

        def failed(error: Exception) -> None:
            if isinstance(error, LockedMonthError):
                self._again = lambda given: self._do(ask, take, fail, key, 0.0, given)
                with self.hold_trait_notifications():
                    self.question, self.problem = str(error), ""
            if fail is None:
                raise error
            fail(error)

        self._doer.do(asked, taken, failed, key=key, wait=wait)
