"""Model of the panel of scans: a scan that is followed, and the units that are chosen to become meters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from traitlets import Bool, Dict, HasTraits, Instance, List, Unicode

from energy_workbench.contract.devices.bodies import AdoptedFields
from energy_workbench.contract.devices.rows import AdoptedMeters, ScannedUnit, ScanRow
from energy_workbench.contract.rows.setup import GatewayRow
from energy_workbench.domain.errors import InputError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

LOOK_SECONDS = 1.0
"""Pause between two looks at a scan that goes on [s]."""
ALL = "1-247"
TYPE = "machine"
"""What a unit becomes, until its meter's form says otherwise."""


class ScanModel(HasTraits):
    """Headless. `start` begins a scan, which is followed to its end; `choose` units, then `adopt` them.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter to choose (none).
    """

    gateway = Unicode("")
    units = Unicode(ALL)
    gateways: list[str] = List()
    """Addresses that meters have, to choose from."""
    scan: ScanRow | None = Instance(dict, allow_none=True)
    """The last one, as far as it is."""
    chosen: dict[int, AdoptedFields] = Dict()
    """Units that become meters, with what is entered of each."""
    parent = Unicode("")
    """Number of the meter that they hang below; empty for the top of the tree."""
    problems: dict[int, str] = Dict()
    """What is wrong with a unit, by its id."""
    failure = Unicode("")
    busy = Bool(False)

    def __init__(self, workbench: WorkbenchContract, doer: Doer, done: Callable[[str, str], None]) -> None:
        super().__init__()
        self._workbench, self._doer, self._done = workbench, doer, done

    @property
    def running(self) -> bool:
        """Whether the scan goes on."""
        return self.scan is not None and self.scan["state"] == "running"

    @property
    def free(self) -> list[ScannedUnit]:
        """Units that answered and are no meter yet."""
        return [unit for unit in (self.scan["found"] if self.scan else []) if not unit["meter"]]

    def begin(self) -> None:
        """Show the last scan; know the gateways."""
        self.failure = ""
        self._doer.do(self._workbench.gateways, self._take_gateways, lambda _: None, key="scan gateways")

    def look(self) -> None:
        """See which units are meters now: the last scan stays as it is otherwise."""
        if self.scan is not None and not self.running and not self.busy:
            self._look(wait=0.0)

    def start(self) -> None:
        """Begin a scan of the gateway that is entered."""
        if self.busy or self.running or not self.gateway.strip():
            return
        gateway, units = self.gateway.strip(), self.units.strip() or ALL
        with self.hold_trait_notifications():
            self.busy, self.failure, self.scan, self.chosen, self.problems = True, "", None, {}, {}
        self._doer.do(lambda: self._workbench.scan(gateway, units), self._take, self._refused, key="scan")

    def stop(self) -> None:
        """Cancel the scan; what it has found stays."""
        if self.running and self.scan is not None:
            scan = self.scan["id"]
            self._doer.do(lambda: self._workbench.stop_scan(scan), self._take, self._refused, key="scan")

    def choose(self, unit: int, *, wanted: bool) -> None:
        """Make a unit a meter, or leave it."""
        row = next((each for each in self.free if each["unit_id"] == unit), None)
        if row is None or wanted == (unit in self.chosen):
            return
        if wanted:
            self.chosen = {**self.chosen, unit: _proposed(row)}
        else:
            self.chosen = {key: fields for key, fields in self.chosen.items() if key != unit}
            self.problems = {key: text for key, text in self.problems.items() if key != unit}

    def choose_all(self) -> None:
        """Make a meter of each unit that is none, or of none where all are chosen."""
        if len(self.chosen) == len(self.free):
            self.chosen = {}
        else:
            self.chosen = {unit["unit_id"]: self.chosen.get(unit["unit_id"], _proposed(unit)) for unit in self.free}

    def set(self, unit: int, field: str, text: str) -> None:
        """Enter a number, a name or a profile of a chosen unit."""
        if unit in self.chosen:
            fields: AdoptedFields = {**self.chosen[unit], field: text}  # type: ignore[misc]
            self.chosen = {**self.chosen, unit: fields}
            self.problems = {key: problem for key, problem in self.problems.items() if key != unit}

    def adopt(self) -> None:
        """Make meters of the chosen units, all or none, as one change."""
        if self.busy or not self.chosen or self.scan is None:
            return
        units = sorted(self.chosen)
        fields = {
            "gateway": self.scan["gateway"], "parent": self.parent.strip() or None,
            "meters": [self.chosen[unit] for unit in units],
        }  # fmt: skip

        def done(made: AdoptedMeters) -> None:
            with self.hold_trait_notifications():
                self.busy, self.chosen, self.problems = False, {}, {}
            count = len(made["meters"])
            what = f"{made['meters'][0]} was" if count == 1 else f"{count} meters were"
            self._done(f"{what} added on {made['gateway']}; Undo takes all of it back.", "")

        def refused(error: Exception) -> None:
            self._refused(error)
            if isinstance(error, InputError):
                self.problems = _by_unit(error, units)

        with self.hold_trait_notifications():
            self.busy, self.failure, self.problems = True, "", {}
        self._doer.do(lambda: self._workbench.adopt_units(fields), done, refused, key="adopt")

    def _look(self, wait: float = LOOK_SECONDS) -> None:
        if self.scan is not None:
            scan = self.scan["id"]
            self._doer.do(lambda: self._workbench.scan_state(scan), self._take, self._refused, key="scan", wait=wait)

    def _take(self, row: ScanRow) -> None:
        with self.hold_trait_notifications():
            self.busy, self.scan = False, row.copy()
            meters = {unit["unit_id"] for unit in row["found"] if unit["meter"]}
            self.chosen = {unit: fields for unit, fields in self.chosen.items() if unit not in meters}
            for unit in self.free:
                # A profile that was found out since fills a place that nobody filled.
                known = self.chosen.get(unit["unit_id"])
                if known is not None and not known.get("profile") and unit["candidates"]:
                    self.chosen = {**self.chosen, unit["unit_id"]: _proposed(unit)}
        if row["state"] == "running":
            self._look()

    def _take_gateways(self, rows: Sequence[GatewayRow]) -> None:
        self.gateways = [row["url"] for row in rows]

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy, self.failure = False, explain_change(error)


def _proposed(unit: ScannedUnit) -> AdoptedFields:
    profile = unit["candidates"][0]["profile"] if unit["candidates"] else ""
    return {
        "unit_id": unit["unit_id"], "number": unit["number"], "name": unit["name"], "type": TYPE, "profile": profile,
    }  # fmt: skip


def _by_unit(error: InputError, units: Sequence[int]) -> dict[int, str]:
    """What is wrong, by the unit whose place in the list the problem names."""
    found: dict[int, str] = {}
    for problem in error.problems:
        at = problem.where.removeprefix("meters[").removesuffix("]")
        if at.isdecimal() and int(at) < len(units):
            found.setdefault(units[int(at)], f"{problem.field} {problem.value} {problem.reason}".strip())
    return found
