"""Incremental build of the interval table: which meters and spans changed, and their intervals built anew."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.energy.counter_steps import Evidence
from energy_workbench.lake.storage.build_state import State

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.energy.interval_builder import IntervalBuilder
    from energy_workbench.energy.multipliers import Multipliers
    from energy_workbench.lake.build.extents import Extents
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.storage.snapshot import Snapshot

log = logging.getLogger(__name__)

CELLS = 2_500_000
"""Meters times intervals that are built at once: 92 meters for nine months, some 0.3 GB."""

DAY = 96 * QUARTER
"""Touched instants of a meter less apart than this are built as one span [µs]."""

MOST_WINDOWS = 8
"""Above this many different spans, fewer that cover them cost less than a commit each."""


@dataclass(frozen=True, slots=True)
class Window:
    """Meters whose intervals are built anew in a span [µs since 1970, on interval edges]; None is no bound."""

    meters: tuple[int, ...]
    start: int | None
    end: int | None


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
    windows : tuple of Window
        Of whom, and when, they are.
    """

    rows: int = 0
    readings: int = 0
    days: int = 0
    windows: tuple[Window, ...] = ()

    def __add__(self, other: BuildResult) -> BuildResult:
        return BuildResult(
            self.rows + other.rows, self.readings + other.readings, self.days + other.days, self.windows + other.windows
        )


class _Sources(NamedTuple):
    """What a build knows beside the readings."""

    multipliers: Multipliers
    evidence: Evidence
    extents: Extents

    def meters(self) -> tuple[int, ...]:
        """Meters that have readings of which intervals are made, or edits."""
        return tuple(sorted({*self.extents, *(key for key, facts in self.evidence.items() if facts.edits)}))

    def edits(self, meters: Iterable[int]) -> list[int]:
        """Numbers of the intervals of these meters that were edited."""
        known = (self.evidence[key] for key in meters if key in self.evidence)
        return [to_micros(edit.start) // QUARTER for facts in known for edit in facts.edits]


def build(
    lake: Lake,
    ratios: Sequence[tuple[int, Ratio]],
    meters: Iterable[int] | None = None,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    evidence: Evidence | None = None,
) -> BuildResult:
    """Bring intervals, and the findings on their counters, up to date.

    Without bounds, only what changed since the last build: intervals that new readings touch, those of
    meters whose ratios changed, from the instant at which they did, and those that an exchange, a decision
    or an edit is about. Building twice changes nothing.

    Parameters
    ----------
    ratios : sequence of (int, Ratio)
        All dated ratios by the key of their meter; a meter with none has 1:1.
    meters : iterable of int, optional
        Build these anew, whatever changed.
    start, end : datetime, optional
        Build this span anew, whatever changed, aware.
    evidence : mapping of int to Facts, optional
        What is known of meters beside their readings and ratios, by their key.

    Raises
    ------
    LakeError, BusyError
        If the lake cannot be read or written; what was built before stays.
    """
    from energy_workbench.energy.multipliers import Multipliers
    from energy_workbench.lake.build.extents import NAMES
    from energy_workbench.lake.build.inference import infer, with_inferred

    with lake.intervals.writer():
        snapshot = lake.readings.snapshot()
        if not snapshot.files:
            return BuildResult()
        state = State.load(lake.path)
        touched = _touched(lake, snapshot, state)
        told = _extents(snapshot, state, touched)
        inferred = infer(snapshot, evidence or {}, state.inferred if state else None, touched, told)
        sources = _Sources(Multipliers(ratios), with_inferred(evidence or {}, inferred), told)
        if meters is not None or start is not None or end is not None:
            first = None if start is None else to_micros(start) // QUARTER * QUARTER
            last = None if end is None else -(-to_micros(end) // QUARTER) * QUARTER
            keys = sources.meters() if meters is None else tuple(sorted(set(meters)))
            return _build(lake, snapshot, sources, [Window(keys, first, last)])
        now = State.of(
            snapshot.version,
            {str(meter): sources.multipliers.of(meter) for meter, _ in ratios},
            sources.evidence,
            inferred,
            told,
            NAMES,
        )
        if now == state:
            return BuildResult()
        windows = None if lake.intervals.snapshot().version < 0 else _changed(snapshot, state, now, touched)
        if windows is None:
            log.info("building all intervals")
            everything = Window(sources.meters(), None, None)
            result = _build(lake, snapshot, sources, [everything], replace=True)
        else:
            result = _build(lake, snapshot, sources, windows)
        now.save(lake.path)
        return result


def rehearse(
    lake: Lake,
    ratios: Sequence[tuple[int, Ratio]],
    meters: Iterable[int],
    start: datetime,
    end: datetime,
    *,
    evidence: Evidence,
) -> pa.Table:
    """The intervals of a span as `build` would write them, of these ratios and evidence; nothing is written.

    Parameters
    ----------
    ratios, evidence
        As of `build`.
    start, end : datetime
        Aware, half-open.

    Returns
    -------
    pyarrow.Table
        As the interval table is.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    first, last = to_micros(start) // QUARTER, -(-to_micros(end) // QUARTER)
    return Rehearsal(lake, ratios, evidence).of(tuple(sorted(meters)), first * QUARTER, last * QUARTER).table()


class Rehearsal:
    """Intervals as `build` would write them; nothing is written.

    Parameters
    ----------
    lake : Lake
        Its newest version is pinned.
    ratios, evidence
        As of `build`.

    Attributes
    ----------
    snapshot : Snapshot
    multipliers : Multipliers
    evidence : mapping of int to Facts
        With what readings tell where nothing else does.
    inferred : dict
        What they tell, see `lake.build.inference`.
    extents : dict
        See `lake.build.extents`.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """

    def __init__(self, lake: Lake, ratios: Sequence[tuple[int, Ratio]], evidence: Evidence) -> None:
        from energy_workbench.energy.multipliers import Multipliers
        from energy_workbench.lake.build.inference import infer, with_inferred

        self.snapshot = lake.readings.snapshot()
        state = State.load(lake.path)
        touched = _touched(lake, self.snapshot, state)
        self.extents = _extents(self.snapshot, state, touched)
        self.inferred = infer(self.snapshot, evidence, state.inferred if state else None, touched, self.extents)
        self.multipliers, self.evidence = Multipliers(ratios), with_inferred(evidence, self.inferred)

    def of(self, meters: tuple[int, ...], start: int, end: int, snapshot: Snapshot | None = None) -> IntervalBuilder:
        """What a build makes of meters, ascending, between two interval edges [µs since 1970].

        Parameters
        ----------
        snapshot : Snapshot, optional
            Other files in the place of those pinned, with readings of the same extents.
        """
        window, pinned = Window(meters, start, end), snapshot or self.snapshot
        sources = _Sources(self.multipliers, self.evidence, self.extents)
        return _built(pinned, sources, window, _bounds(pinned, sources, window))[0]


def _extents(snapshot: Snapshot, state: State | None, touched: list[tuple[int, int, int]] | None) -> Extents:
    """Between which readings each counter tells something, from what is known of a state on."""
    from energy_workbench.lake.build.extents import NAMES, extents

    return extents(snapshot, state.extents if state and state.told == NAMES else None, touched)


def _touched(lake: Lake, snapshot: Snapshot, state: State | None) -> list[tuple[int, int, int]] | None:
    """Meters with the first and last instant [µs] of what was written since a state; None for everything."""
    commits = None
    if state is not None and state.readings <= snapshot.version:
        commits = lake.readings.history_since(state.readings)
    if commits is None:
        return None
    ranges: list[tuple[int, int, int]] = []
    for commit in commits:
        if commit.upkeep:
            continue
        if commit.touched is None:
            return None
        ranges += [(meter, *span) for meter, spans in commit.touched.items() for span in spans]
    return ranges


def _changed(
    snapshot: Snapshot, state: State | None, now: State, touched: list[tuple[int, int, int]] | None
) -> list[Window] | None:
    """What must be built anew; None for everything."""
    if state is None or touched is None:
        return None
    ranges = list(touched)
    windows: dict[tuple[int | None, int | None], set[int]] = {}
    for meter, first, last, edit in now.changed_spans(state):
        if edit:
            windows.setdefault((first // QUARTER * QUARTER, first // QUARTER * QUARTER + QUARTER), set()).add(meter)
        else:
            ranges.append((meter, first, last))
    for meter, since in now.changed_since(state).items():
        windows.setdefault((None if since is None else since // QUARTER * QUARTER, None), set()).add(meter)
    for span, keys in _spans(snapshot, now.extents or {}, _apart(ranges)).items():
        windows.setdefault(span, set()).update(keys)
    return [Window(tuple(sorted(keys)), *span) for span, keys in windows.items()]


def _apart(ranges: Iterable[tuple[int, int, int]]) -> list[dict[int, tuple[int, int]]]:
    """Ranges of instants by meter; a meter's ranges within a day of each other are one, others come one a dict."""
    apart: list[dict[int, tuple[int, int]]] = []
    count: dict[int, int] = {}
    for meter, low, high in sorted(ranges):
        nth = count.get(meter, 0)
        if nth and low <= apart[nth - 1][meter][1] + DAY:
            first, last = apart[nth - 1][meter]
            apart[nth - 1][meter] = first, max(last, high)
            continue
        if nth == len(apart):
            apart.append({})
        apart[nth][meter] = low, high
        count[meter] = nth + 1
    return apart


def _spans(
    snapshot: Snapshot, extents: Extents, apart: Iterable[dict[int, tuple[int, int]]]
) -> dict[tuple[int, int], set[int]]:
    """Meters by the span whose intervals depend on the touched instants: from some readings before to some after."""
    from energy_workbench.energy.interpolation import CONTEXT_ROWS, SETTLED_ROWS
    from energy_workbench.lake.build import interval_energies
    from energy_workbench.lake.build.neighbours import neighbours

    groups: dict[tuple[int, int], set[int]] = {}
    for ranges in apart:
        lows, highs = ({meter: span[side] for meter, span in ranges.items()} for side in (0, 1))
        begun = interval_energies.reach(snapshot, lows, highs)
        starts = neighbours(snapshot, extents, lows, SETTLED_ROWS + 2, before=True)
        ends = neighbours(snapshot, extents, highs, CONTEXT_ROWS + 2, before=False)
        for meter, (low, high) in ranges.items():
            start = min(starts.get(meter, low), begun.get(meter, low))
            first, last = start // QUARTER, ends.get(meter, high) // QUARTER + 1
            groups.setdefault((first * QUARTER, last * QUARTER), set()).add(meter)
    while len(groups) > MOST_WINDOWS:
        # The two spans that make the least more to build together than each by itself.
        spans = sorted(groups)
        one, other = min(itertools.pairwise(spans), key=lambda two: max(two[0][1], two[1][1]) - two[1][0])
        keys = groups.pop(one) | groups.pop(other)
        groups.setdefault((one[0], max(one[1], other[1])), set()).update(keys)
    return groups


def _build(
    lake: Lake, snapshot: Snapshot, sources: _Sources, windows: Iterable[Window], *, replace: bool = False
) -> BuildResult:
    total = BuildResult()
    for window in windows:
        bounds = _bounds(snapshot, sources, window)
        for part in _parts(bounds, window):
            total += _build_part(lake, snapshot, sources, part, bounds, replace=replace)
            replace = False
    return total


def _bounds(snapshot: Snapshot, sources: _Sources, window: Window) -> tuple[int, int]:
    """First and last-but-one interval edge of a window, those of readings and edits where it has no bound."""
    edits = [] if window.start is not None and window.end is not None else sources.edits(window.meters)
    first = window.start // QUARTER if window.start is not None else min([_first(snapshot, window.meters), *edits])
    last = (
        -(-window.end // QUARTER) if window.end is not None else max([_last(snapshot), *(each + 1 for each in edits)])
    )
    return first, max(last, first + 1)


def _first(snapshot: Snapshot, meters: Sequence[int]) -> int:
    from energy_workbench.lake.build import interval_energies

    first = min(file.first_us for file in snapshot.files)
    # The first reading may be the energy of an interval that began before it.
    last = first + interval_energies.LONGEST_US
    begun = interval_energies.reach(snapshot, dict.fromkeys(meters, first), dict.fromkeys(meters, last))
    return min([first, *begun.values()]) // QUARTER


def _last(snapshot: Snapshot) -> int:
    return max(file.last_us for file in snapshot.files) // QUARTER + 1


def _parts(bounds: tuple[int, int], window: Window) -> Iterator[Window]:
    """A window cut into groups of meters that fit into memory."""
    size = max(1, CELLS // (bounds[1] - bounds[0]))
    for at in range(0, len(window.meters), size):
        yield Window(window.meters[at : at + size], window.start, window.end)


def _build_part(
    lake: Lake, snapshot: Snapshot, sources: _Sources, window: Window, bounds: tuple[int, int], *, replace: bool
) -> BuildResult:
    from energy_workbench.lake import findings
    from energy_workbench.lake.storage import replacing

    builder, readings = _built(snapshot, sources, window, bounds)
    table = builder.table()
    if replace:
        lake.intervals.write(table, replace=True)
    else:
        replacing.replace(lake.intervals, table, window.meters, window.start, window.end)
    findings.replace(
        lake.findings, builder.findings, window.meters, (window.start, window.end), _predicate(window, "until"),
        everything=replace,
    )  # fmt: skip
    days = len(set((table["start"].cast("int64").to_numpy() // (96 * QUARTER)).tolist()))
    return BuildResult(len(table), readings, days, (window,))


def _built(
    snapshot: Snapshot, sources: _Sources, window: Window, bounds: tuple[int, int]
) -> tuple[IntervalBuilder, int]:
    """The intervals of a window, not written yet, and how many readings were looked at."""
    from energy_workbench.energy.interpolation import CONTEXT_ROWS, SETTLED_ROWS
    from energy_workbench.energy.power_integration import CONTEXT_US, POWER
    from energy_workbench.lake.build import interval_energies
    from energy_workbench.lake.build.crests import crests
    from energy_workbench.lake.build.neighbours import neighbours
    from energy_workbench.lake.build.source import chunks

    since, until = window.start, window.end
    if since is not None:
        before = neighbours(snapshot, sources.extents, dict.fromkeys(window.meters, since), CONTEXT_ROWS, before=True)
        since = min([since, *before.values()])
    if until is not None:
        after = neighbours(
            snapshot, sources.extents, dict.fromkeys(window.meters, until - 1), SETTLED_ROWS, before=False
        )
        until = max([until, *(instant + 1 for instant in after.values())])

    def booked(
        known: Mapping[tuple[int, str], float] | None = None,
    ) -> tuple[interval_energies.IntervalEnergyBuilder, int]:
        builder = interval_energies.IntervalEnergyBuilder(
            window.meters, *bounds, sources.multipliers, sources.evidence, known
        )
        readings = 0
        for chunk in chunks(snapshot, since, until, window.meters):
            builder.book(*chunk)
            readings += len(chunk.meter)
        builder.close()
        return builder, readings

    builder, readings = booked()
    if since is not None and builder.idle and (known := crests(snapshot, builder.idle)):
        builder, readings = booked(known)
    # An interval that ends behind the window may have begun in it.
    after_end = None if window.end is None else window.end + interval_energies.LONGEST_US
    for chunk in chunks(snapshot, window.start, after_end, window.meters, interval_energies.NAMES):
        builder.measure(chunk.meter, chunk.ts, chunk.counters)
        readings += len(chunk.meter)
    for meters, first, last in builder.uncounted():
        for chunk in chunks(snapshot, first - CONTEXT_US, last + CONTEXT_US, meters, (POWER,)):
            builder.integrate(chunk.meter, chunk.ts, chunk.counters[POWER])
            readings += len(chunk.meter)
    return builder, readings


def _predicate(window: Window, time: str) -> str:
    """The rows that a window's table stands for, as Delta writes a condition."""
    keys = window.meters
    dense = len(keys) > 1 and keys[-1] - keys[0] == len(keys) - 1
    terms = [f"meter >= {keys[0]} AND meter <= {keys[-1]}" if dense else f"meter IN ({', '.join(map(str, keys))})"]
    for bound, side in ((window.start, ">="), (window.end, "<")):
        if bound is not None:
            instant = from_micros(bound)
            # The partition's own condition lets other months' files be left alone unread.
            terms.append(f"{time} {side} '{instant:%Y-%m-%dT%H:%M:%SZ}'")
            terms.append(f"month {side.rstrip('=') + '='} '{instant:%Y-%m}'")
    return " AND ".join(terms)
