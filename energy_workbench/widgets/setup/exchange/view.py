"""View of the exchanges of a meter's device: the form with its preview, the history, and the question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from energy_workbench.domain.quantities import QUANTITIES
from energy_workbench.domain.time.period import zone_of
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.exchange import markup
from energy_workbench.widgets.setup.exchange.model import SIDES, ExchangeModel
from energy_workbench.widgets.setup.form.fields import APPLIED, CT, FIELDS, PT
from energy_workbench.widgets.setup.instant_input import InstantInput
from energy_workbench.widgets.setup.parts import SetupParts, alert, told

NONE = ""
READ = {"closing": "Old device, last [{}]", "opening": "New device, first [{}]"}
HINTS = {"new_serial": "Of the device that was put in", "note": "Such as who did it, and the number of the seal"}


class ExchangeView:
    """Renders a model; `widget` is what to display, empty until somebody opens it."""

    def __init__(
        self, model: ExchangeModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self._make, self._back, self._guard = make, back, guard
        self._writing = False
        self.widget = make.box([], "ew-bulk ew-exchange")
        model.observe(lambda _: self._build(), "meter")

    def _build(self) -> None:
        """Make the widgets, the first time that they are needed."""
        if self.widget.children or not self.model.meter:
            return
        make, model = self._make, self.model
        self.title = make.text("ew-h")
        self.at = InstantInput(make, "When", lambda text: model.set("at", text))
        self.inputs: dict[str, Any] = {"new_serial": make.input("New serial number"), "note": make.input("Note")}
        self.inputs["profile"] = make.select(FIELDS["profile"].label, [("None", NONE)])
        for field in (*CT, *PT):
            self.inputs[field.name] = make.input(field.label)
        self.inputs["ratio_applied_by"] = make.select(APPLIED[0].label, APPLIED[0].options)
        for name in COUNTERS:
            known = QUANTITIES[name]
            for side, words in READ.items():
                self.inputs[f"{side}.{name}"] = make.input(words.format(known.unit))
        self.notes = {name: make.text("ew-note") for name in ("at", *self.inputs)}
        self.rows = {
            name: make.box([widget, self.notes[name]], f"ew-field ew-field-{name.replace('.', '-')}")
            for name, widget in self.inputs.items()
        }
        when = make.box([self.at.widget, self.notes["at"]], "ew-field ew-field-at")
        self.counters = {name: self._counter(name) for name in COUNTERS}
        device = [self.rows[name] for name in ("profile", *(field.name for field in (*CT, *PT)), "ratio_applied_by")]
        self.preview, self.failure = make.text("ew-section"), make.text("ew-failure")
        self.save = make.button("Record the exchange", model.save, kind="primary", classes="ew-do-exchange")
        self.form = make.box(
            [
                make.box([when, self.rows["new_serial"]], "ew-grid"),
                self._group("Readings of the devices, as they show them", list(self.counters.values()), "ew-counters"),
                self._group("The new device", device, "ew-grid ew-grid-ct"),
                self.rows["note"],
            ],
            "ew-group",
        )
        self.asked = make.text("ew-asked")
        self.remove = make.button("Take it away", model.remove, kind="danger", classes="ew-do-remove-exchange")
        self.keep = make.button("Keep it", model.keep, classes="ew-do-refuse")
        self.question = make.box([self.asked, make.box([self.keep, self.remove], "ew-buttons")], "ew-ask")
        self.history = make.text("ew-section")
        self.pick = make.select("Take away", [("Choose…", NONE)], classes="ew-input ew-pick-exchange")
        self.widget.children = [
            make.box([self.title, make.button("Close", self._back, classes="ew-do-back")], "ew-bar"),
            self.form,
            self.preview,
            self.failure,
            make.box([self.save], "ew-buttons"),
            self.question,
            self.history,
            self.pick,
        ]
        guard = self._guard
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.pick.observe(guard(self._picked), "value")
        model.observe(lambda _: self._show_rows(), ["rows", "known", "profiles", "meter", "removing"])
        model.observe(
            lambda _: self._show(),
            ["values", "problems", "failure", "busy", "preview", "looking", "removing", "counters", "zone"],
        )
        self._show_rows()
        self._show()

    def _group(self, heading: str, rows: list[Any], classes: str) -> Any:
        text = self._make.text("ew-section", markup.Markup("<h3>{}</h3>").format(heading))
        return self._make.box([text, self._make.box(rows, classes)], "ew-group")

    def _counter(self, name: str) -> Any:
        """A counter: its name, its last reading of the old device and its first of the new one."""
        label = self._make.text("ew-section ew-counter-name", markup.Markup("<p>{}</p>").format(QUANTITIES[name].label))
        return self._make.box([label, *(self.rows[f"{side}.{name}"] for side in SIDES)], "ew-grid ew-counter")

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if not self._writing and change["new"]:
            self.model.ask_remove(str(change["new"]))

    def _write(self, act: Callable[[], None]) -> None:
        """Change inputs without taking it for what somebody typed."""
        before, self._writing = self._writing, True
        try:
            act()
        finally:
            self._writing = before

    def _show_rows(self) -> None:
        model = self.model
        put(self.title, markup.title(model.meter))
        put(self.history, markup.history(model.rows, known=model.known))
        options = [("Choose…", NONE), *((markup.option(row), row["at"]) for row in reversed(model.rows))]
        profiles = [(f"{row['vendor']} {row['model']}".strip(), row["id"]) for row in model.profiles]
        held = model.values.get("profile", NONE)
        menu = [
            ("None", NONE),
            *profiles,
            *([(held, held)] if held not in (NONE, *(key for _, key in profiles)) else []),
        ]

        def write() -> None:
            if list(self.pick.options) != options:
                self.pick.options = options
            self.pick.value = model.removing if model.removing in [key for _, key in options] else NONE
            if list(self.inputs["profile"].options) != menu:
                self.inputs["profile"].options = menu
            self.inputs["profile"].value = held

        self._write(write)
        shown(self.pick, bool(model.rows))

    def _show(self) -> None:
        model, counters = self.model, {each["quantity"]: each for each in self.model.counters}
        asking = bool(model.removing)
        self.at.show(model.values.get("at", ""), zone_of(model.zone))
        self._write(self._fill)
        for name, note in self.notes.items():
            side, _, quantity = name.partition(".")
            hint = markup.read(counters[quantity], side) if quantity in counters else HINTS.get(name, "")
            problem = model.problems.get(name, "")
            put(note, told(problem, hint=hint))
            if name in self.inputs:
                dressed(self.inputs[name], "ew-invalid", bool(problem))
        for name, row in self.counters.items():
            shown(row, name in model.counted)
        put(self.preview, markup.preview(model.preview, looking=model.looking, removing=asking))
        put(self.failure, alert(model.failure))
        put(self.asked, markup.asked(model.row))
        shown(self.form, not asking)
        shown(self.question, asking)
        shown(self.save, not asking)
        self.save.description = "Recording…" if model.busy else "Record the exchange"
        self.save.disabled = self.remove.disabled = model.busy

    def _fill(self) -> None:
        for name, widget in self.inputs.items():
            text = self.model.values.get(name, "")
            if widget.value != text and (name != "profile" or text in [key for _, key in widget.options]):
                widget.value = text
