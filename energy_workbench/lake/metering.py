"""Grain of the intervals: metering periods of meters by calendar month, and intervals measured at that grain, in SQL.

A meter that is read every half hour measures half hours. Its intervals, of 15 minutes, are shares of them: estimates,
but what adds up to whole half hours is measured. So a question says how long the shortest time is that it looks at, and
the intervals of meters whose period is no longer are then as good as any.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.energy.counter_steps import WHOLE
from energy_workbench.energy.metering_period import COARSE, INTERVAL_MINUTES, coarse, inferred, latest
from energy_workbench.lake.interval_files import NOTHING, interval_source, of_meters
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.lake.storage.snapshot import File, Snapshot

MONTH_MINUTES = COARSE[-1]
DAY_MINUTES = 1440
Note = Callable[[Sequence[int], int, int], object]

Distant = Callable[["Snapshot", Iterable["File"], tzinfo], set[int]]
"""Meters some of whose readings are far apart, in some files of a version of the intervals; the zone is the site's."""

Month = tuple[tuple[str, ...], int, int, tuple[int, ...] | None]
"""Files, start and end [µs] of a month, and the meters that are asked for."""

_KEPT = 512
"""Months of groups of meters whose periods are remembered."""

Stated = Mapping[int, Sequence[tuple[int | None, int | None]]]
"""By meter `(since [µs], minutes)` of stated periods, oldest first; None is the beginning, and what is inferred."""


class Grain(NamedTuple):
    """A meter's metering period in a span of time [µs], where it is longer than an interval [min]."""

    meter: int
    since: int
    until: int
    minutes: int


@dataclass(frozen=True, slots=True)
class Rules:
    """What a lake does not know of its meters' periods.

    Attributes
    ----------
    zone : callable
        The site's zone, whose months and days count.
    stated : callable
        The periods that people stated.
    """

    zone: Callable[[], tzinfo] = lambda: UTC
    stated: Callable[[], Stated] = dict


class Grains:
    """Metering periods of the meters of a lake; what months tell is remembered while their files are the same.

    Parameters
    ----------
    distant : callable
        Tells of which meters there is something to look for.
    rules : Rules, optional
    """

    def __init__(self, distant: Distant, rules: Rules | None = None) -> None:
        self._distant = distant
        self._rules = rules or Rules()
        self._known: dict[Month, dict[int, int]] = {}
        self._lock = threading.Lock()

    @property
    def zone(self) -> tzinfo:
        """The site's."""
        return self._rules.zone()

    def of(
        self, snapshot: Snapshot, keys: Sequence[int] | None, low: int, high: int, note: Note = lambda *_: None
    ) -> list[Grain]:
        """The periods above an interval in a span [µs], by meter and time.

        Parameters
        ----------
        keys : sequence of int or None
            None is every meter.
        note : callable
            Told of the meters whose readings of a whole month decided, and of that month [µs].
        """
        if low >= high or "grain_minutes" not in snapshot.columns:
            return []
        stated, found = self._rules.stated(), list[Grain]()
        extent = snapshot.extent(keys)
        if extent is None:
            return []
        mine = set(stated) if keys is None else set(stated).intersection(keys)
        zone = self.zone
        spans = months(max(low, extent[0]), min(high, extent[1] + QUARTER), zone)
        for (since, until), told in zip(spans, self._inferred(snapshot, keys, spans, zone), strict=True):
            if told:
                note(sorted(told), since, until)
            for key in sorted({*told, *mine}):
                found += _cut(key, since, until, told.get(key, INTERVAL_MINUTES), stated.get(key, ()))
        return sorted(found)

    def _inferred(
        self, snapshot: Snapshot, keys: Sequence[int] | None, spans: Sequence[tuple[int, int]], zone: tzinfo
    ) -> list[dict[int, int]]:
        """For each month the inferred periods [min] of those meters some of whose readings are not close."""
        whose = None if keys is None else tuple(keys)
        asked = [(tuple(snapshot.select(*span, keys)), *span, whose) for span in spans]
        with self._lock:
            known = {each: self._known[each] for each in asked if each in self._known}
        new = [each for each in asked if each not in known]
        if new:
            for each in new:
                # Most plants have no such meter, and most months no gap.
                some = self._of_month(snapshot, each, zone)
                known[each] = _by_spans(snapshot, some, each[1], each[2]) if some else {}
            with self._lock:
                if len(self._known) + len(new) > _KEPT:
                    self._known.clear()
                self._known |= {each: known[each] for each in new}
        return [known[each] for each in asked]

    def _of_month(self, snapshot: Snapshot, month: Month, zone: tzinfo) -> list[int]:
        """Those meters some of whose readings are not close, in the files of a month."""
        paths, _, _, keys = month
        named = set(paths)
        meters = self._distant(snapshot, [file for file in snapshot.files if file.path in named], zone)
        return sorted(meters if keys is None else meters.intersection(keys))


def _by_spans(snapshot: Snapshot, keys: Sequence[int], since: int, until: int) -> dict[int, int]:
    """The inferred periods [min] of those of these meters some of whose readings are not close."""
    select = "SELECT meter, round(grain_minutes), count(*) FROM {} AND covered > 0 GROUP BY ALL"
    spans: dict[int, list[tuple[float | None, float]]] = {}
    for meter, span, count in _asked(snapshot, keys, since, until, select):
        spans.setdefault(meter, []).append((span, count if span is None else count * INTERVAL_MINUTES / span))
    return {meter: inferred(each) for meter, each in spans.items() if any(span is not None for span, _ in each)}


def _asked(
    snapshot: Snapshot, keys: Sequence[int] | None, since: int, until: int, select: str
) -> list[tuple[Any, ...]]:
    source = interval_source(snapshot, since, until, keys)
    if NOTHING in source:  # none, or some built by an earlier version and not anew yet
        return []
    where = f"start >= make_timestamptz({since}) AND start < make_timestamptz({until})"
    if keys is not None:
        where += f" AND {of_meters(sorted(keys))}"
    with duck.session() as connection, duck.lake_errors():
        return connection.execute(select.format(f"{source} WHERE {where}")).fetchall()


def _cut(
    key: int, since: int, until: int, told: int, stated: Sequence[tuple[int | None, int | None]]
) -> Iterable[Grain]:
    """A month's period, cut where another is stated."""
    marks = [(since, told)]
    for begins, minutes in stated:
        own = told if minutes is None else coarse(minutes)
        if begins is None or begins <= since:
            marks = [(since, own)]
        elif begins < until:
            marks.append((begins // QUARTER * QUARTER, own))
    ends = [*(at for at, _ in marks[1:]), until]
    return [
        Grain(key, at, end, minutes)
        for (at, minutes), end in zip(marks, ends, strict=True)
        if minutes > INTERVAL_MINUTES and at < end
    ]


def months(low: int, high: int, zone: tzinfo) -> list[tuple[int, int]]:
    """The calendar months that a span touches, whole [µs]."""
    if low >= high:
        return []
    first = from_micros(low).astimezone(zone)
    year, month, edges = first.year, first.month, [_month(first.year, first.month, zone)]
    while edges[-1] < high:
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        edges.append(_month(year, month, zone))
    return list(pairwise(edges))


def _month(year: int, month: int, zone: tzinfo) -> int:
    return to_micros(datetime(year, month, 1, tzinfo=zone))


def finest(edges: Sequence[int], zone: tzinfo) -> int:
    """The longest period on whose edges these instants [µs] all lie, by the site's clock [min]."""
    local = [from_micros(edge).astimezone(zone) for edge in edges]
    if any(each.minute % 30 or each.second or each.microsecond for each in local):
        return INTERVAL_MINUTES
    if any(each.minute for each in local):
        return 30
    if any(each.hour for each in local):
        return 60
    return DAY_MINUTES if any(each.day > 1 for each in local) else MONTH_MINUTES


def table(grains: Sequence[Grain]) -> pa.Table:
    """The relation `grains` that `measured` joins."""
    import pyarrow as pa

    columns = list(zip(*grains, strict=True)) or [(), (), (), ()]
    kinds = (pa.int32(), pa.int64(), pa.int64(), pa.int32())
    names = ("meter", "since", "until", "period")
    arrays = {name: pa.array(column, kind) for name, column, kind in zip(names, columns, kinds, strict=True)}
    return pa.table(arrays | {"most": pa.array([latest(each.minutes) for each in grains], pa.float64())})


def measured(source: str, where: str, shortest: int) -> str:
    """SQL of intervals, those that are measured at the grain of a question as such; with `period` and `since`.

    Parameters
    ----------
    source, where : str
        SQL of the intervals and the condition that picks them.
    shortest : int
        The shortest time that the question looks at [min].
    """
    sure = f"quality = 'estimated' AND covered >= {WHOLE} AND grain_minutes <= most AND period <= {int(shortest)}"
    return f"""(SELECT i.* EXCLUDE (quality, completeness), coalesce(g.period, {INTERVAL_MINUTES}) AS period, g.since,
        CASE WHEN {sure} THEN 'actual' ELSE quality END AS quality,
        CASE WHEN {sure} THEN covered ELSE completeness END AS completeness
        FROM (SELECT * FROM {source} WHERE {where}) i LEFT JOIN grains g ON i.meter = g.meter
        AND i.start >= make_timestamptz(g.since) AND i.start < make_timestamptz(g.until))"""  # noqa: S608 - numbers
