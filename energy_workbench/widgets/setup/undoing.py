"""Model of Undo: the last change of this role, and taking it back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from traitlets import Bool, HasTraits, Unicode

from energy_workbench.contract.rows.setup import Undone
from energy_workbench.widgets.background import Doer

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


class UndoModel(HasTraits):
    """Headless: what can be undone, and whether it is being done.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was undone, and the id of no meter.
    """

    text = Unicode("")
    """The last change, in words; empty where there is none to undo."""
    busy = Bool(False)

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    def undo(self) -> None:
        """Take the last change back."""
        if self.busy:
            return
        self.busy = True

        def done(answer: Undone) -> None:
            self.busy = False
            self._done(f"Undone: {answer['undone']['text']}.", "")

        def failed(error: Exception) -> None:
            self.busy = False
            raise error

        self._doer.do(self._workbench.undo, done, failed, key="undo")
