"""Read-only access to SQLite files that leaves nothing beside them, for who examines."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import quote

PATIENT_SECONDS: Final = 2.0
"""How long a lock of another process is waited for [s]."""


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that can only read; nothing is created beside the file.

    Raises
    ------
    sqlite3.Error
        If there is no such file, or it cannot be opened.
    """
    # Without a write-ahead log nobody has the file open. Opened as a file that may change, SQLite would make the log
    # and its index beside it.
    alone = not path.with_name(f"{path.name}-wal").exists()
    mode = "mode=ro&immutable=1" if alone else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{mode}",
        uri=True,
        timeout=PATIENT_SECONDS,
        check_same_thread=False,
        isolation_level=None,
    )


def damage(path: Path) -> str:
    """What SQLite's quick check finds wrong, in its words; empty where the file is whole. Reads all of it."""
    try:
        with closing(read_only(path)) as db:
            messages = [str(row[0]) for row in db.execute("PRAGMA quick_check(5)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if messages == ["ok"] else "; ".join(messages)


class ReadOnly:
    """A file that several queries are put to; opened anew for each, so that it may be exchanged meanwhile."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for queries."""
        with closing(read_only(self.path)) as db:
            yield db

    def used_bytes(self) -> int:
        """How much of the file is in use [bytes]."""
        with self.reading() as db:
            pages, free, size = (
                int(db.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
        return (pages - free) * size
