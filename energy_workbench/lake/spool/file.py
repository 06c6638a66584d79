"""The spool's SQLite file, shared by processes: locks, transactions, and repair where it is damaged."""

from __future__ import annotations

import fcntl
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.spool import page_salvage, repair, wal
from energy_workbench.lake.spool.schema import PAGE, prepare
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import disk

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

_BUSY_SECONDS = 30.0
_RETURN_BYTES = 64_000_000
"""So much unused room in the file is given back to the disk [bytes]."""


class MendedError(LakeError):
    """The file was damaged and is mended now: nothing was done, and the same may be tried again."""


def once_more(call: Callable[P, T]) -> Callable[P, T]:
    """Try again what met a damaged file, now that it is mended."""

    @wraps(call)
    def tried(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return call(*args, **kwargs)
        except MendedError:
            return call(*args, **kwargs)

    return tried


class SpoolFile:
    """One SQLite file; all methods may be called from several threads.

    A lock beside the file is held, shared, by whoever writes; alone, by whoever mends. So nothing is written to
    a file that is being set aside.

    Parameters
    ----------
    path : Path
        Created with its folder where it is missing.

    Raises
    ------
    LakeError
        If it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.opened = 0
        """How often it was opened: what was learned from the file counts until the next time."""
        self._lock = threading.RLock()
        try:
            new = not path.exists()
            missing = [folder for folder in (path.parent, *path.parent.parents) if not folder.exists()]
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._guard = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            self._open()
            if new:
                for folder in {path.parent, *(folder.parent for folder in missing)}:
                    disk.sync(folder)
        except (sqlite3.Error, OSError) as error:
            raise LakeError(f"the spool {path} cannot be opened: {error}") from None

    def close(self) -> None:
        """Close the file; nothing is lost."""
        with self._lock:
            if self._guard >= 0:
                with self._locked(fcntl.LOCK_SH):
                    self._db.close()
                os.close(self._guard)
                self._guard = -1

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One durable transaction, all or nothing.

        Raises
        ------
        LakeError
            If the disk or the file refuses. A damaged file is mended before this is raised: try again.
        """
        with self._lock, self._words("written"), self._locked(fcntl.LOCK_SH):
            self._follow()
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield self._db
                failpoint("spool.commit.before")
                self._db.execute("COMMIT")
                failpoint("spool.commit.after")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                self.opened += 1  # what was learned within may be rolled back with it
                raise

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """The connection, for queries.

        Raises
        ------
        LakeError
            If the file cannot be read. A damaged one is mended before this is raised: try again.
        """
        with self._lock, self._words("read"):
            self._follow()
            yield self._db

    def used_bytes(self) -> int:
        """How much of the file is in use [bytes]."""
        with self.reading() as db:
            pages = db.execute("PRAGMA page_count").fetchone()[0] - db.execute("PRAGMA freelist_count").fetchone()[0]
            return int(pages) * PAGE

    def give_back(self) -> None:
        """Return unused room to the disk where there is much of it."""
        with self.reading() as db:
            pages, unused = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count"))
            if unused * PAGE < _RETURN_BYTES or unused < pages // 2:
                return
            with self._locked(fcntl.LOCK_SH):
                db.execute("VACUUM")
                db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def check(self) -> bool:
        """Look at the whole file, and mend it where it is damaged; whether it was whole.

        It takes as long as reading the file does; others may go on meanwhile.
        """
        if not (why := repair.quick_check(self.path)):
            return True
        self.mend(why)
        return False

    def mend(self, why: str) -> None:
        """Set the damaged file aside and go on with what could be rescued.

        Raises
        ------
        LakeError
            If the disk refuses.
        """
        with self._lock, self._locked(fcntl.LOCK_EX):
            if self._inode == _inode(self.path):
                repair.mend(self.path, why)
            self._follow()

    def _open(self) -> None:
        with self._locked(fcntl.LOCK_EX):
            repair.finish(self.path)
            if why := self._vanished() or wal.damage(page_salvage.log_of(self.path)):
                repair.mend(self.path, why)
            try:
                self._connect()
            except sqlite3.Error as error:
                if not repair.is_damage(error):
                    raise
                repair.mend(self.path, str(error))
                self._connect()
            if not os.fstat(self._guard).st_size:
                os.write(self._guard, b"1")

    def _vanished(self) -> str:
        """What became of a spool that was here before, by the mark in its lock; empty where it has content.

        SQLite would begin anew without a word, and throw away what its log still has.
        """
        if not os.fstat(self._guard).st_size:
            return ""
        if not self.path.exists():
            return "it is gone"
        return "" if self.path.stat().st_size else "it is empty"

    def _connect(self) -> None:
        disk.make_private(self.path)
        db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            db.execute(f"PRAGMA page_size={PAGE}")
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=FULL")
            prepare(db)
        except sqlite3.Error:
            # Closing would move the log into the file: what the log still has is wanted as it is.
            self._broken = db
            raise
        self._db, self._inode = db, _inode(self.path)
        self.opened += 1

    def _follow(self) -> None:
        """Go on with the file that is in place now, if another process has mended it."""
        if _inode(self.path) != self._inode:
            self._db.close()
            self._connect()

    @contextmanager
    def _words(self, done: str) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            if not repair.is_damage(error):
                raise LakeError(f"the spool {self.path} cannot be {done}: {error}") from None
            self.mend(str(error))
            raise MendedError(f"the spool {self.path} was damaged and is mended now ({error}): try again") from None

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        fcntl.flock(self._guard, kind)
        try:
            yield
        finally:
            fcntl.flock(self._guard, fcntl.LOCK_UN)


def _inode(path: Path) -> int:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
