"""Thinning of old readings, file by file: what goes is proven to change no interval before it goes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from energy_workbench.domain.health.findings import Finding
from energy_workbench.domain.ratios import Ratio
from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.energy.counter_steps import Evidence
from energy_workbench.energy.counter_validation import CounterValidation
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.needed_readings import needed
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.build.extents import DAY_US
from energy_workbench.lake.build.intervals import Rehearsal
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.recovery import salvage
from energy_workbench.lake.storage import data_files, duck
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.lake.storage.snapshot import File
from energy_workbench.lake.thinning.lasting import lasting, named

if TYPE_CHECKING:
    import pyarrow as pa

    from energy_workbench.energy.interpolation import Array
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.snapshot import Snapshot

JOB = "thinning"
"""How a commit says that intervals stay as they are, although readings went."""

BESIDE = 4
"""Intervals before and after a file's readings that are compared too."""

Found = Callable[[int, int], Iterable[Finding]]
"""Findings of all meters that touch a span [µs since 1970]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Thinned:
    """What becomes, or became, of the readings of a file.

    Attributes
    ----------
    day : str
        UTC, as `2025-10-03`.
    meters : int
        Whose readings they are.
    unlike : int
        Meters of which all readings stay, as some of their intervals would have been others.
    readings, kept : int
        Before and after.
    size, size_kept : int
        Of the file, before and after [bytes].
    """

    day: str
    meters: int
    unlike: int
    readings: int
    kept: int
    size: int
    size_kept: int


def due(lake: Lake, before: date) -> list[File]:
    """Files of days before one (UTC) that were not thinned yet, oldest first: those that upkeep is done with."""
    days: dict[str, list[File]] = {}
    for file in lake.readings.snapshot().files:
        if file.partition < f"{before:%Y-%m-%d}":
            days.setdefault(file.partition, []).append(file)
    found: list[File] = []
    for _, mine in sorted(days.items()):
        files = sorted(mine, key=lambda file: (file.low, file.high))
        apart = all(one.high < other.low for one, other in pairwise(files))
        found += [file for file in files if apart and not data_files.is_thinned(file.path)]
    return found


class Thinner:
    """Thins files of readings of one version of the lake.

    Parameters
    ----------
    lake : Lake
    ratios : sequence of (int, Ratio)
        All dated ratios by the key of their meter.
    evidence : mapping of int to Facts
        What is known of meters beside their readings and ratios.
    found : callable
        What was found beside the lake's own findings.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """

    def __init__(self, lake: Lake, ratios: Sequence[tuple[int, Ratio]], evidence: Evidence, found: Found) -> None:
        self._lake, self._found = lake, found
        self._rehearsal = Rehearsal(lake, ratios, evidence)

    def look(self, file: File) -> Thinned:
        """What would become of a file, its size by the share of readings that stay; nothing is written."""
        rows = _read(file)
        kept = int(np.count_nonzero(self._kept(rows)))
        size = file.size * kept // max(len(rows), 1)
        return _thinned(file, rows, 0, kept, size)

    def thin(self, file: File, note: Callable[[Thinned], None]) -> Thinned | None:
        """Take away what no interval needs, in one durable commit; None where the file is to be left alone for now.

        Parameters
        ----------
        note : callable
            Told before the commit what goes.

        Raises
        ------
        LakeError, BusyError
            If the lake cannot be read or written; it is as before then.
        """
        store = self._lake.readings
        if salvage.damaged(store.path, [file.path]):
            return None  # Upkeep sets it aside, and rescues what can be.
        rows = _read(file)
        kept, written, unlike = self._kept(rows), None, set[int]()
        meter = rows["meter"].to_numpy()
        try:
            while written is None:
                written = data_files.write(
                    store.folder(file.partition), rows.filter(kept), file.partition, store.keys, data_files.THINNED
                )
                others = self._unlike(file, written, rows) - unlike
                if others:
                    # Whatever the reason: what their intervals are made of stays.
                    unlike |= others
                    kept |= np.isin(meter, list(unlike))
                    written.path.unlink()
                    written = None
            done = _thinned(file, rows, len(unlike), written.rows, written.size)
            if not self._swap(file, written, lambda: note(done)):
                return None
        except BaseException:
            _forget(self._lake, written)
            raise
        return done

    def _kept(self, rows: pa.Table) -> Array:
        """Which rows of a file stay, as a mask."""
        meter, ts = arrow_readings.keys(rows)
        order = np.lexsort((ts, meter))
        rows, meter, ts = rows.take(order), meter[order], ts[order]
        quantities: dict[str, Array] = {
            name: rows[name].is_valid().to_numpy() for name in rows.column_names if name not in KEYS
        }
        counters = {
            name: rows[name].cast("float64").to_numpy(zero_copy_only=False) for name in COUNTERS if name in quantities
        }
        keys = np.unique(meter).tolist()
        rehearsal = self._rehearsal
        limit = CounterValidation(keys, rehearsal.multipliers, rehearsal.evidence).limit
        mine = named(keys, rehearsal.multipliers, rehearsal.evidence, self._findings(keys, ts))
        kept = np.zeros(len(ts), bool)
        kept[order] = needed(
            meter, ts, lasting(rehearsal, meter, ts, quantities), quantities, counters,
            limit[np.searchsorted(keys, meter)], mine,
        )  # fmt: skip
        return kept

    def _findings(self, keys: Sequence[int], ts: Array) -> list[Finding]:
        from energy_workbench.lake import findings

        if not len(ts):
            return []
        first, last = int(ts.min()), int(ts.max()) + 1
        # A step that ends later lies across a gap: what is before that stays anyway.
        return [*findings.stored(self._lake.findings, keys, first, last + DAY_US), *self._found(first, last)]

    def _unlike(self, file: File, written: DataFile, rows: pa.Table) -> set[int]:
        """Meters whose intervals or findings are not the same bits with these readings only."""
        if written.rows == len(rows):
            return set()
        _, ts = arrow_readings.keys(rows)
        keys = tuple(np.unique(rows["meter"].to_numpy()).tolist())
        start = (int(ts.min()) // QUARTER - BESIDE) * QUARTER
        end = (int(ts.max()) // QUARTER + 1 + BESIDE) * QUARTER
        pinned = self._rehearsal.snapshot
        thin = replace(file, path=str(written.path), rows=written.rows, size=written.size)
        snapshot = replace(pinned, files=tuple(thin if each.path == file.path else each for each in pinned.files))
        before, after = (self._rehearsal.of(keys, start, end, of) for of in (pinned, snapshot))
        one, other = ([_by_meter(of.table()), _told(of.findings)] for of in (before, after))
        return {
            key for mine, its in zip(one, other, strict=True) for key in {*mine, *its} if mine.get(key) != its.get(key)
        }

    def _swap(self, file: File, written: DataFile, note: Callable[[], None]) -> bool:
        """Put one file in the place of the other, where nothing came meanwhile; whether that was done."""
        store, near = self._lake.readings, _near(self._rehearsal.snapshot, file)
        with self._lake.writer():
            if _near(store.snapshot(), file) != near:
                written.path.unlink(missing_ok=True)
                return False
            note()
            failpoint("lake.thin.before")
            store.swap([file], [written], {"job": JOB})
            failpoint("lake.thin.after")
        return True


def _read(file: File) -> pa.Table:
    import pyarrow.parquet as pq

    with duck.lake_errors(file.path), pq.ParquetFile(file.path) as opened:
        rows = opened.read()
    return rows.drop_columns(["day"]) if "day" in rows.column_names else rows


def _thinned(file: File, rows: pa.Table, unlike: int, kept: int, size: int) -> Thinned:
    meters = len(np.unique(rows["meter"].to_numpy()))
    return Thinned(
        day=file.partition, meters=meters, unlike=unlike, readings=len(rows), kept=kept, size=file.size, size_kept=size
    )


def _by_meter(intervals: pa.Table) -> dict[int, pa.Table]:
    """Intervals of each meter, of a table that is sorted by it."""
    meter = intervals["meter"].to_numpy()
    edges = np.flatnonzero(np.r_[True, meter[1:] != meter[:-1], True]) if len(meter) else np.zeros(1, "int64")
    return {int(meter[low]): intervals.slice(low, high - low) for low, high in pairwise(edges.tolist())}


def _told(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    """Findings of each meter."""
    found: dict[int, list[Finding]] = {}
    for finding in findings:
        found.setdefault(finding.meter, []).append(finding)
    return found


def _near(snapshot: Snapshot, file: File) -> set[str]:
    """Files of its time, and of the day before and after it: what its intervals are made of."""
    return set(snapshot.select(file.first_us - DAY_US, file.last_us + DAY_US))


def _forget(lake: Lake, written: DataFile | None) -> None:
    """Remove a file that no log entry names."""
    if written is not None and str(written.path) not in {file.path for file in lake.readings.snapshot().files}:
        Path(written.path).unlink(missing_ok=True)
