"""Maintenance of the lake's tables: compaction, checkpoints, checks against checksums, removal past retention."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from energy_workbench.domain.time import clock
from energy_workbench.lake.compaction import compact, due
from energy_workbench.lake.recovery import salvage
from energy_workbench.lake.rollups.folder import Rollups
from energy_workbench.lake.storage import checksums, durable
from energy_workbench.lake.storage.failpoints import failpoint

if TYPE_CHECKING:
    from energy_workbench.lake.lake import Lake
    from energy_workbench.lake.storage.snapshot import File
    from energy_workbench.lake.storage.store import Store

RETENTION_HOURS = 24
"""How long replaced files stay: longer than the longest reader and backup [h]."""

ORPHAN_DAYS = 7
"""How long files that nothing names are kept [d]."""

SCRUB_HOURS = 24
"""In this time every data file is compared once with what it was when it was written [h]."""


@dataclass(frozen=True, slots=True)
class Maintained:
    """What was done.

    Attributes
    ----------
    compacted : int
        Groups of files that became one sorted run.
    removed : int
        Files that nothing refers to any more, deleted.
    damaged : int
        Data files that were not as they were written, set aside.
    """

    compacted: int
    removed: int
    damaged: int = 0


def maintain(lake: Lake, now: datetime | None = None, *, check: bool = False) -> Maintained:
    """Compact what lies in small files and is over; checkpoint; remove what retention has passed.

    Safe at any time beside readers and writers: readers hold a version whose files stay for a day.

    Parameters
    ----------
    check : bool
        Compare every data file with what it was when it was written, instead of those whose turn it is.

    Raises
    ------
    BusyError
        If another writer keeps the lake locked.
    LakeError
        If the disk refuses, such as when it is full; the lake is as before then.
    """
    instant = now or clock.now()
    today = instant.date()
    compacted = removed = damaged = 0
    month = f"{today:%Y-%m}"
    for store, current in (
        (lake.readings, f"{today:%Y-%m-%d}"), (lake.intervals, month), (lake.findings, month)
    ):  # fmt: skip
        if check and store.path.exists():
            with store.writer():
                store.review()
        if store.snapshot().version < 0:
            continue
        turn = None if check else instant.hour % SCRUB_HOURS
        suspect = {name for _, files in _scrubbed(store, turn) for name in files}
        snapshot = store.snapshot()
        for partition in snapshot.partitions:
            files = snapshot.of_partition(partition)
            groups = due(files, instant, closed=partition < current)
            named = {file.path for group in groups for file in group}
            groups += [[file] for file in files if file.path in suspect - named]
            for group in groups:
                damaged += _compact(lake, store, group)
            compacted += len(groups)
        removed += _clean(store)
    turn = None if check else instant.hour % SCRUB_HOURS
    removed += Rollups(lake.path).tidy(lake.intervals.path, turn, SCRUB_HOURS)
    return Maintained(compacted, removed, damaged)


def _scrubbed(store: Store, turn: int | None) -> list[tuple[str, list[str]]]:
    """Damaged files by partition, among those whose turn it is."""
    chosen: dict[str, list[str]] = {}
    for file in store.snapshot().files:
        if turn is None or zlib.crc32(file.path.encode()) % SCRUB_HOURS == turn:
            chosen.setdefault(file.partition, []).append(file.path)
    # From before there was a book, or restored: from now on it is known what they look like.
    book = checksums.read(store.path)
    new = [Path(name) for files in chosen.values() for name in files if Path(name) not in book.files]
    if new:
        with store.writer():
            checksums.note(store.path, [path for path in new if path.exists()])
    by_partition = [(partition, list(salvage.damaged(store.path, files))) for partition, files in chosen.items()]
    return [(partition, files) for partition, files in by_partition if files]


def _compact(lake: Lake, store: Store, files: Sequence[File]) -> int:
    """Rewrite files of a partition; how many of them were damaged."""
    with lake.writer() if store is lake.readings else store.writer():
        there = {file.path for file in store.snapshot().files}
        if not all(file.path in there for file in files):
            return 0  # Meanwhile somebody replaced what is in them.
        damaged = compact(store, files)
        if damaged:
            # Readings may be missing, or intervals: everything that follows from them is told anew.
            lake.build_anew()
            if store is lake.readings:
                lake.adopt(files[0].partition)  # what was compacted lately is still there uncompacted
    return damaged


def _clean(store: Store) -> int:
    with store.writer():
        failpoint("lake.vacuum.before")
        table = store.open()
        removed = table.vacuum(retention_hours=RETENTION_HOURS, dry_run=False, enforce_retention_duration=False)
        store.harden()
        failpoint("lake.checkpoint.before")
        table = store.open()
        with store.words("checkpointed"):
            table.create_checkpoint()
        # Entries go only once what stands for them is durable.
        durable.harden_checkpoint(store.path)
        failpoint("lake.checkpoint.after")
        table.cleanup_metadata()
        removed += _remove_orphans(store)
        checksums.keep(store.path, {path for path in checksums.read(store.path).files if path.exists()})
    return len(removed)


def _remove_orphans(store: Store) -> list[str]:
    """Remove files that no version of the last days names: left by commits that never came to be."""
    table = store.open()
    replaced = table.vacuum(retention_hours=0, dry_run=True, enforce_retention_duration=False)
    stay = {Path(file.path) for file in store.snapshot().files} | {store.path / unquote(path) for path in replaced}
    before = clock.now().timestamp() - ORPHAN_DAYS * 86_400
    orphans = [p for p in store.path.glob("*=*/*.parquet") if p not in stay and p.stat().st_mtime < before]
    for path in orphans:
        path.unlink()
    return [str(path) for path in orphans]
