"""Widget that chooses the period of a page and its comparison: by name, on a calendar, or step by step."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import traitlets
from anywidget import AnyWidget

from energy_workbench.domain.errors import PeriodError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.period import parse_period
from energy_workbench.domain.time.period_text import not_begun, span
from energy_workbench.widgets.browser.assets import module
from energy_workbench.widgets.choices import MAX_CHOICE

WORDS = (
    "today",
    "yesterday",
    "this week",
    "last 7 days",
    "last week",
    "this month",
    "last 30 days",
    "last month",
    "this year",
)
"""Periods that are offered by name; a calendar gives any other."""

COMPARISONS = ("", "previous", "year")
MOMENT = timedelta(microseconds=1)


def meaning(text: str, zone: ZoneInfo) -> tuple[str, str, str]:
    """What a period means now, for people, with its first and last day, ISO; empty for none that can be read."""
    try:
        period = parse_period(text, zone, clock.now())
    except PeriodError:
        return "", "", ""
    first, last = (edge.astimezone(zone).date() for edge in (period.start, period.end - MOMENT))
    return span(period, zone), first.isoformat(), last.isoformat()


def coming(text: str, zone: ZoneInfo) -> str:
    """That a period lies in the future, in words; empty where it does not, or cannot be read."""
    now = clock.now()
    try:
        return not_begun(parse_period(text, zone, now).start.astimezone(zone), now)
    except PeriodError:
        return ""


class PeriodPicker(AnyWidget):
    """A button that says the period and opens a choice of others."""

    _esm = module("period")
    value = traitlets.Unicode("").tag(sync=True)
    """As it would be written: `last 7 days`, `2026-10`."""
    label = traitlets.Unicode("").tag(sync=True)
    """What it means, for people: `22 – 28 November 2026`."""
    first = traitlets.Unicode("").tag(sync=True)
    """Its first day, ISO, which the calendar begins with."""
    last = traitlets.Unicode("").tag(sync=True)
    """Its last day, ISO."""
    words = traitlets.List(list(WORDS)).tag(sync=True)
    compares = traitlets.Bool(False).tag(sync=True)
    """Whether a time to compare with can be chosen."""
    compare = traitlets.Unicode("").tag(sync=True)

    def __init__(self, **kwargs: Any) -> None:
        self._chosen: list[Callable[[str], None]] = []
        self._stepped: list[Callable[[int], None]] = []
        self._compared: list[Callable[[str], None]] = []
        super().__init__(**kwargs)
        self.on_msg(self._on_message)

    def show(self, text: str, means: tuple[str, str, str]) -> None:
        """Show a period, with what it means as `meaning` tells it."""
        with self.hold_sync():
            self.value = text
            self.label, self.first, self.last = means

    def on_choose(self, handler: Callable[[str], None]) -> None:
        """Call the handler with the text of a chosen period."""
        self._chosen.append(handler)

    def on_step(self, handler: Callable[[int], None]) -> None:
        """Call the handler with 1 for the next period, -1 for the one before."""
        self._stepped.append(handler)

    def on_compare(self, handler: Callable[[str], None]) -> None:
        """Call the handler with what to compare with: `previous`, `year` or nothing."""
        self._compared.append(handler)

    def _on_message(self, _: Any, content: Any, __: Any) -> None:
        # A message comes from a browser: only its known shapes are taken.
        kind = content.get("kind") if isinstance(content, dict) else None
        if kind == "period" and isinstance(text := content.get("text"), str) and 0 < len(text.strip()) <= MAX_CHOICE:
            for choose in self._chosen:
                choose(text.strip())
        elif kind == "step" and content.get("by") in (1, -1):
            for step in self._stepped:
                step(int(content["by"]))
        elif kind == "compare" and content.get("with") in COMPARISONS:
            for compare in self._compared:
                compare(content["with"])
