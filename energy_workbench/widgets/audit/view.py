"""View of the page of changes: menus, the table, and the way to older ones."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets

from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.audit import markup
from energy_workbench.widgets.audit.model import Model, Option
from energy_workbench.widgets.markup import heading
from energy_workbench.widgets.parts import Parts, dress, put, show, shown


class View:
    """Renders a model; `widget` is what to display."""

    def __init__(self, model: Model, make: Parts) -> None:
        self.model, self._writing = model, False
        self.title = make.text("ew-h", heading("Changes", "of the configuration, newest first"))
        self.who = make.menu([("Everybody", "")], "", "Who made the changes")
        self.kind = make.menu([("All changes", "")], "", "What was changed")
        self.table = make.text("ew-table")
        self.note = make.text("ew-more")
        self.newer, self.older = (
            dress(ipywidgets.Button(description=label, layout=make.layout), f"ew-button {name}")
            for label, name in (("← Newer", "ew-do-newer"), ("Older →", "ew-do-older"))
        )
        self.widget = make.box(
            [
                make.box(
                    [
                        make.box([self.title, make.box([self.who, self.kind], "ew-picks")], "ew-bar"),
                        self.table,
                        make.box([self.newer, self.note, self.older], "ew-buttons ew-pager"),
                    ],
                    "ew-panel",
                )
            ],
            "ew-app",
        )
        self.newer.on_click(make.guard(lambda _: model.turn(-1)))
        self.older.on_click(make.guard(lambda _: model.turn(1)))
        self.who.observe(make.guard(self._chosen("who")), "value")
        self.kind.observe(make.guard(self._chosen("action")), "value")
        show(model, "people", lambda people: self._offer(self.who, people, model.who))
        show(model, "kinds", lambda kinds: self._offer(self.kind, kinds, model.action))
        model.observe(lambda _: self._show(), ["rows", "note", "numbers", "zone"])

    def _chosen(self, name: str) -> Callable[[dict[str, Any]], None]:
        def handler(change: dict[str, Any]) -> None:
            if not self._writing:
                self.model.choose(**{name: change["new"] or ""})

        return handler

    def _offer(self, menu: ipywidgets.Dropdown, options: list[Option], chosen: str) -> None:
        """Fill a menu without taking that for a choice."""
        self._writing = True
        try:
            menu.options = options
            menu.value = chosen
        finally:
            self._writing = False

    def _show(self) -> None:
        model = self.model
        narrowed = bool(model.who or model.action or model.choices.meter)
        put(self.table, markup.changes(model.rows, model.number_of, zone_of(model.zone), narrowed=narrowed))
        put(self.note, markup.Markup(" {} ").format(model.note))
        shown(self.newer, model.first > 0)
        shown(self.older, model.older)
