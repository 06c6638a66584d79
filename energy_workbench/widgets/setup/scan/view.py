"""View of the panel of scans: gateway and units, how far it is, and what answered, each to be taken as a meter."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.devices.rows import ScannedUnit
from energy_workbench.widgets.finding import LISTED, SUGGESTED, hits
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.scan import markup
from energy_workbench.widgets.setup.scan.model import ScanModel

NONE = ("No profile", "")


class UnitRow:
    """A unit that answered: what it is, and the fields of the meter that it becomes."""

    def __init__(self, model: ScanModel, unit: int, make: SetupParts, guard: Callable[..., Any]) -> None:
        self.model, self.unit = model, unit
        self.text = make.text("ew-scanned-text")
        self.take = make.tick("Make it a meter")
        self.inputs = {
            "number": make.input("Number"),
            "name": make.input("Name"),
            "profile": make.select("Profile", [NONE]),
        }
        self.note = make.text("ew-note")
        self.fields = make.box([*self.inputs.values(), self.note], "ew-grid ew-scanned-fields")
        self.widget = make.box([self.text, self.take, self.fields], f"ew-scanned ew-scanned-{unit}")
        self._writing = False
        self.take.observe(guard(self._taken), "value")
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")

    def _taken(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.choose(self.unit, wanted=bool(change["new"]))

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(self.unit, name, str(change["new"] or ""))

        return handler

    def show(self, row: ScannedUnit) -> None:
        """Show what is known of it."""
        fields = self.model.chosen.get(self.unit)
        put(self.text, markup.unit(row))
        put(self.note, told(self.model.problems.get(self.unit, "")))
        shown(self.take, not row["meter"])
        shown(self.fields, fields is not None)
        self._writing = True
        try:
            self.take.value = fields is not None
            if fields is not None:
                self._fill(row, fields.get("number", ""), fields.get("name", ""), fields.get("profile", ""))
        finally:
            self._writing = False

    def _fill(self, row: ScannedUnit, number: str, name: str, profile: str) -> None:
        menu = [NONE, *((f"{each['profile']} ({each['certainty']})", each["profile"]) for each in row["candidates"])]
        if list(self.inputs["profile"].options) != menu:
            self.inputs["profile"].options = menu
        for key, text in (("number", number), ("name", name), ("profile", profile)):
            if self.inputs[key].value != text:
                self.inputs[key].value = text


class ScanView:
    """Renders a model; `widget` is what to display.

    Parameters
    ----------
    numbers : callable
        Numbers of the meters that there are, to choose a parent from.
    """

    def __init__(
        self,
        model: ScanModel,
        make: SetupParts,
        back: Callable[[], None],
        guard: Callable[..., Any],
        numbers: Callable[[], Iterable[str]],
    ) -> None:
        self.model = model
        self._make, self._guard, self._numbers = make, guard, numbers
        self._writing = False
        self.gateway = make.suggesting("Gateway", "tcp://10.0.0.5:502")
        self.units = make.input("Unit ids", "1-247")
        self.start = make.button("Scan", model.start, kind="primary", classes="ew-do-scan-start")
        self.stop = make.button("Cancel the scan", model.stop, kind="danger", classes="ew-do-scan-stop")
        self.failure = make.text("ew-failure")
        self.progress = make.text("ew-section ew-scan-progress")
        self.rows: dict[int, UnitRow] = {}
        self.list = make.box([], "ew-scanned-list")
        self.all = make.button("Choose all", model.choose_all, kind="quiet", classes="ew-do-scan-all")
        self.parent = make.suggesting("Below meter", "empty: at the top of the tree")
        self.adopt = make.button("Add as meters", model.adopt, kind="primary", classes="ew-do-adopt")
        self.question = make.box([self.parent, make.box([self.all, self.adopt], "ew-buttons")], "ew-ask ew-scan-adopt")
        title = make.text("ew-h", Markup("<h2>Scan a gateway</h2>"))
        hint = make.text(
            "ew-section",
            Markup(
                '<p class="ew-hint">Asks each unit id who is there and what it is. Meters of that gateway are polled'
                " meanwhile; nothing is ever written to a device.</p>"
            ),
        )
        self.widget = make.box(
            [
                make.box([title, make.button("Close", back, classes="ew-do-back")], "ew-bar"),
                hint, make.box([self.gateway, self.units], "ew-grid"),
                make.box([self.start, self.stop], "ew-buttons"), self.failure, self.progress, self.list, self.question,
            ],
            "ew-bulk ew-scan",
        )  # fmt: skip
        for widget, name in ((self.gateway, "gateway"), (self.units, "units"), (self.parent, "parent")):
            widget.observe(guard(self._typed(name)), "value")
        model.observe(
            lambda _: self._show(),
            ["gateway", "units", "gateways", "scan", "chosen", "parent", "problems", "failure", "busy"],
        )
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set_trait(name, str(change["new"] or ""))
                if name == "parent":
                    self._suggest()

        return handler

    def _suggest(self) -> None:
        """Offer the meters below which found ones can hang; of very many those that have what is typed."""
        numbers = tuple(self._numbers())
        if len(numbers) > LISTED:
            numbers = tuple(hits(self.model.parent, ((number, "") for number in numbers)))[:SUGGESTED]
        self.parent.options = numbers

    def _show(self) -> None:
        model = self.model
        self._writing = True
        try:
            for widget, text in ((self.gateway, model.gateway), (self.units, model.units), (self.parent, model.parent)):
                if widget.value != text:
                    widget.value = text
            self.gateway.options = tuple(model.gateways)
        finally:
            self._writing = False
        put(self.failure, alert(model.failure))
        put(self.progress, markup.progress(model.scan))
        self._show_units(model.scan["found"] if model.scan else [])
        self.start.disabled = model.busy or model.running or not model.gateway.strip()
        self.start.description = "Scanning…" if model.running else "Scan"
        shown(self.stop, model.running)
        shown(self.question, bool(model.free))
        count = len(model.chosen)
        self.all.description = "Choose none" if count and count == len(model.free) else "Choose all"
        self.adopt.description = f"Add {count} as meters" if count != 1 else "Add 1 as a meter"
        self.adopt.disabled = model.busy or not count

    def _show_units(self, found: Iterable[ScannedUnit]) -> None:
        units = {row["unit_id"]: row for row in found}
        if list(self.rows) != list(units):
            self.rows = {
                unit: self.rows.get(unit) or UnitRow(self.model, unit, self._make, self._guard) for unit in units
            }
            self.list.children = [row.widget for row in self.rows.values()]
            self._suggest()
        for unit, row in self.rows.items():
            row.show(units[unit])
