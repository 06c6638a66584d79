"""View of the details of one meter: its sections, and a button for each action."""

from __future__ import annotations

from collections.abc import Callable

import ipywidgets
from markupsafe import Markup

from energy_workbench.domain.time.period import zone_of
from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.details import markup
from energy_workbench.widgets.setup.details.model import DetailsModel
from energy_workbench.widgets.setup.parts import SetupParts

Act = Callable[[], None]


class DetailsView:
    """Renders a model; `widget` is what to display.

    Parameters
    ----------
    model : DetailsModel
    make : SetupParts
    acts : dict of str to callable
        What the buttons do: `edit`, `duplicate`, `move`, `status`, `exchange`, `hand_reading`, `service`, `limits`,
        `template`, `delete`.
    between : list of widget
        Stands between the buttons and the sections: the open question.
    after : list of widget
        Stands below the sections: the CT/PT history.
    """

    def __init__(
        self,
        model: DetailsModel,
        make: SetupParts,
        acts: dict[str, Act],
        between: list[ipywidgets.Widget],
        after: list[ipywidgets.Widget],
    ) -> None:
        self.model = model
        self.title = make.text("ew-meter", markup.title(None, ()))
        self.edit = make.button("Edit", acts["edit"], kind="primary", classes="ew-do-edit")
        self.buttons = make.box(
            [
                self.edit,
                make.button("Move…", acts["move"], classes="ew-do-move"),
                make.button("Change status…", acts["status"], classes="ew-do-status"),
                make.button(
                    "Exchange device…",
                    acts["exchange"],
                    classes="ew-do-exchange-device",
                    tooltip="Another device took its place: last and first readings, serial number",
                ),
                make.button(
                    "Enter reading…",
                    acts["hand_reading"],
                    classes="ew-do-hand-reading",
                    tooltip="What somebody read off its display: of a day, of a month",
                ),
                make.button(
                    "Commissioning…",
                    acts["service"],
                    classes="ew-do-service",
                    tooltip="How it was put in, signed by whom",
                ),
                make.button("Limits…", acts["limits"], classes="ew-do-own-limits", tooltip="From when on it warns"),
                make.button("Duplicate", acts["duplicate"], classes="ew-do-duplicate", tooltip="A new meter like this"),
                make.button("Save as template…", acts["template"], classes="ew-do-template"),
                make.button("Delete…", acts["delete"], kind="danger", classes="ew-do-delete"),
            ],
            "ew-buttons",
        )
        self.basic, self.state, self.transformers, self.connection = (make.text("ew-section") for _ in range(4))
        self.values = make.text("ew-section ew-values-section")
        self.events = make.text("ew-section ew-events")
        self.changes = make.text("ew-section")
        self.sections = make.box([self.basic, self.state, self.transformers, self.connection], "ew-sections")
        self.widget = make.box(
            [self.title, self.buttons, *between, self.sections, self.events, self.values, *after, self.changes],
            "ew-details",
        )
        model.observe(lambda _: self._show(), ["row", "path"])
        model.observe(lambda _: self._show_values(), ["values", "values_at", "row"])
        model.observe(lambda _: self._show_changes(), ["changes", "row", "zone"])
        model.observe(lambda _: self._show_events(), ["events", "row"])
        self._show()
        self._show_values()
        self._show_changes()
        self._show_events()

    def _show(self) -> None:
        row = self.model.row
        put(self.title, markup.title(row or None, self.model.path))
        for widget, draw in (
            (self.basic, markup.basic),
            (self.state, markup.state),
            (self.transformers, markup.transformers),
            (self.connection, markup.connection),
        ):
            put(widget, draw(row) if row else Markup())
        for widget in (self.buttons, self.sections, self.events, self.values, self.changes):
            shown(widget, bool(row))

    def _show_values(self) -> None:
        put(self.values, markup.values(self.model.values, self.model.values_at) if self.model.row else Markup())

    def _show_events(self) -> None:
        put(self.events, markup.events(self.model.events) if self.model.row else Markup())

    def _show_changes(self) -> None:
        model = self.model
        put(
            self.changes,
            markup.changes(model.changes, model.row, model.meters.number_of, zone_of(model.zone))
            if model.row
            else Markup(),
        )
