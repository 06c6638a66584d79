"""View of the panel of registers: a range, one of its registers as every type, and what it is saved as."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from markupsafe import Markup

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.parts import SetupParts, alert, told
from energy_workbench.widgets.setup.registers import markup
from energy_workbench.widgets.setup.registers.model import ASKED, ORDERS, RegistersModel

NONE = ("Choose…", "")
FUNCTIONS = [("Holding registers (3)", "3"), ("Input registers (4)", "4")]
LETTERS = {"abcd": "usual", "cdab": "words turned", "badc": "bytes turned", "dcba": "both turned"}


class RegistersView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: RegistersModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._writing = False
        orders = [(f"{order.upper()} ({LETTERS[order]})", order) for order in ORDERS]
        quantities = [NONE, *((f"{each.label} [{each.unit}]", name) for name, each in QUANTITIES.items())]
        self.inputs: dict[str, Any] = {
            "gateway": make.suggesting("Gateway", "tcp://10.0.0.5:502"), "unit_id": make.input("Unit id"),
            "first": make.input("First address"), "count": make.input("How many"),
            "function": make.select("Kind", FUNCTIONS), "order": make.select("Order", orders),
            "type": make.select("Type", [NONE]), "quantity": make.select("Quantity", quantities),
            "unit": make.select("Unit on the wire", [NONE]), "scale": make.input("Scale"),
            "profile": make.input("Profile of this home", "own_meter"), "vendor": make.input("Maker"),
            "model": make.input("Model"),
        }  # fmt: skip
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        fields = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name}")
            for name, widget in self.inputs.items()
        }
        self.read = make.button("Read", model.read, kind="primary", classes="ew-do-read-registers")
        self.failure, self.said = make.text("ew-failure"), make.text("ew-section")
        self.table, self.views = make.text("ew-section"), make.text("ew-section")
        self.pick = make.select("Look at", [("Choose…", -1)], classes="ew-input ew-pick-register")  # type: ignore[list-item]
        self.save = make.button("Save in the profile", model.save, kind="primary", classes="ew-do-save-register")
        asked = [fields[name] for name in (*ASKED, "order")]
        saved = [box for name, box in fields.items() if name not in (*ASKED, "order")]
        self.form = make.box(
            [make.box(saved, "ew-grid"), make.box([self.save], "ew-buttons")], "ew-ask ew-register-form"
        )
        title = make.text("ew-h", Markup("<h2>Registers of a device</h2>"))
        hint = make.text(
            "ew-section", Markup('<p class="ew-hint">They are only read; nothing is written to a device.</p>')
        )
        self.widget = make.box(
            [
                make.box([title, make.button("Close", back, classes="ew-do-back")], "ew-bar"),
                hint, make.box(asked, "ew-grid"), make.box([self.read], "ew-buttons"), self.failure, self.table,
                self.pick, self.views, self.form, self.said,
            ],
            "ew-bulk ew-registers",
        )  # fmt: skip
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.pick.observe(guard(self._picked), "value")
        model.observe(
            lambda _: self._show(),
            ["values", "gateways", "found", "address", "problems", "failure", "said", "busy"],
        )
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing:
            self.model.look(-1 if change["new"] is None else int(change["new"]))

    def _show(self) -> None:
        model = self.model
        self._writing = True
        try:
            self._fill()
        finally:
            self._writing = False
        for name, note in self.notes.items():
            problem = model.problems.get(name, "")
            put(note, told(problem))
            dressed(self.inputs[name], "ew-invalid", bool(problem))
        put(self.failure, alert(model.failure))
        put(self.said, Markup('<p role="status">✓ {}</p>').format(model.said) if model.said else Markup())
        put(self.table, markup.table(model.found, model.values["order"], model.address))
        put(self.views, markup.views(model.register) if model.found else Markup())
        shown(self.pick, model.found is not None)
        shown(self.form, model.register is not None)
        self.read.description = "Reading…" if model.busy else "Read"
        self.read.disabled = model.busy or not model.values["gateway"].strip()
        self.save.disabled = model.busy

    def _fill(self) -> None:
        model = self.model
        self.inputs["gateway"].options = tuple(model.gateways)
        there = [row for row in (model.found["registers"] if model.found else ()) if row["word"] is not None]
        menu = [("Choose…", -1), *((f"{row['address']} (0x{row['hex']})", row["address"]) for row in there)]
        if list(self.pick.options) != menu:
            self.pick.options = menu
        self.pick.value = model.address if model.address in dict(menu).values() else -1
        for name, choices in (("type", model.types), ("unit", model.units)):
            options = [NONE, *((each, each) for each in choices)]
            if list(self.inputs[name].options) != options:
                self.inputs[name].options = options
        for name, widget in self.inputs.items():
            text = model.values[name]
            if name in ("type", "unit") and text not in [value for _, value in widget.options]:
                text = ""
            if widget.value != text:
                widget.value = text
