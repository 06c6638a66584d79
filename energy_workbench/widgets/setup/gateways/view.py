"""View of the panel of gateways: a table, a menu to choose one, and its options with units and defaults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from markupsafe import Markup

from energy_workbench.contract.rows.setup import GatewayRow
from energy_workbench.domain.fields.gateway_options import OPTIONS, GatewayOption
from energy_workbench.widgets.parts import dressed, put, shown
from energy_workbench.widgets.setup.gateways.model import GatewaysModel
from energy_workbench.widgets.setup.long_list import SHOWN, rest
from energy_workbench.widgets.setup.parts import SetupParts, alert, told

NONE = ""
"""Value of the menu while no gateway is chosen."""


class GatewaysView:
    """Renders a model; `widget` is what to display."""

    def __init__(
        self, model: GatewaysModel, make: SetupParts, back: Callable[[], None], guard: Callable[..., Any]
    ) -> None:
        self.model = model
        self.table = make.text("ew-section")
        self.search = make.input("Find", "Part of an address", classes="ew-input ew-search")
        self.pick = make.select("Options of", [("Choose…", NONE)], classes="ew-input ew-pick-gateway")
        self.inputs = {option.name: make.input(_label(option)) for option in OPTIONS.values()}
        self.notes = {name: make.text("ew-note") for name in self.inputs}
        rows = [
            make.box([widget, self.notes[name]], f"ew-field ew-field-{name}") for name, widget in self.inputs.items()
        ]
        self.failure = make.text("ew-failure")
        self.save = make.button("Save options", model.save, kind="primary", classes="ew-do-save-gateway")
        cancel = make.button("Cancel", model.cancel, classes="ew-do-leave-gateway")
        buttons = make.box([self.save, cancel], "ew-buttons")
        self.form = make.box([make.box(rows, "ew-grid"), self.failure, buttons], "ew-ask")
        self.widget = make.box(
            [
                make.box(
                    [make.text("ew-h", Markup("<h2>Gateways</h2>")), make.button("Close", back, classes="ew-do-back")],
                    "ew-bar",
                ),
                self.search,
                self.table,
                self.pick,
                self.form,
            ],
            "ew-bulk ew-gateways",
        )
        self._writing = False
        for name, widget in self.inputs.items():
            widget.observe(guard(self._typed(name)), "value")
        self.pick.observe(guard(self._picked), "value")
        self.search.observe(guard(lambda change: model.set_trait("search", change["new"])), "value")
        model.observe(lambda _: self._show_rows(), ["rows", "search"])
        model.observe(lambda _: self._show(), ["url", "values", "problems", "failure", "busy"])
        self._show_rows()
        self._show()

    def _typed(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.set(name, str(change["new"] or ""))

        return handler

    def _picked(self, change: dict[str, Any]) -> None:
        if self._writing:
            return
        if change["new"]:
            self.model.begin(str(change["new"]))
        else:
            self.model.cancel()

    def _show_rows(self) -> None:
        rows, found = self.model.rows, self.model.found
        put(self.table, table(found, sought=bool(self.model.search.strip())))
        urls = [str(row["url"]) for row in found[:SHOWN]]
        if self.model.url and self.model.url not in urls:
            urls.append(self.model.url)
        options = [("Choose…", NONE), *((url, url) for url in urls)]
        shown(self.search, len(rows) > SHOWN)
        self._writing = True
        try:
            if list(self.pick.options) != options:
                self.pick.options = options
                self.pick.value = self.model.url if self.model.url in dict(options).values() else NONE
        finally:
            self._writing = False
        shown(self.pick, bool(rows))

    def _show(self) -> None:
        model = self.model
        shown(self.form, bool(model.url))
        self._writing = True
        try:
            if self.pick.value != model.url and model.url in [value for _, value in self.pick.options]:
                self.pick.value = model.url
            for name, text in model.values.items():
                if self.inputs[name].value != text:
                    self.inputs[name].value = text
        finally:
            self._writing = False
        for name, note in self.notes.items():
            option, problem = OPTIONS[name], model.problems.get(name, "")
            put(note, told(problem, hint=f"{option.help}. Empty: {option.default(model.url)}"))
            dressed(self.inputs[name], "ew-invalid", bool(problem))
        put(self.failure, alert(model.failure))
        self.save.description = "Saving…" if model.busy else "Save options"
        self.save.disabled = model.busy or bool(model.problems)


def table(rows: Sequence[GatewayRow], *, sought: bool = False) -> Markup:
    """Gateways with their meters and options, of very many the first; a default is marked as one."""
    if not rows and sought:
        return Markup('<p class="ew-hint">No gateway has that in its address.</p>')
    if not rows:
        return Markup('<p class="ew-hint">No meter names a gateway yet: give a meter one in its form.</p>')
    heads = Markup().join(
        Markup("<th>{}</th>").format(text) for text in ("Gateway", "Meters online", *map(_label, OPTIONS.values()))
    )
    lines = Markup().join(
        Markup('<tr><td class="ew-address">{}</td><td>{} of {}</td>').format(
            str(row["url"]), row["online"], row["meters"]
        )
        + Markup().join(_cell(option, row) for option in OPTIONS.values())
        + Markup("</tr>")
        for row in rows[:SHOWN]
    )
    head = Markup("<thead><tr>{}</tr></thead>").format(heads)
    listed = Markup('<div class="ew-scroll"><table class="ew-list">{}<tbody>{}</tbody></table></div>')
    return listed.format(head, lines) + rest(len(rows))


def _cell(option: GatewayOption, row: GatewayRow) -> Markup:
    value = row["options"].get(option.name)
    if value is not None:
        return Markup("<td>{:g}</td>").format(value)
    short = option.default(str(row["url"])).partition(":")[0]
    return Markup('<td class="ew-default" title="Default">{}</td>').format(short)


def _label(option: GatewayOption) -> str:
    return f"{option.label} [{option.unit}]" if option.unit else option.label
