"""Metadata of the spool: its name and sequence numbers, refused values, counts of readings that it had no room for."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable

from energy_workbench.domain.time.axis import INTERVAL_MICROS as QUARTER
from energy_workbench.domain.time.clock import from_micros, now, to_micros
from energy_workbench.lake.reading import Refused
from energy_workbench.lake.spool.schema import Packed

_KEPT_REFUSALS = 10_000


def get(db: sqlite3.Connection, key: str) -> str:
    """A noted value; empty where there is none."""
    row = db.execute("SELECT value FROM meta WHERE key=?", (key,)).fetchone()
    return str(row[0]) if row else ""


def put(db: sqlite3.Connection, **values: object) -> None:
    """Note values."""
    db.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", [(key, str(value)) for key, value in values.items()])


def last(db: sqlite3.Connection) -> int:
    """The last sequence number given."""
    row = db.execute("SELECT seq FROM sqlite_sequence WHERE name='rows'").fetchone()
    return int(row[0]) if row else 0


def note_refused(db: sqlite3.Connection, refused: Iterable[Refused]) -> None:
    """Keep refusals; the oldest go."""
    query = "INSERT OR IGNORE INTO refused(meter, ts, quantity, kept, given) VALUES (?, ?, ?, ?, ?)"
    db.executemany(query, refused)
    db.execute("DELETE FROM refused WHERE id <= (SELECT max(id) FROM refused) - ?", (_KEPT_REFUSALS,))


def note_failing(db: sqlite3.Connection, why: str) -> None:
    """Commits fail, from now on unless they did before."""
    db.execute("INSERT OR IGNORE INTO meta VALUES ('failing_since', ?)", (str(to_micros(now())),))
    put(db, failing_why=why)


def note_working(db: sqlite3.Connection) -> None:
    """Commits do not fail any more."""
    db.execute("DELETE FROM meta WHERE key IN ('failing_since', 'failing_why')")


def count_dropped(db: sqlite3.Connection, *, spared: int, lost: int) -> None:
    """Count readings that a full spool did not keep."""
    for key, number in (("spared", spared), ("lost", lost)):
        if number:
            db.execute("INSERT OR IGNORE INTO meta VALUES ('full_since', ?)", (str(to_micros(now())),))
            put(db, **{key: int(get(db, key) or 0) + number})


def take_dropped(db: sqlite3.Connection) -> str:
    """What a spool that is not full any more did not keep, in words, and forget it; empty where nothing was dropped."""
    since, spared, lost = (get(db, key) for key in ("full_since", "spared", "lost"))
    if not since:
        return ""
    db.execute("DELETE FROM meta WHERE key IN ('full_since', 'spared', 'lost')")
    return (
        f"the spool was full from {from_micros(int(since)):%Y-%m-%d %H:%M} UTC: {spared or 0} readings were thinned "
        f"out to one a meter and quarter of an hour, {lost or 0} were given up"
    )


def first_of_quarters(db: sqlite3.Connection, packed: Iterable[Packed]) -> list[int]:
    """Which rows are the first of their meter in a quarter of an hour: what its energy is told from."""
    kept: dict[tuple[int, int], int] = {}
    for index, row in enumerate(packed):
        start = row[1] // QUARTER * QUARTER
        if (row[0], start) not in kept:
            query = "SELECT 1 FROM rows WHERE meter=? AND ts>=? AND ts<? LIMIT 1"
            if not db.execute(query, (row[0], start, start + QUARTER)).fetchone():
                kept[row[0], start] = index
    return list(kept.values())
