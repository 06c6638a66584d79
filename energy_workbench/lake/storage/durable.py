"""Durable commits: fsync after each, and recovery of a torn or damaged log before the next.

Neither delta-rs nor DuckDB calls fsync. A commit counts only once `harden` has returned; one that the power took
before may look complete and not be. What is set aside here loses nothing: the spool still has what was never
acknowledged, and data files that no entry names any more are adopted (`recovery/unlogged_files.py`).
"""

from __future__ import annotations

import itertools
import json
import logging
import os
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.storage import checksums
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import disk, incidents

log = logging.getLogger(__name__)

LOG = "_delta_log"


def log_entry(table: Path, version: int) -> Path:
    """Where a version's log entry lies."""
    return table / LOG / f"{version:020d}.json"


def versions(table: Path) -> list[int]:
    """The versions with a log entry, ascending."""
    names = (entry.name for entry in os.scandir(table / LOG))
    return sorted(int(name[:20]) for name in names if name[20:] == ".json" and name[:20].isdigit())


def last_version(table: Path) -> int:
    """The newest version with a log entry; -1 where there is none."""
    return max(versions(table), default=-1)


def checkpoints(table: Path) -> list[tuple[int, Path]]:
    """The checkpoints by version, newest first."""
    files = (table / LOG).glob("*.checkpoint*.parquet")
    return sorted(((int(p.name[:20]), p) for p in files if p.name[:20].isdigit()), reverse=True)


class LogEntry(NamedTuple):
    """Which data files a commit added, with their sizes [bytes], and which it removed."""

    added: list[tuple[Path, int]]
    removed: list[Path]


def read_entry(table: Path, version: int) -> LogEntry | None:
    """The actions on data files of a version's log entry; None where the entry is torn or damaged.

    The format is that of https://github.com/delta-io/delta/blob/master/PROTOCOL.md, "Actions".
    """
    try:
        text = log_entry(table, version).read_text("utf-8")
        actions = [json.loads(line) for line in text.splitlines() if line.strip()]
        adds = [action["add"] for action in actions if "add" in action]
        removes = [action["remove"] for action in actions if "remove" in action]
        added = [(table / unquote(add["path"]), int(add["size"])) for add in adds]
        removed = [table / unquote(remove["path"]) for remove in removes]
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None
    return LogEntry(added, removed) if actions and all(isinstance(action, dict) for action in actions) else None


def harden(table: Path, after: int | None = None) -> None:
    """Make every commit durable that is not yet: data files, log entries, checkpoints and all their folders.

    Parameters
    ----------
    after : int, optional
        A version that is durable, as is all before it; without it the book is asked.

    Raises
    ------
    LakeError
        If the disk refuses; the commits must not be acknowledged then.
    """
    data, entries = list[Path](), list[Path]()
    known: dict[Path, checksums.Looks] = {}
    if after is None:
        book, points = checksums.read(table), checkpoints(table)
        known = book.files
        # A table from before there was a book has been made durable as far as its last checkpoint.
        first = points[0][0] + 1 if points and not known else 0
        fresh = [v for v in versions(table) if v >= first and log_entry(table, v) not in known]
        entries += [path for _, path in points if path not in known]
    else:
        fresh = list(itertools.takewhile(lambda v: log_entry(table, v).exists(), itertools.count(after + 1)))
        points = [(v, table / LOG / f"{v:020d}.checkpoint.parquet") for v in fresh]
        entries += [path for _, path in points if path.exists()]
    try:
        for version in fresh:
            entry = log_entry(table, version)
            commit = read_entry(table, version)
            if commit is None:
                raise LakeError(f"{entry} is torn: the disk lost what was just written")
            # What a later commit replaced and upkeep removed need not be there any more.
            data += [path for path, _ in commit.added if path not in known and path.exists()]
            entries.append(entry)
        if entries:
            _sync_all(table, data, entries)
            checksums.note(table, [*data, *entries])
    except OSError as error:
        raise LakeError(f"{error.filename or table}: not written durably: {error.strerror}") from None


def harden_checkpoint(table: Path) -> None:
    """Make the newest checkpoint durable; only then may entries before it go.

    Raises
    ------
    LakeError
        If the disk refuses.
    """
    try:
        for _, path in checkpoints(table)[:1]:
            _sync_all(table, [], [path])
            checksums.note(table, [path])
    except OSError as error:
        raise LakeError(f"{error.filename or table}: not written durably: {error.strerror}") from None


def _sync_all(table: Path, data: list[Path], entries: list[Path]) -> None:
    folders = {path.parent for path in data} | {table, table.parent, table.parent.parent}
    hint = table / LOG / "_last_checkpoint"
    for path in (*data, *sorted(folders, reverse=True), *([hint] if hint.exists() else []), *entries, table / LOG):
        failpoint("lake.fsync.before")
        disk.sync(path)
        failpoint("lake.fsync.after")


def review(table: Path) -> list[Path]:
    """Set aside what cannot be believed at the end of a log, so that the table opens as it was before.

    That is a checkpoint that is not as it was written or never was made durable, and the first log entry that is
    torn, missing or not as it was written, with all that follow. Only ever called by the one writer, first of all.

    Returns
    -------
    list of Path
        The entries that were set aside, under their new names.
    """
    book = checksums.read(table)
    for version, path in checkpoints(table):
        if not _is_as_noted(path, book) and (book.whole or path in book.files):
            _drop_checkpoint(table, version, path)
    points = checkpoints(table)
    there = versions(table)
    first = points[0][0] + 1 if points else 0
    last = max([first - 1, *there])
    # What a later commit replaced may have been removed since.
    commits = [commit for v in there if v >= first and (commit := read_entry(table, v))]
    removed = {path for commit in commits for path in commit.removed}
    bad = next((v for v in range(first, last + 1) if not _is_good(table, v, book, removed)), None)
    if bad is None:
        return []
    aside = []
    for version in reversed([v for v in there if v >= bad]):
        for at, path in checkpoints(table):
            if at >= version:
                _drop_checkpoint(table, at, path)
        entry = log_entry(table, version)
        target = _torn(entry)
        entry.rename(target)
        aside.append(target)
    disk.sync(table / LOG)
    incidents.record(
        table.parent, "lake", f"commits {bad} to {last} of {table} were torn or damaged", aside[-1] if aside else None
    )
    return aside


def drop_newest_checkpoint(table: Path) -> bool:
    """Do without the newest checkpoint; False where there is none."""
    for version, path in checkpoints(table)[:1]:
        _drop_checkpoint(table, version, path)
        return True
    return False


def set_log_aside(table: Path, why: str) -> Path:
    """Do without the log; its data files stay and can be adopted."""
    aside = incidents.aside_name(table / LOG)
    (table / LOG).rename(aside)
    disk.sync(table)
    incidents.record(table.parent, "lake", f"the log of {table} cannot be read: {why}", aside)
    return aside


def _is_good(table: Path, version: int, book: checksums.Book, removed: set[Path]) -> bool:
    entry = log_entry(table, version)
    if entry in book.files:
        if not _is_as_noted(entry, book):
            return False
    elif book.whole and not any(path.parent == entry.parent and path.name > entry.name for path in book.files):
        return False  # it was never made durable, whatever it looks like
    commit = read_entry(table, version)
    if commit is None:
        return False
    return all(path in removed or _is_parquet(path, size) for path, size in commit.added)


def _is_as_noted(path: Path, book: checksums.Book) -> bool:
    try:
        return path in book.files and not checksums.bad_spans(path, book.files[path])
    except OSError:
        return False


def _drop_checkpoint(table: Path, version: int, path: Path) -> None:
    """A checkpoint is a copy of what the entries say: without it the table opens from an older one."""
    target = _torn(path)
    (table / LOG / "_last_checkpoint").unlink(missing_ok=True)
    path.rename(target)
    disk.sync(table / LOG)
    log.error("checkpoint %s of %s is not to be believed and is set aside as %s", version, table, target.name)


def _torn(path: Path) -> Path:
    target, count = path.with_name(f"{path.name}.torn"), 1
    while target.exists():
        count += 1
        target = path.with_name(f"{path.name}.torn-{count}")
    return target


def _is_parquet(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return file.read() == b"PAR1"
    except OSError:
        return False
