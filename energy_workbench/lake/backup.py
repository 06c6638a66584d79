"""A consistent copy of spool and lake while others write.

The spool's snapshot comes first, then a pinned version of each table. In this order nothing is lost: what
is committed between is in both, and whoever commits the restored spool finds it in the lake already.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.lake import Lake
from energy_workbench.lake.storage import build_state, checksums
from energy_workbench.lake.storage.store import Store
from energy_workbench.runtime import disk

REMEMBERED = 200
"""Log entries before the last checkpoint that are kept: the interval build asks them what it has not seen."""


class Part(NamedTuple):
    """A file of the copy.

    Attributes
    ----------
    name : str
        Path in the lake's folder.
    content : bytes or Path
        What is in it, or a file that nobody changes and that stays for a day.
    """

    name: str
    content: bytes | Path


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite database that others write, as of one instant.

    Raises
    ------
    LakeError
        If it cannot be read.
    """
    try:
        disk.make_private(target)
        reading = sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)
        writing = sqlite3.connect(target)
        try:
            reading.backup(writing)
            # The write-ahead log is a file of its own, that a copy should not need.
            writing.execute("PRAGMA journal_mode=DELETE")
        finally:
            writing.close()
            reading.close()
    except (sqlite3.Error, OSError) as error:
        raise LakeError(f"the database {source} cannot be copied: {error}") from None


def lake_parts(lake: Lake) -> Iterator[Part]:
    """The files of a lake's newest versions.

    Raises
    ------
    LakeError, BusyError
        If it cannot be read, or another process keeps writing.
    """
    # What the intervals were built from is told first: it may be older than they are, never newer.
    state = lake.path / build_state.FILE
    if state.exists():
        yield Part(build_state.FILE, state.read_bytes())
    # Intervals before readings: nothing is in them that the readings lack.
    for store in (lake.intervals, lake.findings, lake.readings):
        yield from _pinned(store)


def _pinned(store: Store) -> Iterator[Part]:
    """A table as of now: its log, then the data files, which are never changed and stay for a day."""
    if not store.path.joinpath("_delta_log").is_dir():
        return
    with store.writer():
        snapshot = store.snapshot()
        log = [Part(f"{store.path.name}/_delta_log/{path.name}", path.read_bytes()) for path in _log(store.path)]
        book = checksums.path_of(store.path)
        log += [Part(book.name, book.read_bytes())] if book.exists() else []
    yield from log
    for file in snapshot.files:
        path = Path(file.path)
        yield Part(str(path.relative_to(store.path.parent)), path)


def _log(table: Path) -> list[Path]:
    """The checkpoint and the entries from which the table opens, and some before."""
    folder = table / "_delta_log"
    entries = sorted(path for path in folder.glob("*.json") if path.stem.isdigit())
    checkpoints = sorted(path for path in folder.glob("*.checkpoint*.parquet") if path.name[:20].isdigit())
    newest = checkpoints[-1].name[:20] if checkpoints else ""
    first = max(len([path for path in entries if path.stem < newest]) - REMEMBERED, 0)
    last = folder / "_last_checkpoint"
    kept = [path for path in checkpoints if path.name.startswith(newest)] if newest else []
    return [*entries[first:], *kept, *([last] if last.exists() else [])]
