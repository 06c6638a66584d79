"""Model of the doctor's panel: the last examination, the filter of its meters, and whether one is under way."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from traitlets import Bool, HasTraits, Instance, List, Unicode

from energy_workbench.contract.rows.condition import Doctor, MeterPolled
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

OFTEN = 5.0
"""Pause between examinations while the panel is open [s]."""
ILL, ALL = "ill", "all"


class DoctorModel(HasTraits):
    """Headless: the last examination, and the filter of its meters."""

    examination: Doctor | None = Instance(dict, allow_none=True)
    """The last one; None before the first."""
    choice = Unicode(ILL)
    """Which meters are listed: those that need somebody, all, or those of one gateway by its address."""
    choices = List()
    """Label and value of each choice."""
    calling = Bool(False)
    """Whether meters are being called."""
    failure = Unicode("")

    def __init__(self, workbench: WorkbenchContract, doer: Doer) -> None:
        super().__init__()
        self._workbench, self._doer = workbench, doer
        self._asked = 0.0
        self._asking = False
        self.choices = _choices(None)

    def begin(self) -> None:
        """Examine at once, when the panel is opened."""
        self._asked = 0.0
        self.refresh()

    def refresh(self) -> None:
        """Examine again where the last examination is old and none is under way."""
        if self._asking or self.calling or time.monotonic() - self._asked < OFTEN:
            return
        self._asking = True
        self._doer.do(lambda: self._workbench.doctor(), self._take, self._fail, key="doctor")

    def call(self) -> None:
        """Examine thoroughly: silent meters are called, databases are checked page by page."""
        if self.calling:
            return
        self.calling, self.failure = True, ""
        # The key makes a quick answer that is on its way void.
        self._doer.do(lambda: self._workbench.doctor(thorough=True), self._take, self._fail, key="doctor")

    @property
    def meters(self) -> list[MeterPolled]:
        """The meters of the choice, the worst first where those that need somebody are shown."""
        rows = self.examination["meters"] if self.examination else []
        if self.choice == ALL:
            return rows
        if self.choice == ILL:
            ill = [row for row in rows if row["verdict"] != "good"]
            return sorted(ill, key=lambda row: ("problem", "warning", "unknown").index(row["verdict"]))
        return [row for row in rows if row["gateway"] == self.choice]

    def _take(self, examination: Doctor) -> None:
        self._ended()
        with self.hold_trait_notifications():
            self.failure = ""
            self.examination = examination.copy()
            self.choices = _choices(examination)
            if self.choice not in {value for _, value in self.choices}:
                self.choice = ILL

    def _fail(self, error: Exception) -> None:
        self._ended()
        self.failure = explain(error)

    def _ended(self) -> None:
        self._asking = self.calling = False
        self._asked = time.monotonic()


def _choices(examination: Doctor | None) -> list[tuple[str, str]]:
    urls = [row["url"] for row in examination["gateways"]] if examination else []
    return [("Meters that need attention", ILL), ("All meters", ALL), *((url, url) for url in urls)]
