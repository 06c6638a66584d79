"""What a meter did over time, as finely as can be seen; all of it is asked in a thread, and kept for a while."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.axis import edges
from energy_workbench.domain.time.period import Period, parse_period, zone_of
from energy_workbench.domain.time.period_text import span
from energy_workbench.domain.time.resolution import LENGTHS, MOST_POINTS, outward, resolution
from energy_workbench.widgets.browser.chart import Window
from energy_workbench.widgets.kept import Kept

FRESH = 45.0
"""How long intervals are taken as they were [s]."""

RAW = timedelta(hours=6)
"""A longer time is never shown reading by reading."""

POWER = ("active_power_total", "active_power_l1", "active_power_l2", "active_power_l3")

WORDS = {"consumer": ("used", ""), "producer": ("produced", "taken"), "bidirectional": ("imported", "exported")}
"""Flow → what is done with the energy that counts, and with that which goes the other way."""


@dataclass(frozen=True)
class History:
    """A meter over a period.

    Attributes
    ----------
    meter : dict
        As the service describes it.
    whole : dict
        Pattern of the period; `other_kwh` of a point is what went the other way.
    part : dict or None
        The same of what is zoomed to, or readings where `raw`.
    before, before_part : list of float or None
        Energy of the time compared with, bucket by bucket [kWh].
    comparison : dict or None
    now : str
        ISO.
    unknown : str
        A chosen meter that there is none of: the site's root is shown.
    """

    meter: dict[str, Any]
    whole: dict[str, Any]
    now: str
    part: dict[str, Any] | None = None
    raw: bool = False
    before: tuple[float | None, ...] = ()
    before_part: tuple[float | None, ...] = ()
    comparison: dict[str, Any] | None = None
    unknown: str = ""

    @property
    def edges(self) -> tuple[str, str]:
        """What the chart of the whole shows, ISO: what is to come only where another time can be seen there."""
        return self.whole["from"], (self.whole.get("starts") or [self.whole["to"]])[-1]


class Historian:
    """Asks a workbench for the history of one meter after another."""

    def __init__(self, workbench: Any) -> None:
        self.workbench = workbench
        self.kept = Kept(24)
        self._zone: ZoneInfo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""
        if self._zone is None:
            self._zone = zone_of(self.workbench.site()["timezone"])
        return self._zone

    def look(self, meter: str, text: str, every: str, window: Window | None, compare: str = "") -> History:
        """The history of a meter, and of what is zoomed to.

        Parameters
        ----------
        meter : str
            Number or id; empty for the root of the site.
        text : str
            The period.
        every : str
            Resolution that a reader asks for; empty for what suits the period.
        compare : str
            `previous`, `year` or nothing.
        """
        unknown = ""
        period = parse_period(text, self.zone, clock.now())
        step = resolution(period.end - period.start, every)
        try:
            whole = self._pattern(meter or None, text, step)
        except NotFoundError:
            unknown, whole = meter, self._pattern(None, text, step)
        number = whole["number"]
        row = self.kept.get(("meter", number), FRESH, lambda: self.workbench.meter(number))
        whole = self._worded(whole, row, text, step)
        found: dict[str, Any] = {"unknown": unknown, "now": clock.now().astimezone(self.zone).isoformat()}
        if compare:
            found["comparison"] = beside = self.kept.get(
                ("compare", number, text, step, compare),
                FRESH,
                lambda: self.workbench.compare(number, text, against=compare, every=step).to_dict(),
            )
            found["before"] = tuple(each["before_kwh"] for each in beside["items"])
            if any(value is not None for value in found["before"]):
                whole["starts"] = self._starts(period, step)
        if window:
            found |= self._part(row, whole, window, found.get("comparison"))
        return History(row, whole, **found)

    def _part(
        self, row: Mapping[str, Any], whole: Mapping[str, Any], window: Window, beside: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What is zoomed to, where it can be shown more closely than the whole."""
        number, wide, pause = row["number"], window[1] - window[0], poll(row)
        if wide <= min(RAW, MOST_POINTS * pause):
            text = self._iso(window[0] - 2 * pause, window[1] + 2 * pause)
            found = self.workbench.readings(number, text, POWER, scaled=True).to_dict()
            if found["items"]:
                return {"part": found, "raw": True}
        order = list(LENGTHS)
        step = min(resolution(wide), whole["every"], key=order.index)
        if step == whole["every"]:
            return {}
        start, end = outward(*window, step)
        text = self._iso(start, end)
        part = self._worded(self._pattern(number, text, step), row, text, step)
        if beside is None:
            return {"part": part}
        shift = timedelta(days=beside["shift_days"])
        before = self._pattern(number, self._iso(start - shift, end - shift), step)
        part["starts"] = self._starts(parse_period(text, self.zone, clock.now()), step)
        first, last = (datetime.fromisoformat(beside[key]) for key in ("before_start", "before_end"))
        inside = [first <= datetime.fromisoformat(point["start"]) < last for point in before["points"]]
        energies = [point["energy_kwh"] for point in before["points"]]
        return {
            "part": part,
            "before_part": tuple(kwh if known else None for kwh, known in zip(energies, inside, strict=True)),
        }

    def _pattern(self, meter: str | None, text: str, every: str) -> dict[str, Any]:
        found: dict[str, Any] = self.kept.get(
            ("pattern", meter, text, every),
            FRESH,
            lambda: self.workbench.over_time(meter, text, every=every).to_dict(),
        )
        return found

    def _worded(self, pattern: dict[str, Any], row: Mapping[str, Any], text: str, every: str) -> dict[str, Any]:
        """The pattern with what went the other way, and what either is called."""
        word, other = WORDS.get(row["flow"], WORDS["consumer"])
        found = {**pattern, "word": word, "other_name": other}
        if not other:
            return found
        rows = self.kept.get(
            ("intervals", row["number"], text, every),
            FRESH,
            lambda: self.workbench.intervals(row["number"], text, every=every).to_dict()["items"],
        )
        column = (
            "energy_import_kwh"
            if row["production_register"] == "export" and word == "produced"
            else "energy_export_kwh"
        )
        points = [
            {**point, "other_kwh": each[column]} for point, each in zip(pattern["points"], rows, strict=False)
        ]  # a bucket may have begun between the two answers
        return {**found, "points": points}

    def _starts(self, period: Period, every: str) -> list[str]:
        """Where each bucket begins, those to come too, and the end of the last."""
        return [edge.astimezone(self.zone).isoformat() for edge in edges(period, every, self.zone)]

    def _iso(self, start: datetime, end: datetime) -> str:
        """A span of the site's clock as a period that no clock change makes ambiguous."""
        return "/".join(edge.replace(tzinfo=self.zone).astimezone(UTC).isoformat() for edge in (start, end))


def poll(meter: Mapping[str, Any]) -> timedelta:
    """How often a meter is read; one that is not polled is read from elsewhere, mostly every interval."""
    polled = meter["gateway"] and meter["profile"]
    return timedelta(seconds=float(meter["poll_seconds"])) if polled else timedelta(minutes=15)


def silence(meter: Mapping[str, Any]) -> timedelta:
    """After which a reading does not stand for now any more: four polls, at least a minute; or an interval is late."""
    each = poll(meter)
    return max(timedelta(minutes=1), 4 * each) if each < timedelta(minutes=15) else each + timedelta(minutes=1)


def before_name(comparison: Mapping[str, Any]) -> str:
    """The time compared with, in words: `a week before (8 – 14 November 2026)`."""
    zone = ZoneInfo(comparison["timezone"])
    start, end = (datetime.fromisoformat(comparison[key]) for key in ("before_start", "before_end"))
    words = "before" if comparison["against"] == "previous" else "a year earlier"
    return f"{words}: {span(Period(start.astimezone(UTC), end.astimezone(UTC), ''), zone)}"
