"""What pages with a history have in common: a reader zooms in, and sees more of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from traitlets import Any as AnyTrait
from traitlets import Dict, Enum, Unicode

from energy_workbench.figures.over_time import over_time
from energy_workbench.figures.pattern import SPANS
from energy_workbench.figures.raw_power import of_readings, raw_power
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.browser.chart import Window
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.history import Historian, History, before_name, silence
from energy_workbench.widgets.page_model import Asked, PageModel

NEARLY = 0.98
"""Who sees this share of a period sees all of it [1]."""

STEPS = (("Auto", ""), ("Hours", "1h"), ("Days", "1d"), ("Weeks", "1w"), ("Months", "1mo"))
"""Resolutions that a reader may ask for."""


class ZoomedPage(PageModel):
    """A page whose `history_figure` can be zoomed into, down to single readings."""

    every_wanted = Enum(tuple(every for _, every in STEPS), "").tag(address="every", asks=True)
    window = AnyTrait(None).tag(asks=True)
    """What is zoomed to, on the site's clock; None for all of the period."""
    measure = Enum(("energy", "demand"), "energy").tag(address="measure")

    history_figure = Dict()
    history_note = Unicode("")
    """What the chart shows, in words."""

    def __init__(self, workbench: Any, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        self.historian = Historian(workbench)
        self.history: History | None = None
        self._span: tuple[str, str] | None = None
        choices.observe(self._all, ["period", "meter"])
        self.observe(self._all, "every_wanted")
        self.observe(self._draw, "window")

    def zoom(self, window: Window | None) -> None:
        """A reader has zoomed to that window; None for out again."""
        self.window = None if window is None or self._is_all(window) else window

    def look(self, asked: Asked) -> History:
        """Ask for the history; runs in a thread."""
        own = dict(asked.own)
        return self.historian.look(asked.meter, asked.period, own["every_wanted"], own["window"], asked.compare)

    def show_history(self, found: History) -> None:
        """Take what came of it."""
        self.history = found
        if found.unknown:
            self.problem = f"There is no meter “{found.unknown}”: {found.meter['number']} is shown."

    def draw_history(self) -> None:
        """Make the figure of the history, and what it says."""
        found = self.history
        assert found is not None
        part = found.part if self.window else None
        # A browser keeps its zoom as long as the range of the whole is given as it was.
        span = self._span = self._span if self.window and self._span else found.edges
        revision = f"{found.whole['number']} {self.period} {found.whole['every']}"
        if part and found.raw:
            self.history_figure = raw_power(
                of_readings(part), span=span, number=part["number"], theme=self.theme,
                pause=silence(found.meter).total_seconds(),
                revision=f"{revision} {self.measure}",
            )  # fmt: skip
            self.history_note = "power of each reading · double-click for all"
            return
        shown = part or found.whole
        self.history_figure = over_time(
            shown,
            theme=self.theme,
            measure=self.measure,
            before=found.before_part if part else found.before,
            before_name=before_name(found.comparison) if found.comparison else "",
            span=span,
            until=found.now,
            revision=revision,
        )
        every = SPANS.get(shown["every"], shown["every"])
        what = "energy" if self.measure == "energy" else "highest 15 min"
        coarser = self.every_wanted and found.whole["every"] != self.every_wanted
        more = f", finer than that is more than can be seen in {self.period}" if coarser else ""
        self.history_note = f"{what} per {every}{more} · zoom in for more, double-click for all"

    def history_table(self) -> Sheet:
        """What the chart shows."""
        found = self.history
        assert found is not None
        part = found.part if self.window else None
        number, zone = found.whole["number"], found.whole["timezone"]
        if part and found.raw:
            rows = [{"ts": row["ts"], **row["values"]} for row in part["items"]]
            known = [name for name in part["quantities"] if any(name in row for row in rows)]
            heads = {"ts": f"Time ({zone})"} | {name: _head(name) for name in known}
            return sheet(f"Readings {number}", rows, heads)
        shown, before = part or found.whole, found.before_part if part else found.before
        points = [
            {**point, "before_kwh": before[place] if place < len(before) else None}
            for place, point in enumerate(shown["points"])
        ]
        columns = {"start": f"Start ({zone})", "energy_kwh": f"Energy {shown['word']} [kWh]"}
        if shown["other_name"]:
            columns["other_kwh"] = f"Energy {shown['other_name']} [kWh]"
        if before and found.comparison:
            columns["before_kwh"] = f"Energy {before_name(found.comparison)} [kWh]"
        columns |= {"demand_kw": "Maximum demand [kW]", "quality": "Quality", "completeness": "Complete [1]"}
        return sheet(f"Energy {number} {self.period}", points, columns)

    def _all(self, _: Any) -> None:
        self.window = None

    def _is_all(self, window: Window) -> bool:
        if self.history is None:
            return True
        first, last = (datetime.fromisoformat(edge).replace(tzinfo=None) for edge in self.history.edges)
        inside = min(window[1], last) - max(window[0], first)
        return inside >= NEARLY * (last - first)


def _head(name: str) -> str:
    from energy_workbench.domain.quantities import quantity

    found = quantity(name)
    return f"{found.label} [{found.unit}]"
