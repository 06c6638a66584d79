"""The spool: readings between the wire and the lake, in SQLite, safe once `append` has returned."""

from __future__ import annotations

import json
import math
import sqlite3
import struct
import threading
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from energy_workbench.core.errors import InputError, LakeError
from energy_workbench.lake.columns import is_wide
from energy_workbench.lake.reading import MAX_OFFSET_MS, Reading, Refused
from energy_workbench.lake.shape import Row, Shape

_SCHEMA = """
CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS shapes(id INTEGER PRIMARY KEY, quantities TEXT NOT NULL UNIQUE);
CREATE TABLE IF NOT EXISTS rows(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, meter INTEGER NOT NULL, ts INTEGER NOT NULL, part INTEGER NOT NULL,
    slot INTEGER NOT NULL, offset_ms INTEGER NOT NULL, shape INTEGER NOT NULL, vals BLOB NOT NULL,
    UNIQUE(meter, ts, part));
CREATE TABLE IF NOT EXISTS refused(
    id INTEGER PRIMARY KEY, meter INTEGER, ts INTEGER, quantity TEXT, kept REAL, given REAL,
    UNIQUE(meter, ts, quantity, given));
"""
_INSERT = "INSERT OR IGNORE INTO rows(meter, ts, part, slot, offset_ms, shape, vals) VALUES (?, ?, ?, ?, ?, ?, ?)"
_BUSY_SECONDS = 30.0
_KEPT_REFUSALS = 10_000


class Added(NamedTuple):
    """What an append did.

    Attributes
    ----------
    seq : int
        The last sequence number given so far.
    new : int
        Readings that are new, whole or in part.
    refused : list of Refused
    """

    seq: int
    new: int
    refused: list[Refused]


class Spool:
    """Readings that are not in the lake yet. Several processes and threads may write.

    Parameters
    ----------
    path : path
        The SQLite file; created with its folder.

    Raises
    ------
    LakeError
        If the file cannot be opened as a spool.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._lock = threading.RLock()
        self._shapes: dict[int, Shape] = {}
        self._shape_ids: dict[tuple[str, ...], int] = {}
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(self.path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False)
            self._db.execute("PRAGMA journal_mode=WAL")
            self._db.execute("PRAGMA synchronous=FULL")
            self._db.executescript(_SCHEMA)
            self._db.execute("INSERT OR IGNORE INTO meta VALUES ('app', ?)", (f"spool-{uuid.uuid4()}",))
        except (sqlite3.Error, OSError) as error:
            raise LakeError(f"the spool {self.path} cannot be opened: {error}") from None

    def close(self) -> None:
        """Close the file; nothing is lost."""
        with self._lock:
            self._db.close()

    @property
    def app(self) -> str:
        """Name of this spool in the lake's application transactions."""
        return self._meta("app")

    def renew(self) -> None:
        """Take a new name: after a restore, sequence numbers of the old one may be in the lake already."""
        with self._transaction() as db:
            db.execute("UPDATE meta SET value=? WHERE key='app'", (f"spool-{uuid.uuid4()}",))

    def append(self, readings: Iterable[Reading]) -> int:
        """Store readings in one durable transaction; see `add`, which also tells what was refused."""
        return self.add(readings).seq

    def add(self, readings: Iterable[Reading]) -> Added:
        """Store readings in one durable transaction.

        A value that is there already is ignored; one that contradicts it is refused and noted.

        Raises
        ------
        InputError
            If a quantity is unknown or a value is no number that fits; nothing is stored then.
        LakeError
            If the disk or the file refuses.
        """
        readings = list(readings)
        with self._transaction() as db:
            packed = [self._pack(db, reading) for reading in readings]
            before = db.total_changes
            db.execute("SAVEPOINT fast")
            db.executemany(_INSERT, packed)
            new, refused = db.total_changes - before, list[Refused]()
            if new < len(packed):
                db.execute("ROLLBACK TO fast")
                new = 0
                for reading, row in zip(readings, packed, strict=True):
                    stored, contradicted = self._add_one(db, reading, row)
                    new += stored
                    refused += contradicted
                self._note(db, refused)
            db.execute("RELEASE fast")
            return Added(self._last(db), new, refused)

    def note_refused(self, refused: Sequence[Refused]) -> None:
        """Keep refusals that the lake found, for people to see."""
        if refused:
            with self._transaction() as db:
                self._note(db, refused)

    def refused(self, limit: int = 100) -> list[Refused]:
        """The newest refusals, newest first."""
        query = "SELECT meter, ts, quantity, kept, given FROM refused ORDER BY id DESC LIMIT ?"
        with self._reading() as db:
            return [Refused(*row) for row in db.execute(query, (limit,))]

    def pending(self, limit: int = 100_000) -> list[tuple[int, Reading]]:
        """The oldest readings with their sequence numbers."""
        return [
            (row.seq, Reading(row.meter, row.slot_us, row.offset_ms, self.shape(row.shape).unpack(row.blob)))
            for row in self.rows(limit=limit)
        ]

    def rows(
        self,
        *,
        limit: int = -1,
        meters: Sequence[int] | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
    ) -> list[Row]:
        """A consistent snapshot of what is spooled, oldest first.

        Parameters
        ----------
        limit : int
            Most rows; negative is all.
        meters : sequence of int, optional
        start_us, end_us : int, optional
            Instants of the reads, half-open [µs since 1970, UTC].
        """
        where, bound = ["1"], list[int]()
        if meters is not None:
            where.append("meter IN (SELECT value FROM json_each(?))")
        if start_us is not None:
            where.append("ts >= ?")
            bound.append(start_us)
        if end_us is not None:
            where.append("ts < ?")
            bound.append(end_us)
        query = f"SELECT seq, meter, slot, offset_ms, shape, vals FROM rows WHERE {' AND '.join(where)} ORDER BY seq LIMIT ?"  # noqa: E501, S608 - made of constants
        given = [json.dumps([int(m) for m in meters])] if meters is not None else []
        with self._reading() as db:
            return [Row._make(row) for row in db.execute(query, (*given, *bound, limit))]

    def shape(self, key: int) -> Shape:
        """The layout of rows of that shape."""
        if key not in self._shapes:
            with self._reading() as db:
                row = db.execute("SELECT quantities FROM shapes WHERE id=?", (key,)).fetchone()
            self._shapes[key] = Shape.of(json.loads(row[0]))
        return self._shapes[key]

    def depth(self) -> int:
        """How many rows wait."""
        with self._reading() as db:
            return int(db.execute("SELECT count(*) FROM rows").fetchone()[0])

    def revision(self) -> tuple[int, int]:
        """Changes whenever rows come or go; cheap, for caches."""
        with self._reading() as db:
            first = db.execute("SELECT min(seq) FROM rows").fetchone()[0]
            return self._last(db), int(first or 0)

    def last_seq(self) -> int:
        """The last sequence number given, trimmed or not."""
        with self._reading() as db:
            return self._last(db)

    def trim(self, upto: int) -> None:
        """Forget what is durable in the lake: everything up to that sequence number."""
        with self._transaction() as db:
            db.execute("DELETE FROM rows WHERE seq <= ?", (upto,))
            db.execute("INSERT OR REPLACE INTO meta VALUES ('acknowledged', ?)", (str(upto),))

    def acknowledged(self) -> int:
        """The last sequence number trimmed because the lake has it durably."""
        return int(self._meta("acknowledged") or 0)

    def _meta(self, key: str) -> str:
        with self._reading() as db:
            row = db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
        return str(row[0]) if row else ""

    def _last(self, db: sqlite3.Connection) -> int:
        row = db.execute("SELECT seq FROM sqlite_sequence WHERE name='rows'").fetchone()
        return int(row[0]) if row else 0

    def _pack(self, db: sqlite3.Connection, reading: Reading) -> tuple[int, int, int, int, int, int, bytes]:
        names = tuple(reading.values)
        key = self._shape_key(db, names)
        shape = self.shape(key)
        if abs(reading.offset_ms) >= MAX_OFFSET_MS:
            raise InputError(f"meter {reading.meter}: a read {reading.offset_ms} ms from its slot belongs to another")
        try:
            values = [reading.values[name] for name in shape.names]
            blob = shape.packer.pack(*[math.nan if v is None or not math.isfinite(v) else v for v in values])
        except (struct.error, OverflowError, TypeError) as error:
            raise InputError(f"meter {reading.meter}: a value of {reading.values} is no number: {error}") from None
        return reading.meter, reading.ts_us, 0, reading.slot_us, reading.offset_ms, key, blob

    def _shape_key(self, db: sqlite3.Connection, names: tuple[str, ...]) -> int:
        if names not in self._shape_ids:
            text = json.dumps(sorted(names))
            for name in names:
                is_wide(name)  # an unknown quantity is refused here
            db.execute("INSERT OR IGNORE INTO shapes(quantities) VALUES (?)", (text,))
            row = db.execute("SELECT id FROM shapes WHERE quantities=?", (text,)).fetchone()
            self._shape_ids[names] = int(row[0])
        return self._shape_ids[names]

    def _add_one(
        self, db: sqlite3.Connection, reading: Reading, row: tuple[int, int, int, int, int, int, bytes]
    ) -> tuple[bool, list[Refused]]:
        """Store the part of a reading that is not known yet."""
        found = db.execute("SELECT shape, vals FROM rows WHERE meter=? AND ts=?", row[:2]).fetchall()
        if not found:
            db.execute(_INSERT, row)
            return True, []
        stored: dict[str, float] = {}
        for shape, blob in found:
            stored |= {n: v for n, v in self.shape(shape).unpack(blob).items() if v is not None}
        given = self.shape(row[5]).unpack(row[6])
        refused = [
            Refused(reading.meter, reading.ts_us, name, stored[name], value)
            for name, value in given.items()
            if value is not None and name in stored and stored[name] != value
        ]
        fresh: dict[str, float | None] = {n: v for n, v in given.items() if v is not None and n not in stored}
        if fresh:
            extra = self._pack(db, reading._replace(values=fresh))
            db.execute(_INSERT, (*extra[:2], len(found), *extra[3:]))
        return bool(fresh), refused

    def _note(self, db: sqlite3.Connection, refused: Iterable[Refused]) -> None:
        query = "INSERT OR IGNORE INTO refused(meter, ts, quantity, kept, given) VALUES (?, ?, ?, ?, ?)"
        db.executemany(query, refused)
        db.execute("DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?", (_KEPT_REFUSALS,))

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                try:
                    yield self._db
                    self._db.execute("COMMIT")
                except BaseException:
                    if self._db.in_transaction:
                        self._db.execute("ROLLBACK")
                    self._shape_ids.clear()  # a rolled back transaction may have taken a new shape with it
                    self._shapes.clear()
                    raise
            except sqlite3.Error as error:
                raise LakeError(f"the spool {self.path} cannot be written: {error}") from None

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                yield self._db
            except sqlite3.Error as error:
                raise LakeError(f"the spool {self.path} cannot be read: {error}") from None
