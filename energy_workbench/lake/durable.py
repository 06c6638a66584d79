"""Commits that survive the plug being pulled: fsync after a commit, a torn last one set aside before the next.

Neither delta-rs nor DuckDB calls fsync. A commit counts only once `harden` has returned; one that the
power took before may look complete and not be.
"""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from energy_workbench.core.errors import LakeError

log = logging.getLogger(__name__)


def log_entry(table: Path, version: int) -> Path:
    """Where a version's log entry lies."""
    return table / "_delta_log" / f"{version:020d}.json"


def last_version(table: Path) -> int:
    """The newest version with a log entry; -1 where there is none."""
    entries = [e.name[:20] for e in os.scandir(table / "_delta_log") if e.name.endswith(".json") and len(e.name) == 25]
    return max((int(name) for name in entries if name.isdigit()), default=-1)


def read_entry(path: Path) -> list[dict[str, Any]] | None:
    """The actions of a log entry; None where it is torn."""
    try:
        text = path.read_text("utf-8")
        actions = [json.loads(line) for line in text.splitlines() if line.strip()]
    except (UnicodeDecodeError, json.JSONDecodeError):
        return None
    return actions if actions and all(isinstance(action, dict) for action in actions) else None


def added_files(table: Path, actions: list[dict[str, Any]]) -> list[tuple[Path, int]]:
    """Data files that a commit added, with their sizes [bytes]."""
    adds = [action["add"] for action in actions if "add" in action]
    return [(table / unquote(add["path"]), int(add["size"])) for add in adds]


def is_whole(table: Path, version: int) -> bool:
    """Whether the entry can be read and every file that it added is there to its last byte."""
    actions = read_entry(log_entry(table, version))
    return actions is not None and all(_is_parquet(path, size) for path, size in added_files(table, actions))


def harden(table: Path, version: int) -> None:
    """Make a commit durable: its data files, their folders, its log entry, the folder of the log.

    Raises
    ------
    LakeError
        If the disk refuses; the commit must not be acknowledged then.
    """
    entry = log_entry(table, version)
    actions = read_entry(entry)
    if actions is None:
        raise LakeError(f"{entry} is torn: the disk lost what was just written")
    files = [path for path, _ in added_files(table, actions)]
    folders = {path.parent for path in files} | {table, table.parent}
    try:
        for path in (*files, *sorted(folders), entry, entry.parent):
            _fsync(path)
    except OSError as error:
        raise LakeError(f"{error.filename or table}: not written durably: {error.strerror}") from None


def set_aside_torn(table: Path) -> list[Path]:
    """Rename torn last commits, so that the table opens as it was before them.

    Only ever called by the one writer, before it writes. What is set aside was never acknowledged, so
    the spool still has its readings.

    Returns
    -------
    list of Path
        The entries under their new names.
    """
    aside: list[Path] = []
    while (version := last_version(table)) >= 0 and not is_whole(table, version):
        entry = log_entry(table, version)
        target = entry.with_name(f"{entry.name}.torn")
        count = 1
        while target.exists():
            count += 1
            target = entry.with_name(f"{entry.name}.torn-{count}")
        entry.rename(target)
        _drop_checkpoint(table, version)
        _fsync(entry.parent)
        log.error("commit %s of %s was torn and is set aside as %s", version, table, target.name)
        aside.append(target)
    return aside


def _drop_checkpoint(table: Path, version: int) -> None:
    """A checkpoint of a commit that is no more must not be believed."""
    folder = table / "_delta_log"
    checkpoints = list(folder.glob(f"{version:020d}.checkpoint*.parquet"))
    for path in checkpoints:
        path.rename(path.with_name(path.name + ".torn"))
    if checkpoints:
        (folder / "_last_checkpoint").unlink(missing_ok=True)


def _is_parquet(path: Path, size: int) -> bool:
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            file.seek(-4, os.SEEK_END)
            return file.read() == b"PAR1"
    except OSError:
        return False


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
