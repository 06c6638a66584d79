"""Schema of the spool's tables, and the checksum of a row."""

from __future__ import annotations

import json
import sqlite3
import struct
import uuid
import zlib
from collections.abc import Iterable

PAGE = 4096
"""Bytes of a page of the file."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shapes(id INTEGER PRIMARY KEY, quantities TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS rows(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, meter INTEGER NOT NULL, ts INTEGER NOT NULL, part INTEGER NOT NULL,
    slot INTEGER NOT NULL, offset_ms INTEGER NOT NULL, shape INTEGER NOT NULL, vals BLOB NOT NULL, crc INTEGER,
    UNIQUE(meter, ts, part));
CREATE TABLE IF NOT EXISTS refused(
    id INTEGER PRIMARY KEY, meter INTEGER, ts INTEGER, quantity TEXT, kept REAL, given REAL,
    UNIQUE(meter, ts, quantity, given));
"""

INSERT = (
    "INSERT OR IGNORE INTO rows(meter, ts, part, slot, offset_ms, shape, vals, crc) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)

Packed = tuple[int, int, int, int, int, int, bytes, int]
"""A row as `INSERT` takes it."""

_KEY = struct.Struct("<qqq")


def text_of(quantities: Iterable[str]) -> str:
    """Quantities as the table of shapes has them."""
    return json.dumps(sorted(quantities))


def checksum(quantities: str, meter: int, slot_us: int, offset_ms: int, blob: bytes) -> int:
    """CRC-32 of a row: which quantities, whose, when and how much."""
    return zlib.crc32(blob, zlib.crc32(_KEY.pack(meter, slot_us, offset_ms), zlib.crc32(quantities.encode())))


def prepare(db: sqlite3.Connection) -> None:
    """Make what is missing in an open file."""
    db.executescript(SCHEMA)
    db.execute("INSERT OR IGNORE INTO meta VALUES ('app', ?)", (new_name(),))
    if not any(row[1] == "crc" for row in db.execute("PRAGMA table_info(rows)")):
        _add_checksums(db)


def new_name() -> str:
    """A name that no spool had."""
    return f"spool-{uuid.uuid4()}"


def _add_checksums(db: sqlite3.Connection) -> None:
    """Rows of a file from before there were checksums get theirs."""
    db.create_function("row_crc", 5, checksum, deterministic=True)
    db.execute("BEGIN IMMEDIATE")
    db.execute("ALTER TABLE rows ADD COLUMN crc INTEGER")
    db.execute(
        "UPDATE rows SET crc = row_crc((SELECT quantities FROM shapes WHERE id=shape), meter, slot, offset_ms, vals)"
    )
    db.execute("COMMIT")
