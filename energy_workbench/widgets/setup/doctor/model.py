"""What the doctor's panel knows: the last examination, which part of it is shown, and whether one is under way."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from traitlets import Bool, Dict, HasTraits, List, Unicode

from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain

OFTEN = 5.0
"""While the panel is open it is asked again after this [s]."""
ILL, ALL = "ill", "all"


class DoctorModel(HasTraits):
    """Headless."""

    found = Dict()
    """The last answer; empty before the first."""
    choice = Unicode(ILL)
    """Which meters are listed: those that need somebody, all, or those of one gateway by its address."""
    choices = List()
    """Label and value of each choice."""
    calling = Bool(False)
    """Whether meters are being called."""
    failure = Unicode("")

    def __init__(self, workbench: Any, doer: Doer) -> None:
        super().__init__()
        self._workbench, self._doer = workbench, doer
        self._asked = 0.0
        self._asking = False
        self.choices = _choices({})

    def begin(self) -> None:
        """Ask at once: somebody opens the panel."""
        self._asked = 0.0
        self.refresh()

    def refresh(self) -> None:
        """Ask again where the last answer is old and none is on its way."""
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
    def meters(self) -> list[Mapping[str, Any]]:
        """The meters of the choice, the worst first where those that need somebody are shown."""
        rows: list[Mapping[str, Any]] = list(self.found.get("meters", ()))
        if self.choice == ALL:
            return rows
        if self.choice == ILL:
            ill = [row for row in rows if row["verdict"] != "good"]
            return sorted(ill, key=lambda row: ("problem", "warning", "unknown").index(row["verdict"]))
        return [row for row in rows if row["gateway"] == self.choice]

    def _take(self, found: Mapping[str, Any]) -> None:
        self._ended()
        with self.hold_trait_notifications():
            self.failure = ""
            self.found = dict(found)
            self.choices = _choices(found)
            if self.choice not in {value for _, value in self.choices}:
                self.choice = ILL

    def _fail(self, error: Exception) -> None:
        self._ended()
        self.failure = explain(error)

    def _ended(self) -> None:
        self._asking = self.calling = False
        self._asked = time.monotonic()


def _choices(found: Mapping[str, Any]) -> list[tuple[str, str]]:
    urls = [str(row["url"]) for row in found.get("gateways", ())]
    return [("Meters that need somebody", ILL), ("All meters", ALL), *((url, url) for url in urls)]
