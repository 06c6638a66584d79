"""Encoding of readings as rows of the spool: which quantities, in which bytes, with a checksum over both."""

from __future__ import annotations

import json
import math
import sqlite3
import struct

from energy_workbench.domain.errors import InputError
from energy_workbench.lake.columns import is_wide
from energy_workbench.lake.reading import MAX_OFFSET_MS, Reading
from energy_workbench.lake.spool.file import SpoolFile
from energy_workbench.lake.spool.schema import Packed, checksum, text_of
from energy_workbench.lake.spool.shape import Shape


class Packer:
    """Packs by the shapes that a spool's file knows, and adds new ones to it."""

    def __init__(self, file: SpoolFile) -> None:
        self._file, self._learned = file, 0
        self._shapes: dict[int, tuple[Shape, str]] = {}
        self._keys: dict[tuple[str, ...], int] = {}

    def shape(self, db: sqlite3.Connection, key: int) -> tuple[Shape, str]:
        """A shape, and its quantities as the checksum takes them."""
        self._forget()
        if key not in self._shapes:
            row = db.execute("SELECT quantities FROM shapes WHERE id=?", (key,)).fetchone()
            try:
                self._shapes[key] = Shape.of(json.loads(row[0])), row[0]
            except (TypeError, ValueError, InputError):
                return Shape.of(()), ""  # damaged: no row of it proves its checksum
        return self._shapes[key]

    def pack(self, db: sqlite3.Connection, reading: Reading) -> Packed:
        """A reading as a row.

        Raises
        ------
        InputError
            If a quantity is unknown, a value is no number that fits, or the read is too far from its slot.
        """
        key = self._key(db, tuple(reading.values))
        shape, text = self.shape(db, key)
        meter, slot, offset = reading.meter, reading.slot_us, reading.offset_ms
        if abs(offset) >= MAX_OFFSET_MS:
            raise InputError(f"meter {meter}: a read {offset} ms from its slot belongs to another")
        try:
            values = [reading.values[name] for name in shape.names]
            blob = shape.packer.pack(*[math.nan if v is None or not math.isfinite(v) else v for v in values])
        except (struct.error, OverflowError, TypeError) as error:
            raise InputError(f"meter {meter}: a value of {reading.values} is no number: {error}") from None
        return meter, reading.ts_us, 0, slot, offset, key, blob, checksum(text, meter, slot, offset, blob)

    def _key(self, db: sqlite3.Connection, names: tuple[str, ...]) -> int:
        self._forget()
        if names not in self._keys:
            for name in names:
                is_wide(name)  # an unknown quantity is refused here
            db.execute("INSERT OR IGNORE INTO shapes(quantities) VALUES (?)", (text_of(names),))
            row = db.execute("SELECT id FROM shapes WHERE quantities=?", (text_of(names),)).fetchone()
            self._keys[names] = int(row[0])
        return self._keys[names]

    def _forget(self) -> None:
        """What was learned of another file, or in a transaction that was rolled back, does not count."""
        if self._learned != self._file.opened:
            self._learned = self._file.opened
            self._shapes.clear()
            self._keys.clear()
