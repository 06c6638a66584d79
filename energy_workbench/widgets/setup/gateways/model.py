"""Model of the panel of gateways: all of them, and the one whose options are edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from traitlets import Bool, Dict, HasTraits, Int, List, Unicode

from energy_workbench.contract.rows.setup import GatewayRow
from energy_workbench.domain.errors import InputError
from energy_workbench.domain.fields.gateway_options import OPTIONS
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change
from energy_workbench.widgets.setup.form.fields import number
from energy_workbench.widgets.setup.long_list import sought

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract


class GatewaysModel(HasTraits):
    """Shows every gateway; edits the options of one.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was changed, and the id of the meter to choose (none).
    """

    rows: list[GatewayRow] = List()
    """Of the façade's `gateways`."""
    search = Unicode("")
    """What of the list is looked for."""
    url = Unicode("")
    """Address of the one that is edited; empty while there is none."""
    values = Dict()
    """Options as they were typed, by name; empty for the default."""
    problems = Dict()
    """What is wrong, by the option's name."""
    failure = Unicode("")
    busy = Bool(False)
    revision = Int(0)

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    @property
    def found(self) -> list[GatewayRow]:
        """Those that are looked for."""
        return sought(self.rows, self.search, lambda row: str(row["url"]))

    def begin_list(self) -> None:
        """Show all of them, and none in particular."""
        self.cancel()
        self.ask()

    def ask(self) -> None:
        """Fetch the gateways."""
        self._doer.do(self._workbench.gateways, self._take, key="gateways list")

    def _take(self, gateways: Sequence[GatewayRow]) -> None:
        self.rows = [row.copy() for row in gateways]
        if self.url and self.url not in {row["url"] for row in self.rows}:
            self.cancel()

    def begin(self, url: str) -> None:
        """Edit the options of a gateway, from what is stored."""
        row = next((row for row in self.rows if row["url"] == url), None)
        if row is None:
            return
        with self.hold_trait_notifications():
            self.url, self.revision = url, row["revision"]
            self.values = {
                name: "" if row["options"].get(name) is None else f"{row['options'][name]:g}" for name in OPTIONS
            }
            self.problems, self.failure, self.busy = {}, "", False

    def set(self, name: str, text: str) -> None:
        """Set the value of an option, and check it at once."""
        self.values = {**self.values, name: text}
        self.problems = self._check()

    def cancel(self) -> None:
        """Change nothing."""
        with self.hold_trait_notifications():
            self.url, self.problems, self.failure = "", {}, ""

    def save(self) -> None:
        """Store the options, if they can be."""
        if self.busy or not self.url:
            return
        self.problems = self._check()
        if self.problems:
            return
        url, revision = self.url, self.revision
        options = {name: number(text) for name, text in self.values.items()}

        def done(stored: GatewayRow) -> None:
            with self.hold_trait_notifications():
                self.busy, self.url = False, ""
                self.rows = [stored.copy() if row["url"] == stored["url"] else row for row in self.rows]
            self._done(f"Gateway {url} was changed; its meters are read that way from now on.", "")

        def failed(error: Exception) -> None:
            with self.hold_trait_notifications():
                self.busy, self.failure = False, explain_change(error)
                if isinstance(error, InputError):
                    self.problems = {problem.field: problem.reason for problem in error.problems}

        with self.hold_trait_notifications():
            self.busy, self.failure = True, ""
        self._doer.do(lambda: self._workbench.set_gateway(url, options, revision=revision), done, failed, key="gateway")

    def _check(self) -> dict[str, str]:
        reasons = {}
        for name, text in self.values.items():
            value = number(text)
            if value is None:
                continue
            try:
                OPTIONS[name].check(self.url, value)
            except ValueError as reason:
                reasons[name] = str(reason)
        return reasons
