"""Base of the pages with a history of one meter: a chart over time that can be zoomed into."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from traitlets import Any as AnyTrait
from traitlets import Dict, Enum, Unicode

from energy_workbench.figures.over_time import over_time
from energy_workbench.figures.pattern import SPANS
from energy_workbench.figures.raw_power import of_readings, raw_power
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.browser.chart import Window
from energy_workbench.widgets.choices import Choices
from energy_workbench.widgets.history import Historian, History, Zoomed, before_name, silence
from energy_workbench.widgets.page_model import PageModel, Selection

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

NEARLY = 0.98
"""A window that has this share of a period shows all of it [1]."""

STEPS = (("Auto", ""), ("Hours", "1h"), ("Days", "1d"), ("Weeks", "1w"), ("Months", "1mo"))
"""Resolutions that a reader may ask for."""

THINNED_PAUSE = 16 * 60.0
"""Readings that were thinned are up to a quarter of an hour apart: a longer pause is a gap [s]."""


class ZoomedPage(PageModel):
    """A page whose `history_figure` can be zoomed into, down to single readings."""

    every_wanted = Enum(tuple(every for _, every in STEPS), "").tag(address="every", asks=True)
    window = AnyTrait(None).tag(asks=True)
    """What is zoomed to, on the site's clock; None for all of the period."""
    measure = Enum(("energy", "demand"), "energy").tag(address="measure")

    history_figure = Dict()
    history_note = Unicode("")
    """What the chart shows, in words."""

    def __init__(self, workbench: WorkbenchContract, choices: Choices, **own: Any) -> None:
        super().__init__(workbench, choices, **own)
        self.historian = Historian(workbench)
        self.history: History | None = None
        self._span: tuple[str, str] | None = None
        choices.observe(self._all, ["period", "meter"])
        self.observe(self._all, "every_wanted")
        self.observe(self._draw, "window")

    @property
    def subject(self) -> str:
        whole = self.history.whole if self.history else None
        return super().subject if whole is None else " ".join(dict.fromkeys(filter(None, (whole.number, whole.name))))

    def zoom(self, window: Window | None) -> None:
        """Zoom to that window; None for all of the period."""
        self.window = None if window is None or self._is_all(window) else window

    def look(self, selection: Selection) -> History:
        """Fetch the history; runs in a thread."""
        own = dict(selection.own)
        return self.historian.look(
            selection.meter, selection.period, own["every_wanted"], own["window"], selection.compare
        )

    def show_history(self, history: History) -> None:
        """Take what was fetched."""
        self.history = history
        if history.unknown:
            self.problem = f"There is no meter “{history.unknown}”: {history.meter['number']} is shown."

    def draw_history(self) -> None:
        """Make the figure of the history, and the words beside it."""
        history = self.history
        assert history is not None
        whole, zoomed = history.whole, history.zoomed if self.window else Zoomed()
        # A browser keeps its zoom as long as the range of the whole is given as it was.
        span = self._span = self._span if self.window and self._span else history.edges
        revision = f"{whole.number} {self.period} {whole.every}"
        if zoomed.readings is not None:
            self.history_figure = raw_power(
                of_readings(zoomed.readings.to_dict()), span=span, number=zoomed.readings.number, theme=self.theme,
                pause=silence(history.meter).total_seconds() if not zoomed.readings.thinned else THINNED_PAUSE,
                revision=f"{revision} {self.measure}",
            )  # fmt: skip
            each = (
                "the readings that are kept of this time: it is thinned" if zoomed.readings.thinned else "each reading"
            )
            self.history_note = f"power of {each} · double-click for all"
            return
        shown = whole if zoomed.pattern is None else zoomed.pattern
        self.history_figure = over_time(
            shown.to_dict(),
            theme=self.theme,
            measure=self.measure,
            before=history.before if zoomed.pattern is None else zoomed.before,
            before_name="" if history.comparison is None else before_name(history.comparison),
            span=span,
            until=history.now,
            revision=revision,
        )
        every = SPANS.get(shown.every, shown.every)
        what = "energy" if self.measure == "energy" else f"highest {shown.block_minutes} min"
        coarser = self.every_wanted and whole.every != self.every_wanted
        more = f", as finer steps are too many to show for {self.period}" if coarser else ""
        self.history_note = f"{what} per {every}{more} · zoom in for more, double-click for all"

    def history_table(self) -> Sheet:
        """Rows of the chart."""
        history = self.history
        assert history is not None
        whole, zoomed = history.whole, history.zoomed if self.window else Zoomed()
        number, zone = whole.number, whole.timezone
        if zoomed.readings is not None:
            rows = zoomed.readings.records()
            known = [name for name in zoomed.readings.quantities if any(name in row for row in rows)]
            heads = {"ts": f"Time ({zone})"} | {name: _head(name) for name in known}
            return sheet(f"Readings {number}", rows, heads)
        shown, before = (whole, history.before) if zoomed.pattern is None else (zoomed.pattern, zoomed.before)
        points = [
            {**point, "before_kwh": before[place] if place < len(before) else None}
            for place, point in enumerate(shown.rows)
        ]
        columns = {"start": f"Start ({zone})", "energy_kwh": f"Energy {shown.word} [kWh]"}
        if shown.other_name:
            columns["other_kwh"] = f"Energy {shown.other_name} [kWh]"
        if before and history.comparison is not None:
            columns["before_kwh"] = f"Energy {before_name(history.comparison)} [kWh]"
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

    measured = quantity(name)
    return f"{measured.label} [{measured.unit}]"
