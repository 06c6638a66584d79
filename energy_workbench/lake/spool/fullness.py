"""State of the spool: rows and bytes that wait, share of its bound, age of the oldest row, time until it is full."""

from __future__ import annotations

import os
import sqlite3
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from energy_workbench.domain.time.clock import from_micros, now, to_micros

SPARING = 0.9
"""From this share of the bound on only a reading a meter and quarter of an hour is kept."""

EARLY = 0.5
"""From this share of the bound on people are warned."""

LATE_SECONDS = 600.0
"""A reading that waits for longer than this is worth a warning [s]."""

_RATE_ROWS = 2000
"""Newest rows that tell at which rate the spool grows."""


@dataclass(frozen=True, slots=True)
class SpoolState:
    """The spool at one instant.

    Attributes
    ----------
    rows, used_bytes : int
        What waits.
    most_bytes : int
        The bound; 0 is none.
    waiting_since_us : int or None
        When the oldest reading that waits was read [µs since 1970, UTC].
    committed_us : int or None
        When the lake last took readings [µs since 1970, UTC].
    failing_since_us : int or None
        Since when commits have failed [µs since 1970, UTC]; None while they do not.
    failing_why : str
    seconds_left : float or None
        Until it is full or its disk is, at the present rate [s]; None where the rate is not known.
    spared, lost : int
        Readings not kept since it ran full: thinned out to one a quarter of an hour, and given up.
    """

    rows: int
    used_bytes: int
    most_bytes: int = 0
    waiting_since_us: int | None = None
    committed_us: int | None = None
    failing_since_us: int | None = None
    failing_why: str = ""
    seconds_left: float | None = None
    spared: int = 0
    lost: int = 0

    @property
    def share(self) -> float:
        """Used part of the bound; 0 without one."""
        return self.used_bytes / self.most_bytes if self.most_bytes else 0.0

    @property
    def waiting_seconds(self) -> float:
        """Age of the oldest reading that waits [s]."""
        since = self.waiting_since_us
        return 0.0 if since is None else max(0.0, (to_micros(now()) - since) / 1e6)

    @property
    def worrying(self) -> bool:
        """Whether somebody should look: commits fail, or readings are not kept or soon will not be."""
        return bool(self.failing_since_us or self.spared or self.lost or self.share >= EARLY)

    def words(self) -> str:
        """One sentence for people."""
        told = f"{self.rows} readings wait for the lake"
        if self.most_bytes:
            told += f", {self.share:.0%} of the spool's bound ({self.most_bytes / 1e6:.0f} MB)"
        if self.failing_since_us:
            told += f"; commits fail since {from_micros(self.failing_since_us):%Y-%m-%d %H:%M} UTC: {self.failing_why}"
        if self.worrying and self.seconds_left is not None:
            told += f"; room for {_span(self.seconds_left)} more"
        if self.spared:
            told += f"; {self.spared} readings were thinned out to one a quarter of an hour"
        if self.lost:
            told += f"; {self.lost} readings were given up"
        return told


class Readable(Protocol):
    """A spool's file, open for queries."""

    path: Path

    def reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """The connection."""

    def used_bytes(self) -> int:
        """How much of the file is in use [bytes]."""


def look(file: Readable, most_bytes: int) -> SpoolState:
    """The state of a spool with that bound [bytes]; counts no rows, so it is cheap at any depth."""
    with file.reading() as db:
        first, last = db.execute("SELECT (SELECT min(seq) FROM rows), (SELECT max(seq) FROM rows)").fetchone()
        rows = 0 if first is None else last - first + 1
        since = db.execute("SELECT ts FROM rows WHERE seq=?", (first,)).fetchone() if rows else None
        newest = "SELECT min(ts), max(ts), count(*) FROM (SELECT ts FROM rows ORDER BY seq DESC LIMIT ?)"
        early, late, count = db.execute(newest, (_RATE_ROWS,)).fetchone()
        known = dict(db.execute("SELECT key, value FROM meta").fetchall())
    used = file.used_bytes()
    per_second = used / rows * count / (late - early) * 1e6 if count > 1 and late > early else 0.0
    disk = os.statvfs(file.path.parent)
    room = disk.f_bavail * disk.f_frsize + max(0, file.path.stat().st_size - used)
    if most_bytes:
        room = min(room, most_bytes - used)
    return SpoolState(
        rows=rows,
        used_bytes=used,
        most_bytes=most_bytes,
        waiting_since_us=since[0] if since else None,
        committed_us=int(known["committed"]) if "committed" in known else None,
        failing_since_us=int(known["failing_since"]) if "failing_since" in known else None,
        failing_why=known.get("failing_why", ""),
        seconds_left=max(0, room) / per_second if per_second else None,
        spared=int(known.get("spared", 0)),
        lost=int(known.get("lost", 0)),
    )


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3600, "hours")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds / 60:.0f} minutes"
