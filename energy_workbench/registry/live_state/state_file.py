"""The file of the live state, where it is SQLite: a damaged one is set aside, as polling writes it again."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from energy_workbench.domain.errors import HomeError
from energy_workbench.runtime import incidents

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Look at the file and make it while no other process does.

    Raises
    ------
    HomeError
        If the place cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        guard = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeError(f"{path}: cannot be created: {error.strerror}; check the folder and its permissions") from None
    try:
        fcntl.flock(guard, fcntl.LOCK_EX)
        yield
    finally:
        os.close(guard)


def damage(path: Path) -> str:
    """What is wrong with a file's structure, in words; empty where nothing is, or where there is none."""
    if not path.exists():
        return ""
    try:
        db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=rw", uri=True, timeout=30.0)
        try:
            answer = db.execute("PRAGMA quick_check(1)").fetchone()[0]
            return "" if answer == "ok" else str(answer)
        finally:
            db.close()
    except sqlite3.Error as error:
        return str(error) if (error.sqlite_errorcode & 0xFF) in _DAMAGED else ""


def set_aside(path: Path, why: str) -> None:
    """Make room for a new file."""
    aside = incidents.aside_name(path)
    for ending in ("", "-wal", "-shm"):
        found = path.with_name(path.name + ending)
        if found.exists():
            found.rename(aside.with_name(aside.name + ending))
    incidents.record(path.parent, "state", f"the live state {path} was damaged ({why}); polling writes it again", aside)
