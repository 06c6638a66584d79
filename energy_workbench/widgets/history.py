"""The history of a meter over a period, as finely as a reader can see it; requested in a thread, and cached briefly."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NotRequired
from zoneinfo import ZoneInfo

from energy_workbench.contract.results import Comparison, Pattern, Readings
from energy_workbench.contract.rows.energy import PatternPoint
from energy_workbench.contract.rows.meters import MeterRow
from energy_workbench.domain.errors import NotFoundError
from energy_workbench.domain.time import clock
from energy_workbench.domain.time.axis import edges
from energy_workbench.domain.time.period import Period, parse_period, zone_of
from energy_workbench.domain.time.period_text import span
from energy_workbench.domain.time.resolution import LENGTHS, MOST_POINTS, outward, resolution
from energy_workbench.widgets.answer_cache import AnswerCache
from energy_workbench.widgets.browser.chart import Window

if TYPE_CHECKING:
    from energy_workbench.contract.everything import WorkbenchContract

FRESH = 45.0
"""Age up to which an answer about intervals is used again [s]."""

RAW = timedelta(hours=6)
"""Longest span that is shown reading by reading."""

POWER = ("active_power_total", "active_power_l1", "active_power_l2", "active_power_l3")

WORDS = {"consumer": ("used", ""), "producer": ("produced", "taken"), "bidirectional": ("imported", "exported")}
"""Flow → participle of the energy that counts, and of that in the other direction."""


class MeterPoint(PatternPoint):
    """A bucket, with the energy in the other direction where the meter has one."""

    other_kwh: NotRequired[float | None]


@dataclass(frozen=True, repr=False)
class MeterPattern(Pattern):
    """The pattern of a meter, in the words of its flow.

    Attributes
    ----------
    rows : tuple of dict
        As of `Pattern`, with `other_kwh` [kWh] where energy also goes in the other direction.
    word, other_name : str
        Participles of the energy of either direction; the second is empty where there is none.
    starts : tuple of str
        Start of each bucket, of those to come too, and the end of the last, ISO; empty where none is to come.
    """

    rows: tuple[MeterPoint, ...]
    word: str = "used"
    other_name: str = ""
    starts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Zoomed:
    """What is known more finely of the window that is zoomed to.

    Attributes
    ----------
    pattern : MeterPattern or None
        At a finer resolution than the whole.
    before : tuple of float or None
        Energy of the time compared with, bucket by bucket [kWh].
    readings : Readings or None
        Single readings of power, where the window is short enough.
    """

    pattern: MeterPattern | None = None
    before: tuple[float | None, ...] = ()
    readings: Readings | None = None


@dataclass(frozen=True)
class History:
    """A meter over a period.

    Attributes
    ----------
    meter : dict
    whole : MeterPattern
        Of the period.
    now : str
        ISO.
    before : tuple of float or None
        Energy of the time compared with, bucket by bucket [kWh].
    comparison : Comparison or None
    zoomed : Zoomed
    unknown : str
        The chosen meter where there is none of that number: the site's root is shown.
    """

    meter: MeterRow
    whole: MeterPattern
    now: str
    before: tuple[float | None, ...] = ()
    comparison: Comparison | None = None
    zoomed: Zoomed = field(default_factory=Zoomed)
    unknown: str = ""

    @property
    def edges(self) -> tuple[str, str]:
        """Start and end of the whole chart, ISO: with what is to come only where another time can be seen there."""
        return self.whole.start, (self.whole.starts or (self.whole.end,))[-1]


class Historian:
    """Requests the history of one meter after another."""

    def __init__(self, workbench: WorkbenchContract) -> None:
        self.workbench = workbench
        self.cache = AnswerCache(24)
        self._zone: ZoneInfo | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The site's."""
        if self._zone is None:
            self._zone = zone_of(self.workbench.site()["timezone"])
        return self._zone

    def look(self, meter: str, text: str, every: str, window: Window | None, compare: str = "") -> History:
        """The history of a meter, and of the window that is zoomed to.

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
            pattern = self._pattern(meter or None, text, step)
        except NotFoundError:
            unknown, pattern = meter, self._pattern(None, text, step)
        number = pattern.number
        row = self.cache.get(("meter", number), FRESH, lambda: self.workbench.meter(number))
        whole = self._directed(pattern, row, text, step)
        now = clock.now().astimezone(self.zone).isoformat()
        comparison = self._comparison(number, text, step, compare) if compare else None
        before = tuple(each["before_kwh"] for each in comparison.rows) if comparison is not None else ()
        if any(value is not None for value in before):
            whole = replace(whole, starts=self._starts(period, step))
        zoomed = self._zoomed(row, whole, window, comparison) if window else Zoomed()
        return History(row, whole, now, before, comparison, zoomed, unknown)

    def _zoomed(self, row: MeterRow, whole: MeterPattern, window: Window, comparison: Comparison | None) -> Zoomed:
        """The window, where it can be shown more finely than the whole."""
        number, wide, pause = row["number"], window[1] - window[0], poll(row)
        if wide <= min(RAW, MOST_POINTS * pause):
            text = self._iso(window[0] - 2 * pause, window[1] + 2 * pause)
            readings = self.workbench.readings(number, text, POWER, scaled=True)
            if readings.rows:
                return Zoomed(readings=readings)
        order = list(LENGTHS)
        step = min(resolution(wide), whole.every, key=order.index)
        if step == whole.every:
            return Zoomed()
        start, end = outward(*window, step)
        text = self._iso(start, end)
        pattern = self._directed(self._pattern(number, text, step), row, text, step)
        if comparison is None:
            return Zoomed(pattern)
        shift = timedelta(days=comparison.shift_days)
        earlier = self._pattern(number, self._iso(start - shift, end - shift), step).rows
        first, last = (datetime.fromisoformat(edge) for edge in (comparison.before_start, comparison.before_end))
        return Zoomed(
            replace(pattern, starts=self._starts(parse_period(text, self.zone, clock.now()), step)),
            tuple(
                point["energy_kwh"] if first <= datetime.fromisoformat(point["start"]) < last else None
                for point in earlier
            ),
        )

    def _pattern(self, meter: str | None, text: str, every: str) -> Pattern:
        return self.cache.get(
            ("pattern", meter, text, every), FRESH, lambda: self.workbench.over_time(meter, text, every=every)
        )

    def _comparison(self, number: str, text: str, every: str, against: str) -> Comparison:
        return self.cache.get(
            ("compare", number, text, every, against),
            FRESH,
            lambda: self.workbench.compare(number, text, against=against, every=every),
        )

    def _directed(self, pattern: Pattern, row: MeterRow, text: str, every: str) -> MeterPattern:
        """The pattern with the energy in the other direction, and the words for either."""
        word, other = WORDS.get(row["flow"], WORDS["consumer"])
        plain = MeterPattern(**{**vars(pattern), "word": word, "other_name": other})
        if not other:
            return plain
        intervals = self.cache.get(
            ("intervals", row["number"], text, every),
            FRESH,
            lambda: self.workbench.intervals(row["number"], text, every=every),
        )
        exporting = row["production_register"] == "export" and word == "produced"
        points: list[MeterPoint] = [
            {**point, "other_kwh": each["energy_import_kwh"] if exporting else each["energy_export_kwh"]}
            for point, each in zip(pattern.rows, intervals.rows, strict=False)
        ]  # a bucket may have begun between the two answers
        return replace(plain, rows=tuple(points))

    def _starts(self, period: Period, every: str) -> tuple[str, ...]:
        """Start of each bucket, of those to come too, and the end of the last."""
        return tuple(edge.astimezone(self.zone).isoformat() for edge in edges(period, every, self.zone))

    def _iso(self, start: datetime, end: datetime) -> str:
        """A span of the site's clock as a period that no clock change makes ambiguous."""
        return "/".join(edge.replace(tzinfo=self.zone).astimezone(UTC).isoformat() for edge in (start, end))


def poll(meter: MeterRow) -> timedelta:
    """Interval at which a meter is read; one that is not polled is read from elsewhere, mostly every 15 minutes."""
    polled = meter["gateway"] and meter["profile"]
    return timedelta(seconds=float(meter["poll_seconds"])) if polled else timedelta(minutes=15)


def silence(meter: MeterRow) -> timedelta:
    """Age after which a reading no longer stands for now: four polls, at least a minute; or an interval is late."""
    each = poll(meter)
    return max(timedelta(minutes=1), 4 * each) if each < timedelta(minutes=15) else each + timedelta(minutes=1)


def before_name(comparison: Comparison) -> str:
    """The time compared with, in words: `before: 8 – 14 November 2026`."""
    zone = ZoneInfo(comparison.timezone)
    start, end = (datetime.fromisoformat(edge) for edge in (comparison.before_start, comparison.before_end))
    words = "before" if comparison.against == "previous" else "a year earlier"
    return f"{words}: {span(Period(start.astimezone(UTC), end.astimezone(UTC), ''), zone)}"
