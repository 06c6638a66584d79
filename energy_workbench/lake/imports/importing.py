"""Import of a file of readings in one commit, all of it or nothing; the same file again changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from energy_workbench.domain.errors import ConflictError, Problem
from energy_workbench.domain.fields.readings_mapping import NOTHING, ReadingsMapping
from energy_workbench.domain.quantities import INTERVAL_ENERGIES, INTERVAL_MINUTES
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake import arrow_readings, deduplication
from energy_workbench.lake.columns import is_wide
from energy_workbench.lake.imports import day_files, staging, stored_intervals
from energy_workbench.lake.imports.incoming import SHOWN, Problems
from energy_workbench.lake.imports.incoming_file import Incoming, Source
from energy_workbench.lake.imports.interval_rows import unsound
from energy_workbench.lake.imports.lookalikes import Lookalikes
from energy_workbench.lake.imports.shapes.shaped_file import ShapedFile
from energy_workbench.lake.imports.shapes.unclear import Reading, UnclearError
from energy_workbench.lake.imports.shapes.value import Value
from energy_workbench.lake.imports.staging import Staging, Taken
from energy_workbench.lake.reading import Refused
from energy_workbench.lake.storage import duck, touched

if TYPE_CHECKING:
    from datetime import datetime

    import pyarrow as pa

    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.snapshot import Snapshot
    from energy_workbench.lake.storage.touched import Spans

log = logging.getLogger(__name__)

SAMPLE = 12
"""Values of a file that are shown as they were understood."""

Progress = Callable[[str, float], None]
"""Takes what is being done, and how much of it is (0 to 1)."""


@dataclass
class Imported:
    """What an import did, or would do.

    Attributes
    ----------
    rows : int
        Rows of the file with a value.
    new, known : int
        Readings (a meter at an instant) that bring something new, and that do not.
    meters : int
        Meters with something new.
    first, last : datetime or None
        Instants of the first and the last new reading, UTC.
    problems : list of Problem
        What cannot be taken; the first 100.
    problem_count : int
        All of it.
    conflicts : list of Problem
        Values that contradict stored ones; the first 100.
    conflict_count : int
        All of them.
    reading : Reading or None
        How a file of another shape than the workbench's own was read.
    sample : list of Value
        The first values of such a file.
    """

    rows: int = 0
    new: int = 0
    known: int = 0
    meters: int = 0
    first: datetime | None = None
    last: datetime | None = None
    problems: list[Problem] = field(default_factory=list)
    problem_count: int = 0
    conflicts: list[Problem] = field(default_factory=list)
    conflict_count: int = 0
    reading: Reading | None = None
    sample: list[Value] = field(default_factory=list)


class Fresh(NamedTuple):
    """New readings of a meter, from one instant to another, both among them [UTC]."""

    meter: int
    first: datetime
    last: datetime


Admit = Callable[[Sequence[Fresh], int], None]


class Importer:
    """Takes files of readings.

    Parameters
    ----------
    lake : Lake
    meters : mapping of str to int or None
        Keys by what meters are called, case folded; None for one that was deleted.
    numbers : mapping of int to str
        What people call them.
    zone : ZoneInfo
        The site's, for times without an offset.
    now : datetime
        What is later lies in the future.
    progress : callable, optional
    admit : callable, optional
        Told before anything is written of the spans in which readings are new, and how many are; it may raise.
    stated : ReadingsMapping
        What somebody stated of the file.
    aliases : mapping of str to str
        Numbers of meters by serials and names, folded: what files of other systems call them.
    """

    def __init__(
        self,
        lake: Lake,
        meters: Mapping[str, int | None],
        numbers: Mapping[int, str],
        zone: ZoneInfo,
        now: datetime,
        progress: Progress | None = None,
        admit: Admit | None = None,
        stated: ReadingsMapping = NOTHING,
        aliases: Mapping[str, str] | None = None,
    ) -> None:
        self._admit = admit or (lambda _spans, _count: None)
        self._lake, self._meters, self._numbers = lake, meters, numbers
        self._zone = zone
        self._incoming = Incoming(meters, aliases or {}, zone, now, stated)
        self._stated = stated
        self._progress = progress or (lambda _what, _share: None)

    def take(
        self,
        source: Path | pa.Table,
        name: str,
        *,
        dry_run: bool = False,
        keep_stored: bool = False,
        original: str | None = None,
    ) -> Imported:
        """Import a file, or only say what that would do.

        Parameters
        ----------
        source : Path or pyarrow.Table
        name : str
            What messages call it.
        dry_run : bool
            Write nothing; problems and conflicts are in the answer instead of raised.
        keep_stored : bool
            Leave values that contradict stored ones out, instead of refusing the file.
        original : str, optional
            What the file was called where it came from, where `name` is something else.

        Raises
        ------
        InputError
            If something cannot be taken; nothing is imported then.
        ConflictError
            If a value contradicts a stored one; nothing is imported then.
        LakeError, BusyError
            If the lake cannot be written; nothing is imported then.
        """
        with staging.folder(self._lake.path) as folder:
            try:
                staged, problems, file = self._read(source, name, original, folder)
            except UnclearError as error:
                if not dry_run:
                    raise
                return Imported(problems=error.problems, problem_count=len(error.problems), reading=error.reading)
            result = Imported(staged.rows)
            if isinstance(file, ShapedFile):
                result.rows, result.reading, result.sample = len(file.values), file.reading, list(file.values[:SAMPLE])
            if not problems.total and staged.rows:
                prepared = self._prepared(staged, folder)
                problems = prepared.problems
                if isinstance(file, ShapedFile):
                    problems.add(stored_intervals.overlaps(file.values, self._meters, prepared.stored))
                possible = not problems.total and (keep_stored or not prepared.conflict_count)
                if possible and (spans := prepared.fresh()):
                    self._admit(spans, sum(day.new for day in prepared.days.values()))
                if possible and not dry_run:
                    self._commit(staged, folder, prepared, keep_stored=keep_stored)
                self._count(result, prepared)
            result.problems, result.problem_count = problems.shown, problems.total
        if problems.total and not dry_run:
            raise problems.error(name)
        if result.conflict_count and not (dry_run or keep_stored):
            raise conflict(name, result.conflicts, result.conflict_count)
        return result

    def _read(
        self, source: Path | pa.Table, name: str, original: str | None, folder: Path
    ) -> tuple[Staging, Problems, Source]:
        """The rows of a file; one in the workbench's columns that are written otherwise is read as any other."""
        file = self._incoming.opened(source, name, original)
        staged, problems = self._staged(file, folder)
        if not problems.total or not isinstance(source, Path):
            return staged, problems, file
        try:
            other = self._incoming.otherwise(source, name, original, file)
        except UnclearError:
            if staged.rows:
                return staged, problems, file
            raise
        if other is not None:
            again, none = self._staged(other, folder)
            if not none.total:
                return again, none, other
        return staged, problems, file

    def _staged(self, file: Source, folder: Path) -> tuple[Staging, Problems]:
        problems = Problems()
        checker, quantities = self._incoming.checker(file, problems)
        staged = Staging(folder, quantities)
        for block in file.blocks():
            staged.add(checker.check(block))
            self._progress("read", file.share)
        staged.close()
        return staged, problems

    def _prepared(self, staged: Staging, folder: Path) -> Prepared:
        """Files of what is new, written beside the table without keeping other writers waiting."""
        prepared = Prepared(self._lake.readings.snapshot())
        lookalikes = Lookalikes(self._stated.kind)
        with ThreadPoolExecutor(2) as pool, duck.lake_errors():
            spans = staged.spans()
            waiting: list[Future[DataFile]] = []
            for index, (first, end) in enumerate(spans):
                taken = staged.take(first, end)
                prepared.problems.add(self._differing(staged, taken), taken.differing)
                prepared.problems.add(unsound(taken.rows, self._numbers, self._zone))
                lookalikes.look(taken.rows)
                for day, part in deduplication.by_day(taken.rows):
                    fresh, refused, count = deduplication.against(part, prepared.stored)
                    prepared.days[day] = Day(deduplication.span(part), len(part), len(fresh), _spans(fresh))
                    prepared.conflicts += self._conflicts(staged, refused[: SHOWN - len(prepared.conflicts)])
                    prepared.conflict_count += count
                    if not prepared.problems.total:
                        writing = [pool.submit(day_files.write, folder, *part) for part in deduplication.by_day(fresh)]
                        prepared.writing[day] = writing
                        # Few ahead: what waits to be written is in memory.
                        for future in waiting:
                            future.result()
                        waiting = writing
                self._progress("compared", (index + 1) / len(spans))
        prepared.problems.add(lookalikes.problems(self._numbers))
        return prepared

    def _commit(self, staged: Staging, folder: Path, prepared: Prepared, *, keep_stored: bool) -> None:
        """Commit what was prepared; days that others wrote to meanwhile are compared again."""
        files = {day: [future.result() for future in writing] for day, writing in prepared.writing.items()}
        store = self._lake.readings
        with self._lake.writer(), duck.lake_errors():
            now = store.snapshot()
            for day, known in prepared.days.items():
                if now is prepared.stored or prepared.stored.select(*known.span) == now.select(*known.span):
                    continue
                fresh, refused, count = self._again(staged, day, now)
                if count and not keep_stored:
                    prepared.conflicts = self._conflicts(staged, refused[:SHOWN])
                    prepared.conflict_count = count
                    return
                prepared.days[day] = known._replace(new=len(fresh), spans=_spans(fresh))
                files[day] = [day_files.write(folder, *part) for part in deduplication.by_day(fresh)]
            if written := [file for day in sorted(files) for file in files[day]]:
                day_files.commit(store, written, {"touched": touched.told(prepared.spans())})
        self._progress("committed", 1.0)

    def _again(self, staged: Staging, day: int, now: Snapshot) -> tuple[pa.Table, list[Refused], int]:
        taken = staged.take(day, day + 1)
        return deduplication.against(taken.rows, now)

    def _differing(self, staged: Staging, taken: Taken) -> list[Problem]:
        """Values of one key in the file that differ, as problems of their lines."""
        contradictions = taken.contradictions
        first = staged.lines([each._replace(given=each.kept) for each in contradictions])
        return [
            self._problem(line, each, f"{there} says {_decimal(each, each.kept)}")
            for each, line, there in zip(contradictions, staged.lines(contradictions), first, strict=True)
        ]

    def _conflicts(self, staged: Staging, refused: Sequence[Refused]) -> list[Problem]:
        """Values that contradict stored ones, with their lines."""
        lines = staged.lines(refused)
        return [
            self._problem(line, each, f"{_decimal(each, each.kept)} is stored")
            for line, each in zip(lines, refused, strict=True)
        ]

    def _problem(self, line: str, refused: Refused, why: str) -> Problem:
        instant = from_micros(refused.ts_us).astimezone(self._zone).isoformat()
        number = self._numbers.get(refused.meter, str(refused.meter))
        return Problem(line, refused.quantity, _decimal(refused, refused.given), f"of {number} at {instant}: {why}")

    def _count(self, result: Imported, prepared: Prepared) -> None:
        result.new = sum(day.new for day in prepared.days.values())
        result.known = sum(day.rows for day in prepared.days.values()) - result.new
        spans = prepared.spans()
        result.meters = len(spans)
        if spans:
            result.first = from_micros(min(pairs[0][0] for pairs in spans.values()))
            result.last = from_micros(max(pairs[-1][1] for pairs in spans.values()))
        result.conflicts, result.conflict_count = prepared.conflicts, prepared.conflict_count


class Day(NamedTuple):
    """Readings of one day in a file: what may hold the same keys, how many, how many new, and whose these are when."""

    span: tuple[int, int, tuple[int, int]]
    rows: int
    new: int
    spans: dict[int, tuple[int, int]]


class Prepared:
    """What is ready to be committed.

    Parameters
    ----------
    stored : Snapshot
        The version with which it was compared.
    """

    def __init__(self, stored: Snapshot) -> None:
        self.stored = stored
        self.days: dict[int, Day] = {}
        self.writing: dict[int, list[Future[DataFile]]] = {}
        self.problems = Problems()
        self.conflicts: list[Problem] = []
        self.conflict_count = 0

    def fresh(self) -> list[Fresh]:
        """Where readings are new: spans of each meter within a day."""
        return [
            Fresh(meter, from_micros(low), from_micros(high))
            for day in self.days.values()
            for meter, (low, high) in day.spans.items()
        ]

    def spans(self) -> Spans:
        """Where readings are new: of each meter what lies within a day of each other together."""
        joined: Spans = {}
        for _, day in sorted(self.days.items()):
            for meter, (low, high) in day.spans.items():
                pairs = joined.setdefault(meter, [])
                if pairs and low <= pairs[-1][1] + arrow_readings.DAY_US:
                    pairs[-1] = min(pairs[-1][0], low), max(pairs[-1][1], high)
                else:
                    pairs.append((low, high))
        return joined


def _decimal(refused: Refused, value: float) -> str:
    """The shortest number that stands for a stored value."""
    import numpy as np

    return str(value if is_wide(refused.quantity) else np.float32(value))


def conflict(name: str, shown: Sequence[Problem], total: int) -> ConflictError:
    """Values that contradict stored ones, as an error of that file."""
    count = f"{total:,} values differ" if total > 1 else "1 value differs"
    more = f", the first {len(shown)} are" if total > len(shown) else ""
    head = f"{name}: nothing was imported, {count} from what is stored, and readings never change{more}:"
    if any(each.field in INTERVAL_ENERGIES.values() for each in shown):
        head = f"{head[:-1]}; another energy of an interval is an edit (Review), and --keep-stored leaves these out:"
    return ConflictError("\n".join([head, *map(str, shown)]))


def _spans(rows: pa.Table) -> dict[int, tuple[int, int]]:
    """By meter, the first and the last instant of these readings [µs]."""
    import numpy as np

    if not len(rows):
        return {}
    meter, ts = arrow_readings.keys(rows)
    starts = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1]])
    begun = ts
    if INTERVAL_MINUTES in rows.column_names:
        # The energy of an interval is that of the time before its reading.
        begun = ts - np.nan_to_num(rows[INTERVAL_MINUTES].to_numpy() * 60_000_000).astype("int64")
    low, high = np.minimum.reduceat(begun, starts), np.maximum.reduceat(ts, starts)
    keys = meter[starts].tolist()
    return {m: (a, b) for m, a, b in zip(keys, low.tolist(), high.tolist(), strict=True)}
