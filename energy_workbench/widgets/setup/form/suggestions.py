"""View of the profiles that fit a meter: ranked, each with its reasons and a button that takes it."""

from __future__ import annotations

from functools import partial

from energy_workbench.widgets.parts import put, shown
from energy_workbench.widgets.setup.form import markup
from energy_workbench.widgets.setup.form.model import FormModel
from energy_workbench.widgets.setup.parts import SetupParts

SHOWN = 3
"""How many are offered."""


class Suggestions:
    """Renders the profiles that a form model was suggested; `find` is the button that asks, `widget` the answer."""

    def __init__(self, model: FormModel, make: SetupParts) -> None:
        self.model = model
        tooltip = "Reads the meter, and tells which profile and word order fit; needs gateway and unit id"
        self.find = make.button("Find out profile", model.suggest, classes="ew-do-find", tooltip=tooltip)
        self.said = make.text("ew-probed")
        self.takes = [
            make.button("", partial(self._take, place), kind="quiet", classes="ew-do-take") for place in range(SHOWN)
        ]
        self.reasons = [make.text("ew-note") for _ in range(SHOWN)]
        pairs = zip(self.takes, self.reasons, strict=True)
        self.rows = [make.box([take, reason], "ew-buttons ew-fitting") for take, reason in pairs]
        self.widget = make.box([self.said, *self.rows], "ew-suggestions")
        model.observe(lambda _: self._show(), ["suggesting", "suggested", "values"])
        self._show()

    def _take(self, place: int) -> None:
        if self.model.suggested:
            self.model.set("profile", self.model.suggested["candidates"][place]["profile"])

    def _show(self) -> None:
        model = self.model
        self.find.description = "Finding out…" if model.suggesting else "Find out profile"
        self.find.disabled = model.suggesting
        put(self.said, markup.suggested(model.suggested))
        candidates = model.suggested["candidates"][:SHOWN] if model.suggested else []
        for place, row in enumerate(self.rows):
            shown(row, place < len(candidates))
            if place < len(candidates):
                profile = candidates[place]["profile"]
                taken = profile == model.values.get("profile")
                self.takes[place].description = f"✓ {profile}" if taken else f"Use {profile}"
                put(self.reasons[place], markup.reasons(candidates[place]))
