"""Model of a meter's commissioning sheet: what the meter says of how it was put in, and who signs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from traitlets import Bool, Dict, HasTraits, Instance, List, Unicode

from energy_workbench.contract.rows.commissioning import MeterChecked, SheetRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.errors import InputError
from energy_workbench.widgets.background import Doer
from energy_workbench.widgets.boundary import explain_change

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

DISPLAYED: Final = {"energy_active_import": "Import on its display", "energy_active_export": "Export on its display"}
"""Counters that people read off a display, and what each is called there."""

TYPED: Final = (*DISPLAYED, "signed_by", "remarks", "commissioned_at")
"""What has an input, beside which its problem is told."""


class ServiceModel(HasTraits):
    """Headless: `check` reads the meter and stores nothing, `sign` keeps what was found.

    Parameters
    ----------
    workbench : WorkbenchContract
    doer : Doer
    done : callable
        Is told in words what was done, and the id of the meter.
    deliver : callable
        Hands the reader a file, by its name and content.
    """

    meter = Dict()
    sheets: list[SheetRow] = List()
    """Signed ones, the newest first."""
    values = Dict()
    """What somebody typed: `signed_by`, `remarks`, `commissioned_at`, and what the display showed, by quantity."""
    found: MeterChecked | None = Instance(dict, allow_none=True)
    problems = Dict()
    failure = Unicode("")
    busy = Unicode("")
    """What is being done now; empty while nothing is."""
    known = Bool(False)

    def __init__(
        self,
        workbench: WorkbenchContract,
        doer: Doer,
        done: Callable[[str, str], None],
        deliver: Callable[[str, bytes], None] = lambda *_: None,
    ) -> None:
        super().__init__()
        self._workbench, self._doer, self._done, self._deliver = workbench, doer, done, deliver

    def begin(self, meter: MeterRow) -> None:
        """Show the sheets of a meter, and an empty one; who signed the last one is likely to sign the next."""
        name = self.values.get("signed_by", "")
        with self.hold_trait_notifications():
            self.meter, self.sheets, self.known, self.found = dict(meter), [], False, None
            self.values, self.problems, self.failure, self.busy = {"signed_by": name}, {}, "", ""
        key = meter["id"]

        def take(sheets: list[SheetRow]) -> None:
            if self.meter.get("id") == key:
                self.sheets, self.known = sheets, True

        self._doer.do(lambda: self._workbench.commissioning_sheets(key), take, key="sheets")

    def set(self, name: str, value: str) -> None:
        """Take what somebody typed."""
        self.values = {**self.values, name: value}
        self.problems = {key: text for key, text in self.problems.items() if key != name}

    @property
    def display(self) -> dict[str, str]:
        """What the display showed, where somebody typed it."""
        return {name: text for name in DISPLAYED if (text := self.values.get(name, "").strip())}

    @property
    def unstated(self) -> bool:
        """Whether nobody said yet from when on the meter is there, so that signing can."""
        return bool(self.meter) and not self.meter.get("commissioned_at")

    @property
    def offered(self) -> dict[str, str]:
        """The day that each word for that beginning would be, as far as a check told."""
        return {} if self.found is None else {each["says"]: each["commissioned_at"] for each in self.found["offers"]}

    def print_check(self) -> None:
        """Hand out what the meter says now as a PDF that nobody signed; it is read once more."""
        key, display = self.meter.get("id"), dict(self.display)
        if key:
            self._print("Reading the meter…", lambda: self._workbench.check_pdf(key, display or None))

    def print_sheet(self, version: int) -> None:
        """Hand out a signed sheet as PDF."""
        if key := self.meter.get("id"):
            self._print("Printing the sheet…", lambda: self._workbench.commissioning_pdf(key, version))

    def print_label(self) -> None:
        """Hand out the meter's label, with the QR code of its page."""
        if key := self.meter.get("id"):
            self._print("Printing the label…", lambda: self._workbench.meter_labels([key]))

    def _print(self, doing: str, ask: Callable[[], tuple[str, bytes]]) -> None:
        if self.busy:
            return
        key = self.meter.get("id")
        with self.hold_trait_notifications():
            self.busy, self.failure, self.problems = doing, "", {}

        def take(file: tuple[str, bytes]) -> None:
            if self.meter.get("id") == key:
                self.busy = ""
                self._deliver(*file)

        self._doer.do(ask, take, self._refused, key="service")

    def check(self) -> None:
        """Read the meter and look at it; nothing is stored."""
        key, display = self.meter.get("id"), dict(self.display)
        if not key or self.busy:
            return
        with self.hold_trait_notifications():
            self.busy, self.failure, self.problems, self.found = "Reading the meter…", "", {}, None

        def take(found: MeterChecked) -> None:
            if self.meter.get("id") == key:
                with self.hold_trait_notifications():
                    self.busy, self.found = "", found

        self._doer.do(
            lambda: self._workbench.check_commissioning(key, display or None), take, self._refused, key="service"
        )

    def sign(self) -> None:
        """Read the meter once more, and keep what is found, signed."""
        key, display, values = self.meter.get("id"), dict(self.display), dict(self.values)
        if not key or self.busy:
            return
        with self.hold_trait_notifications():
            self.busy, self.failure, self.problems = "Reading the meter and signing…", "", {}

        def take(sheet: SheetRow) -> None:
            with self.hold_trait_notifications():
                self.busy, self.found, self.sheets = "", None, [sheet, *self.sheets]
                self.values = {"signed_by": sheet["signed_by"]}
                self.meter = {**self.meter, "commissioned_at": sheet["commissioned_at"] or None}
            self._done(f"Sheet {sheet['version']} of {sheet['number']} is signed by {sheet['signed_by']}.", key)

        self._doer.do(
            lambda: self._workbench.sign_commissioning(
                key,
                values.get("signed_by", ""),
                values.get("remarks", ""),
                display or None,
                commissioned_at=values.get("commissioned_at", "") if self.unstated else "",
            ),
            take,
            self._refused,
            key="service",
        )

    def _refused(self, error: Exception) -> None:
        with self.hold_trait_notifications():
            self.busy = ""
            if isinstance(error, InputError):
                self.problems = {each.field: each.reason for each in error.problems if each.field in TYPED}
                others = [f"{each.value} {each.reason}".strip() for each in error.problems if each.field not in TYPED]
                self.failure = "\n".join((error.message, *others))
            else:
                self.failure = explain_change(error)
