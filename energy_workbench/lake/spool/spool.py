"""The spool: readings between the wire and the lake, in SQLite, safe once `append` has returned."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from energy_workbench.domain.errors import LakeError
from energy_workbench.domain.time.clock import now, to_micros
from energy_workbench.lake.reading import Reading, Refused
from energy_workbench.lake.spool import meta
from energy_workbench.lake.spool.file import SpoolFile, once_more
from energy_workbench.lake.spool.fullness import SPARING, SpoolState, look
from energy_workbench.lake.spool.packing import Packer
from energy_workbench.lake.spool.schema import INSERT, Packed, checksum, new_name
from energy_workbench.lake.spool.shape import Row, Shape
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.runtime import incidents


class Added(NamedTuple):
    """What an append did.

    Attributes
    ----------
    seq : int
        The last sequence number given so far.
    new : int
        Readings that are new, whole or in part.
    refused : list of Refused
    spared, lost : int
        Readings not kept because the spool is full: thinned out, and given up.
    """

    seq: int
    new: int
    refused: list[Refused]
    spared: int = 0
    lost: int = 0


class Spool:
    """Readings that are not in the lake yet. Several processes and threads may write.

    Parameters
    ----------
    path : path
        The SQLite file; created with its folder, and mended where it is found damaged.
    most_bytes : int
        Bound of what waits [bytes]; 0 is none. What is in the spool is never given up for what comes: from nine
        tenths of the bound on, imports are refused and polling keeps a reading a meter and quarter of an hour,
        which still tells the energy of every interval; at the bound nothing more is kept. Both are counted.

    Raises
    ------
    LakeError
        If the file cannot be opened.
    """

    def __init__(self, path: str | Path, most_bytes: int = 0) -> None:
        self.path = Path(path)
        self.most_bytes = most_bytes
        self._file = SpoolFile(self.path)
        self._packer = Packer(self._file)

    def close(self) -> None:
        """Close the file; nothing is lost."""
        self._file.close()

    def check(self) -> bool:
        """Read the whole file and mend it where it is damaged; whether it was whole. Others may go on meanwhile."""
        return self._file.check()

    @property
    def app(self) -> str:
        """Name of this spool in the lake's application transactions; a mended or restored one has a new name."""
        return self._meta("app")

    def renew(self) -> None:
        """Take a new name: after a restore, sequence numbers of the old one may be in the lake already."""
        with self._file.writing() as db:
            meta.put(db, app=new_name())

    def append(self, readings: Iterable[Reading]) -> int:
        """Store readings in one durable transaction; see `add`, which also tells what was refused."""
        return self.add(list(readings)).seq

    @once_more
    def add(self, readings: Sequence[Reading], *, sparing: bool = False) -> Added:
        """Store readings in one durable transaction.

        A value that is there already is ignored; one that contradicts it is refused and noted.

        Parameters
        ----------
        sparing : bool
            Where the spool is nearly full, keep what matters most and count the rest, instead of an error.

        Raises
        ------
        InputError
            If a quantity is unknown or a value is no number that fits; nothing is stored then.
        LakeError
            If the disk or the file refuses, or the spool is full.
        """
        with self._file.writing() as db:
            packed = [self._packer.pack(db, reading) for reading in readings]
            spared = lost = 0
            if self.most_bytes and (used := self._file.used_bytes()) >= SPARING * self.most_bytes:
                if not sparing:
                    raise LakeError(self._full(used))
                kept = meta.first_of_quarters(db, packed) if used < self.most_bytes else []
                dropped = len(packed) - len(kept)
                spared, lost = (dropped, 0) if used < self.most_bytes else (0, dropped)
                readings, packed = [readings[index] for index in kept], [packed[index] for index in kept]
                meta.count_dropped(db, spared=spared, lost=lost)
            new, refused = self._insert(db, readings, packed)
            return Added(meta.last(db), new, refused, spared, lost)

    def note_refused(self, refused: Sequence[Refused]) -> None:
        """Keep refusals that the lake found, for people to see."""
        if refused:
            with self._file.writing() as db:
                meta.note_refused(db, refused)

    def refused(self, limit: int = 100) -> list[Refused]:
        """The newest refusals, newest first."""
        query = "SELECT meter, ts, quantity, kept, given FROM refused ORDER BY id DESC LIMIT ?"
        with self._file.reading() as db:
            return [Refused(*row) for row in db.execute(query, (limit,))]

    def pending(self, limit: int = 100_000) -> list[tuple[int, Reading]]:
        """The oldest readings with their sequence numbers."""
        return [
            (row.seq, Reading(row.meter, row.slot_us, row.offset_ms, self.shape(row.shape).unpack(row.blob)))
            for row in self.rows(limit=limit)
        ]

    @once_more
    def rows(
        self,
        *,
        limit: int = -1,
        meters: Sequence[int] | None = None,
        start_us: int | None = None,
        end_us: int | None = None,
    ) -> list[Row]:
        """A consistent snapshot of what is spooled, oldest first. Each row proves its checksum.

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
        query = f"SELECT seq, meter, slot, offset_ms, shape, vals, crc FROM rows WHERE {' AND '.join(where)} ORDER BY seq LIMIT ?"  # noqa: E501, S608 - made of constants
        given = [json.dumps([int(m) for m in meters])] if meters is not None else []
        with self._file.reading() as db:
            fetched = db.execute(query, (*given, *bound, limit)).fetchall()
            texts = {key: self._packer.shape(db, key)[1] for key in {row[4] for row in fetched}}
        rows, before = list[Row](), 0
        for seq, meter, slot, offset, shape, blob, crc in fetched:
            if seq <= before or checksum(texts[shape], meter, slot, offset, blob) != crc:
                self._file.mend(f"row {seq} is not as it was written")
                return self.rows(limit=limit, meters=meters, start_us=start_us, end_us=end_us)
            before = seq
            rows.append(Row(seq, meter, slot, offset, shape, blob))
        return rows

    def newest(self, meters: Sequence[int], until: int, count: int) -> dict[int, list[int]]:
        """The newest instants of meters, none after `until` [µs since 1970, UTC]; of each so many at most."""
        query = "SELECT DISTINCT ts FROM rows WHERE meter = ? AND ts <= ? ORDER BY ts DESC LIMIT ?"
        with self._file.reading() as db:
            by_meter = {meter: [row[0] for row in db.execute(query, (meter, until, count))] for meter in meters}
        return {meter: instants for meter, instants in by_meter.items() if instants}

    def shape(self, key: int) -> Shape:
        """The layout of rows of that shape."""
        with self._file.reading() as db:
            return self._packer.shape(db, key)[0]

    def depth(self) -> int:
        """How many rows wait."""
        with self._file.reading() as db:
            return int(db.execute("SELECT count(*) FROM rows").fetchone()[0])

    def revision(self) -> tuple[int, int]:
        """Changes whenever rows come or go; cheap, for caches."""
        with self._file.reading() as db:
            first = db.execute("SELECT min(seq) FROM rows").fetchone()[0]
            return meta.last(db), int(first or 0)

    def last_seq(self) -> int:
        """The last sequence number given, trimmed or not."""
        with self._file.reading() as db:
            return meta.last(db)

    def trim(self, upto: int, app: str | None = None) -> None:
        """Forget what is durable in the lake: everything up to that sequence number.

        Parameters
        ----------
        app : str, optional
            The name that the numbers belong to; nothing is done if the spool has another one by now.
        """
        failpoint("spool.trim.before")
        with self._file.writing() as db:
            if app is not None and app != meta.get(db, "app"):
                return
            db.execute("DELETE FROM rows WHERE seq <= ?", (upto,))
            meta.put(db, acknowledged=upto, committed=to_micros(now()))
            meta.note_working(db)
            roomy = not self.most_bytes or self._file.used_bytes() < SPARING * self.most_bytes
            dropped = meta.take_dropped(db) if roomy else ""
        failpoint("spool.trim.after")
        self._file.give_back()
        if dropped:
            incidents.record(self.path.parent, "spool", dropped)

    def acknowledged(self) -> int:
        """The last sequence number trimmed because the lake has it durably."""
        return int(self._meta("acknowledged") or 0)

    def note_failure(self, why: str) -> None:
        """Keep since when and why the lake takes nothing, for people to see, until it does again."""
        if self._meta("failing_why") != why or not self._meta("failing_since"):
            with self._file.writing() as db:
                meta.note_failing(db, why)

    def note_success(self) -> None:
        """Nothing was left to commit, and the lake could be reached."""
        if self._meta("failing_since"):
            with self._file.writing() as db:
                meta.note_working(db)

    def state(self) -> SpoolState:
        """How full it is, whether it is emptied, and how long it will do; cheap at any depth."""
        return look(self._file, self.most_bytes)

    def _full(self, used: int) -> str:
        why = self._meta("failing_why")
        return (
            f"the spool {self.path} has {used / 1e6:.0f} MB of the {self.most_bytes / 1e6:.0f} MB that `spool_max_mb` "
            f"allows, and keeps what is left for polling{f'; the lake takes nothing: {why}' if why else ''}"
        )

    def _meta(self, key: str) -> str:
        with self._file.reading() as db:
            return meta.get(db, key)

    def _insert(
        self, db: sqlite3.Connection, readings: Sequence[Reading], packed: Sequence[Packed]
    ) -> tuple[int, list[Refused]]:
        before = db.total_changes
        db.execute("SAVEPOINT fast")
        db.executemany(INSERT, packed)
        new, refused = db.total_changes - before, list[Refused]()
        if new < len(packed):
            db.execute("ROLLBACK TO fast")
            new = 0
            for reading, row in zip(readings, packed, strict=True):
                stored, contradicted = self._add_one(db, reading, row)
                new += stored
                refused += contradicted
            meta.note_refused(db, refused)
        db.execute("RELEASE fast")
        return new, refused

    def _add_one(self, db: sqlite3.Connection, reading: Reading, row: Packed) -> tuple[bool, list[Refused]]:
        """Store the part of a reading that is not known yet."""
        parts = db.execute("SELECT shape, vals FROM rows WHERE meter=? AND ts=?", row[:2]).fetchall()
        if not parts:
            db.execute(INSERT, row)
            return True, []
        stored: dict[str, float] = {}
        for shape, blob in parts:
            stored |= {n: v for n, v in self._packer.shape(db, shape)[0].unpack(blob).items() if v is not None}
        given = self._packer.shape(db, row[5])[0].unpack(row[6])
        refused = [
            Refused(reading.meter, reading.ts_us, name, stored[name], value)
            for name, value in given.items()
            if value is not None and name in stored and stored[name] != value
        ]
        fresh: dict[str, float | None] = {n: v for n, v in given.items() if v is not None and n not in stored}
        if fresh:
            extra = self._packer.pack(db, reading._replace(values=fresh))
            db.execute(INSERT, (*extra[:2], len(parts), *extra[3:]))
        return bool(fresh), refused
