"""Model of the page of one meter: newest values, history, quality, findings and events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from traitlets import Dict, Instance

from energy_workbench.contract.rows.condition import EventRow, FindingRow
from energy_workbench.contract.rows.energy import MeteringPeriodRow
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.intervals.quality import QUALITIES
from energy_workbench.domain.pages import METER
from energy_workbench.domain.time import clock
from energy_workbench.figures.raw_power import raw_power
from energy_workbench.tables.sheet import Sheet, sheet
from energy_workbench.widgets.history import FRESH, History, silence
from energy_workbench.widgets.meter.recent import SHOWN, Live, Recent
from energy_workbench.widgets.meter.sections import MeterInTree, NewestValues, PeriodLog, QualityCounts, Relative
from energy_workbench.widgets.page_model import LIVE, Selection
from energy_workbench.widgets.zoomed_page import ZoomedPage

LISTED = 50
"""Findings and events that are requested."""

DRAWN = 360
"""Points of the small chart of the last hour: a reading each ten seconds."""


@dataclass(frozen=True)
class Fetched:
    """What one round of requests brought."""

    history: History
    meter: MeterRow
    meters: Sequence[MeterRow]
    live: Live
    findings: list[FindingRow]
    events: list[EventRow]
    periods: list[MeteringPeriodRow]


class Model(ZoomedPage):
    """Newest values, history, quality, findings and events of one meter."""

    page = METER
    default_period = "last 7 days"
    takes = frozenset({"period", "meter"})
    every = LIVE

    meter: MeterInTree | None = Instance(dict, allow_none=True)
    now: NewestValues | None = Instance(NewestValues, allow_none=True)
    power_figure = Dict()
    log: PeriodLog | None = Instance(PeriodLog, allow_none=True)
    quality: QualityCounts | None = Instance(QualityCounts, allow_none=True)

    def __init__(self, *args: Any, **own: Any) -> None:
        super().__init__(*args, **own)
        self._recent = Recent(self.workbench)
        self._live = Live()

    def ask(self, selection: Selection) -> Fetched:
        history, cache, wb, period = self.look(selection), self.historian.cache, self.workbench, selection.period
        number = history.whole.number
        return Fetched(
            history,
            wb.meter(number),
            cache.get(("meters",), FRESH, lambda: wb.meters().rows),
            self._recent.look(number),
            cache.get(("findings", number, period), FRESH, lambda: wb.findings(number, period, limit=LISTED)),
            cache.get(("events", number, period), FRESH, lambda: wb.events(number, period, limit=LISTED)),
            cache.get(("metering", number, period), FRESH, lambda: wb.metering_periods(number, period)),
        )

    def show(self, fetched: Fetched) -> None:
        self.show_history(fetched.history)
        self._live = live = fetched.live
        if live.ts:
            self.dated(fetched.history.whole.timezone, live.ts)
        else:
            self.as_of = None
        self.meter = _in_tree(fetched.meter, fetched.meters)
        self.now = _newest(live, fetched)
        self.log = PeriodLog(fetched.findings, fetched.events)
        self.quality = _quality(fetched.history, fetched.periods)

    def draw(self) -> None:
        self.draw_history()
        assert self.history is not None
        assert self.meter is not None
        number = self.meter["number"]
        end = datetime.fromisoformat(self.history.now)
        self.power_figure = raw_power(
            self._live.power,
            span=((end - SHOWN).isoformat(), end.isoformat()),
            number=number,
            theme=self.theme,
            pause=silence(self.meter).total_seconds(),
            revision=number,
            most=DRAWN,
            slim=True,
        )

    def power_table(self) -> Sheet:
        """The power of the last hour, reading by reading."""
        assert self.meter is not None
        ts = self._live.ts
        zone = datetime.fromisoformat(ts).tzinfo if ts else None
        rows = [{"ts": at.replace(tzinfo=zone).isoformat(), "kw": value} for at, value in self._live.power]
        heads = {"ts": f"Time ({self.historian.zone.key})", "kw": "Active power [kW]"}
        return sheet(f"Power {self.meter['number']} last hour", rows, heads)


def _in_tree(meter: MeterRow, meters: Sequence[MeterRow]) -> MeterInTree:
    """The meter with those above it, the root first, and those right below it."""
    by_id = {row["id"]: row for row in meters}
    path: list[MeterRow] = []
    above = by_id.get(meter["parent_id"] or "")
    while above is not None and above not in path:
        path.insert(0, above)
        above = by_id.get(above["parent_id"] or "")
    children = [row for row in meters if row["parent_id"] == meter["id"]]
    return {**meter, "path": [_relative(row) for row in path], "children": [_relative(row) for row in children]}


def _relative(row: MeterRow) -> Relative:
    return {"number": row["number"], "name": row["name"], "colour": row["colour"]}


def _newest(live: Live, fetched: Fetched) -> NewestValues:
    """The newest reading; of a meter that is made of others, which has none, its power."""
    power, meter = fetched.meter.get("power_kw"), fetched.meter
    if not live.ts and power is not None:
        return NewestValues(meter["last_seen"] or fetched.history.now, {"active_power_total": power}, stale=False)
    return NewestValues(live.ts, live.values, _stale(live.ts, meter))


def _stale(ts: str | None, meter: MeterRow) -> bool:
    """Whether values of that instant are too old to stand for now."""
    return ts is None or clock.now() - datetime.fromisoformat(ts) > silence(meter)


def _quality(history: History, periods: list[MeteringPeriodRow]) -> QualityCounts:
    now, whole = datetime.fromisoformat(history.now), history.whole
    begun = [point["quality"] for point in whole.rows if datetime.fromisoformat(point["start"]) < now]
    buckets = {kind: begun.count(kind) for kind in QUALITIES}
    return QualityCounts(whole.every, whole.completeness, buckets, [(row["period"], row["stated"]) for row in periods])
