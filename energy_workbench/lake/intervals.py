"""Bringing the interval table up to date with readings and ratios, at the least cost."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from energy_workbench.core.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.core.clock import from_micros, to_micros
from energy_workbench.core.ratios import Ratio
from energy_workbench.lake.build_state import State

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.ledger import Steps
    from energy_workbench.lake.snapshot import Snapshot

log = logging.getLogger(__name__)

CELLS = 2_500_000
"""Meters times intervals that are built at once: 92 meters for nine months, some 0.3 GB."""

MOST_WINDOWS = 8
"""Above this many different spans, one that covers all costs less than a commit each."""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did.

    Attributes
    ----------
    rows : int
        Intervals written.
    readings : int
        Readings looked at.
    days : int
        UTC days with intervals written, summed over groups of meters.
    """

    rows: int = 0
    readings: int = 0
    days: int = 0

    def __add__(self, other: BuildResult) -> BuildResult:
        return BuildResult(self.rows + other.rows, self.readings + other.readings, self.days + other.days)


@dataclass(frozen=True, slots=True)
class Window:
    """Meters whose intervals are built anew in a span [µs since 1970, on interval edges]; None is no bound."""

    meters: tuple[int, ...]
    start: int | None
    end: int | None


def build(
    lake: Lake,
    ratios: Sequence[tuple[int, Ratio]],
    meters: Iterable[int] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
) -> BuildResult:
    """Bring intervals up to date.

    Without bounds, only what changed since the last build: intervals that new readings touch, and those
    of meters whose ratios changed, from the instant at which they did. Building twice changes nothing.

    Parameters
    ----------
    ratios : sequence of (int, Ratio)
        All dated ratios by the key of their meter; a meter with none has 1:1.
    meters : iterable of int, optional
        Build these anew, whatever changed.
    start, end : datetime, optional
        Build this span anew, whatever changed, aware.

    Raises
    ------
    LakeError, BusyError
        If the lake cannot be read or written; what was built before stays.
    """
    from energy_workbench.lake.ledger import Steps
    from energy_workbench.lake.source import all_meters

    steps = Steps(ratios)
    with lake.intervals.writer():
        snapshot = lake.readings.snapshot()
        if not snapshot.files:
            return BuildResult()
        if meters is not None or start is not None or end is not None:
            first = None if start is None else to_micros(start) // QUARTER * QUARTER
            last = None if end is None else -(-to_micros(end) // QUARTER) * QUARTER
            keys = all_meters(snapshot) if meters is None else tuple(sorted(set(meters)))
            return _build(lake, snapshot, steps, [Window(keys, first, last)])
        state = State.load(lake.path)
        now = State(snapshot.version, {str(meter): steps.of(meter) for meter, _ in ratios})
        if now == state:
            return BuildResult()
        windows = None if lake.intervals.snapshot().version < 0 else _changed(lake, snapshot, state, now)
        if windows is None:
            log.info("building all intervals")
            result = _build(lake, snapshot, steps, [Window(all_meters(snapshot), None, None)], replace=True)
        else:
            result = _build(lake, snapshot, steps, windows)
        now.save(lake.path)
        return result


def _changed(lake: Lake, snapshot: Snapshot, state: State | None, now: State) -> list[Window] | None:
    """What must be built anew; None for everything."""
    commits = None
    if state is not None and state.readings <= snapshot.version:
        commits = lake.readings.history_since(state.readings)
    if state is None or commits is None:
        return None
    ranges: dict[int, tuple[int, int]] = {}
    for commit in commits:
        if "job" in commit or str(commit.get("operation", "")).startswith(("VACUUM", "CREATE")):
            continue
        told: dict[str, list[int]] | None = json.loads(commit.get("touched") or "null")
        if told is None or "*" in told:
            return None
        for meter, (low, high) in told.items():
            first, last = ranges.get(int(meter), (low, high))
            ranges[int(meter)] = min(first, low), max(last, high)
    windows = _windows(snapshot, ranges)
    for key, since in now.changed_ratios(state).items():
        windows.append(Window((key,), None if since is None else since // QUARTER * QUARTER, None))
    return windows


def _windows(snapshot: Snapshot, ranges: dict[int, tuple[int, int]]) -> list[Window]:
    """Spans whose intervals depend on the touched instants: from some readings before to some after."""
    from energy_workbench.lake.source import neighbours
    from energy_workbench.lake.spread import SETTLED_ROWS

    reach = SETTLED_ROWS + 2
    starts = neighbours(snapshot, {meter: low for meter, (low, _) in ranges.items()}, reach, before=True)
    ends = neighbours(snapshot, {meter: high for meter, (_, high) in ranges.items()}, reach, before=False)
    groups: dict[tuple[int, int], list[int]] = {}
    for meter, (low, high) in ranges.items():
        first, last = starts.get(meter, low) // QUARTER, ends.get(meter, high) // QUARTER + 1
        groups.setdefault((first * QUARTER, last * QUARTER), []).append(meter)
    if len(groups) > MOST_WINDOWS:
        widest = min(first for first, _ in groups), max(last for _, last in groups)
        groups = {widest: list(ranges)}
    return [Window(tuple(sorted(keys)), first, last) for (first, last), keys in groups.items()]


def _build(
    lake: Lake, snapshot: Snapshot, steps: Steps, windows: Iterable[Window], *, replace: bool = False
) -> BuildResult:
    total = BuildResult()
    for window in windows:
        for part in _parts(snapshot, window):
            total += _build_part(lake, snapshot, steps, part, replace=replace)
            replace = False
    return total


def _bounds(snapshot: Snapshot, window: Window) -> tuple[int, int]:
    """First and last-but-one interval edge of a window, those of the readings where it has no bound."""
    first = window.start if window.start is not None else min(f.first_us for f in snapshot.files)
    last = window.end if window.end is not None else max(f.last_us for f in snapshot.files) + 1
    return first // QUARTER, max(-(-last // QUARTER), first // QUARTER + 1)


def _parts(snapshot: Snapshot, window: Window) -> Iterator[Window]:
    """A window cut into groups of meters that fit into memory."""
    first, last = _bounds(snapshot, window)
    size = max(1, CELLS // (last - first))
    for at in range(0, len(window.meters), size):
        yield Window(window.meters[at : at + size], window.start, window.end)


def _build_part(lake: Lake, snapshot: Snapshot, steps: Steps, window: Window, *, replace: bool) -> BuildResult:
    from energy_workbench.lake.ledger import Ledger
    from energy_workbench.lake.source import chunks, neighbours
    from energy_workbench.lake.spread import CONTEXT_ROWS

    since, until = window.start, window.end
    if since is not None:
        before = neighbours(snapshot, dict.fromkeys(window.meters, since), CONTEXT_ROWS, before=True)
        since = min([since, *before.values()])
    if until is not None:
        after = neighbours(snapshot, dict.fromkeys(window.meters, until - 1), CONTEXT_ROWS, before=False)
        until = max([until, *(instant + 1 for instant in after.values())])
    ledger = Ledger(window.meters, *_bounds(snapshot, window), steps)
    readings = 0
    for chunk in chunks(snapshot, since, until, window.meters):
        ledger.book(*chunk)
        readings += len(chunk.meter)
    ledger.close()
    table = ledger.table()
    if replace:
        lake.intervals.write(table, replace=True)
    else:
        lake.intervals.write(table, predicate=_predicate(window))
    days = len(set((table["start"].cast("int64").to_numpy() // (96 * QUARTER)).tolist()))
    return BuildResult(len(table), readings, days)


def _predicate(window: Window) -> str:
    """The rows that a window's table stands for, as Delta writes a condition."""
    keys = window.meters
    dense = len(keys) > 1 and keys[-1] - keys[0] == len(keys) - 1
    terms = [f"meter >= {keys[0]} AND meter <= {keys[-1]}" if dense else f"meter IN ({', '.join(map(str, keys))})"]
    for bound, side in ((window.start, ">="), (window.end, "<")):
        if bound is not None:
            instant = from_micros(bound)
            # The partition's own condition lets other months' files be left alone unread.
            terms.append(f"start {side} '{instant:%Y-%m-%dT%H:%M:%SZ}'")
            terms.append(f"month {side.rstrip('=') + '='} '{instant:%Y-%m}'")
    return " AND ".join(terms)
