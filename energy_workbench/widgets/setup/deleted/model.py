"""Model of the deleted meters: the list, and what restoring one would do, before it is done."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from traitlets import Bool, HasTraits, Instance, List, Unicode

from energy_workbench.contract.rows.meters import DeletedMeter, MeterRow, RestorePreview
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.markup import one_line
from energy_workbench.widgets.setup.long_list import sought

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


class DeletedModel(HasTraits):
    """Headless. `ask` fetches the list, `choose` looks at one, `restore` brings it back.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter.
    """

    rows: list[DeletedMeter] = List()
    """The newest first."""
    known = Bool(False)
    search = Unicode("")
    """What of the list is looked for."""
    chosen = Unicode("")
    """Id of the one that is looked at."""
    preview: RestorePreview | None = Instance(dict, allow_none=True)
    """What restoring it would do; None while that is not known."""
    failure = Unicode("")
    busy = Bool(False)

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    @property
    def row(self) -> DeletedMeter | None:
        """The one that is looked at; None where there is none."""
        return next((row for row in self.rows if row["id"] == self.chosen), None)

    @property
    def found(self) -> list[DeletedMeter]:
        """Those that are looked for."""
        return sought(self.rows, self.search, lambda row: f"{row['number']} {row['name']} {row['location']}")

    @property
    def possible(self) -> bool:
        """Whether the one that is looked at can come back as things are."""
        return self.preview is not None and not self.preview["conflicts"] and not self.busy

    def begin(self) -> None:
        """Show the list, and none of them."""
        self.choose("")
        self.ask()

    def ask(self) -> None:
        """Fetch the list."""
        self._doer.do(self._workbench.deleted_meters, self._take, key="deleted")

    def _take(self, rows: Sequence[DeletedMeter]) -> None:
        with self.hold_trait_notifications():
            self.rows, self.known = [row.copy() for row in rows], True
            if self.chosen and not self.row:
                self.chosen, self.preview = "", None

    def choose(self, key: str) -> None:
        """Look at a meter: where it would hang, and what is in its way."""
        with self.hold_trait_notifications():
            self.chosen, self.preview, self.failure, self.busy = key, None, "", False
        if key:
            self._doer.do(
                lambda: self._workbench.restore_preview(key), self._take_preview, self._refused, key="restore preview"
            )

    def _take_preview(self, preview: RestorePreview) -> None:
        if preview["id"] == self.chosen:
            self.preview = preview.copy()

    def restore(self) -> None:
        """Bring the one that is looked at back."""
        key = self.chosen
        if not self.possible or not key:
            return

        def done(meter: MeterRow) -> None:
            with self.hold_trait_notifications():
                self.busy, self.chosen, self.preview = False, "", None
                self.rows = [row for row in self.rows if row["id"] != key]
            self._done(f"{one_line(meter['number'])} is back.", meter["id"])

        self.busy = True
        self._doer.do(lambda: self._workbench.restore_meter(key), done, self._refused, key="restore")

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy, self.failure = False, explain_change(error)
