"""What the page of one meter knows: its values now, its history, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traitlets import Dict

from energy_workbench.domain.pages import METER
from energy_workbench.domain.time import clock
from energy_workbench.figures.raw_power import raw_power
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.history import FRESH, History, silence
from energy_workbench.widgets.meter.recent import SHOWN, Live, Recent
from energy_workbench.widgets.page_model import LIVE, Asked
from energy_workbench.widgets.zoomed_page import ZoomedPage

LISTED = 50
"""Findings and events that are asked for."""

DRAWN = 360
"""Points of the small chart of the last hour: a reading each ten seconds."""


@dataclass(frozen=True)
class Found:
    """What one round of questions brought."""

    history: History
    meter: dict[str, Any]
    meters: list[dict[str, Any]]
    live: Live
    findings: list[dict[str, Any]]
    events: list[dict[str, Any]]


class Model(ZoomedPage):
    """One meter."""

    page = METER
    default_period = "last 7 days"
    takes = frozenset({"period", "meter"})
    every = LIVE

    meter = Dict()
    """As the service describes it, with `path` and `children`: rows of the meters above and right below it."""
    now = Dict()
    """Its newest values: `ts, values`, `stale` where they are too old to stand for now."""
    power_figure = Dict()
    log = Dict()
    """What happened in the period: `findings`, `events`."""
    quality = Dict()
    """How the buckets of the period are known: their number by quality, `every`, `completeness`."""

    def __init__(self, *args: Any, **own: Any) -> None:
        super().__init__(*args, **own)
        self._recent = Recent(self.workbench)
        self._live = Live()

    def ask(self, asked: Asked) -> Found:
        history, kept, wb, period = self.look(asked), self.historian.kept, self.workbench, asked.period
        number = history.whole["number"]
        return Found(
            history,
            wb.meter(number),
            kept.get(("meters",), FRESH, lambda: list(wb.meters().rows)),
            self._recent.look(number),
            kept.get(("findings", number, period), FRESH, lambda: wb.findings(number, period, limit=LISTED)),
            kept.get(("events", number, period), FRESH, lambda: wb.events(number, period, limit=LISTED)),
        )

    def show(self, found: Found) -> None:
        self.show_history(found.history)
        self._live = live = found.live
        if live.ts:
            self.dated(found.history.whole["timezone"], live.ts)
        else:
            self.as_of = None
        self.meter = found.meter | _family(found.meter, found.meters)
        self.now = {"ts": live.ts, "values": live.values, "stale": _stale(live.ts, found.meter)}
        self.log = {"findings": found.findings, "events": found.events}
        self.quality = _quality(found.history)

    def draw(self) -> None:
        self.draw_history()
        assert self.history is not None
        end = datetime.fromisoformat(self.history.now)
        self.power_figure = raw_power(
            self._live.power,
            span=((end - SHOWN).isoformat(), end.isoformat()),
            number=self.meter["number"],
            theme=self.theme,
            pause=silence(self.meter).total_seconds(),
            revision=self.meter["number"],
            most=DRAWN,
            slim=True,
        )

    def power_table(self) -> Sheet:
        """The power of the last hour, reading by reading."""
        zone = datetime.fromisoformat(self.now["ts"]).tzinfo if self.now["ts"] else None
        rows = [{"ts": at.replace(tzinfo=zone).isoformat(), "kw": value} for at, value in self._live.power]
        heads = {"ts": f"Time ({self.historian.zone.key})", "kw": "Active power [kW]"}
        return sheet(f"Power {self.meter['number']} last hour", rows, heads)


def _family(meter: Mapping[str, Any], meters: list[dict[str, Any]]) -> dict[str, Any]:
    """The meters above it, the root first, and those right below it."""
    by_id = {row["id"]: row for row in meters}
    path: list[dict[str, Any]] = []
    above = by_id.get(meter["parent_id"])
    while above is not None and above not in path:
        path.insert(0, above)
        above = by_id.get(above["parent_id"])
    shown = ("number", "name", "colour")
    return {
        "path": [{key: row[key] for key in shown} for row in path],
        "children": [{key: row[key] for key in shown} for row in meters if row["parent_id"] == meter["id"]],
    }


def _stale(ts: str | None, meter: Mapping[str, Any]) -> bool:
    """Whether values of that instant do not stand for now any more."""
    return ts is None or clock.now() - datetime.fromisoformat(ts) > silence(meter)


def _quality(history: History) -> dict[str, Any]:
    now = datetime.fromisoformat(history.now)
    begun = [point for point in history.whole["points"] if datetime.fromisoformat(point["start"]) < now]
    kinds = ("actual", "estimated", "edited", "missing")
    return {
        "every": history.whole["every"],
        "completeness": history.whole["completeness"],
        "total": len(begun),
        **{kind: sum(point["quality"] == kind for point in begun) for kind in kinds},
    }
