"""Repair of a damaged spool: it is set aside, and rows whose checksum holds go on in a new one."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from energy_workbench.domain.errors import LakeError
from energy_workbench.lake.spool import page_salvage
from energy_workbench.lake.spool.schema import INSERT, PAGE, prepare
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import disk, incidents

_BATCH = 50_000


def mend(path: Path, why: str) -> None:
    """Replace a damaged spool by one with every reading that carries its own right checksum.

    Only for whoever holds the spool alone. It may be interrupted anywhere: until the new file is complete and
    durable the old one stays where it is, and afterwards `finish` takes it from there.

    Raises
    ------
    LakeError
        If the disk refuses, such as when it is full; nothing is changed then.
    """
    failpoint("mend.before")
    draft = path.with_name(path.name + ".mending")
    try:
        for left in (draft, page_salvage.log_of(draft)):
            left.unlink(missing_ok=True)
        _rescue(path, draft, why)
        disk.sync(draft)
        failpoint("mend.written")
        draft.rename(_complete(path))
        disk.sync(path.parent)
    except (sqlite3.Error, OSError) as error:
        raise LakeError(f"the spool {path} is damaged ({why}) and cannot be mended: {error}") from None
    finish(path)


def finish(path: Path) -> None:
    """Put a complete mended spool into the place of the damaged one; does nothing where there is none."""
    complete = _complete(path)
    if not complete.exists():
        return
    aside = incidents.aside_name(path)
    # The file goes before its log: whoever still has it open sees that it has moved, and leaves the log alone.
    for source, target in ((path, aside), (page_salvage.log_of(path), page_salvage.log_of(aside))):
        if source.exists():
            source.rename(target)
    path.with_name(path.name + "-shm").unlink(missing_ok=True)
    failpoint("mend.moved")
    with sqlite3.connect(f"{complete.absolute().as_uri()}?mode=ro", uri=True) as db:
        text = db.execute("SELECT value FROM meta WHERE key='mended'").fetchone()[0]
    db.close()
    complete.rename(path)
    disk.sync(path.parent)
    failpoint("mend.after")
    incidents.record(path.parent, "spool", str(text), aside if aside.exists() else None)


def _complete(path: Path) -> Path:
    return path.with_name(path.name + ".mended")


def _rescue(path: Path, draft: Path, why: str) -> None:
    size = sum(file.stat().st_size for file in (path, page_salvage.log_of(path)) if file.exists())
    disk.make_private(draft)
    db = sqlite3.connect(draft, isolation_level=None)
    try:
        db.execute(f"PRAGMA page_size={PAGE}")
        # Until it has its final name nobody needs it: one fsync at the end will do.
        db.execute("PRAGMA journal_mode=OFF")
        db.execute("PRAGMA synchronous=OFF")
        prepare(db)
        texts = page_salvage.shapes(path)
        known: dict[str, int] = {}
        db.execute("BEGIN")
        for count, (text, row) in enumerate(page_salvage.rows(path, texts)):
            if text not in known:
                db.execute("INSERT OR IGNORE INTO shapes(quantities) VALUES (?)", (text,))
                known[text] = db.execute("SELECT id FROM shapes WHERE quantities=?", (text,)).fetchone()[0]
            db.execute(INSERT, (*row[:5], known[text], *row[6:]))
            if count % _BATCH == _BATCH - 1:
                db.execute("COMMIT")
                db.execute("BEGIN")
        rescued = db.execute("SELECT count(*) FROM rows").fetchone()[0]
        text = f"the spool {path} was damaged ({why}): {rescued} readings were rescued from its {size} bytes"
        db.execute("INSERT OR REPLACE INTO meta VALUES ('mended', ?)", (text,))
        db.execute("COMMIT")
    finally:
        db.close()


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite says that the file is broken, rather than locked, full or forbidden."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB) or "malformed" in str(error)


def quick_check(path: Path) -> str:
    """What SQLite finds wrong with a file's structure, on a connection of its own; empty where nothing is.

    Reads the whole file; other processes may go on meanwhile.
    """
    db = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=30.0)
    try:
        message = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        return "" if message == "ok" else str(message)
    except sqlite3.Error as error:
        return str(error) if is_damage(error) else ""
    finally:
        db.close()
