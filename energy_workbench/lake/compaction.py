"""Compaction: small files rewritten as few sorted ones, with what can be salvaged of damaged ones.

Files come in the order of time. Those of an hour become one, then those of four hours, of a day and of a third of a
month, and at last those of the whole partition: a row is rewritten five times at most, however many there are, and what
is written now stays in small files, which are cheap to replace.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from energy_workbench.domain.time.clock import from_micros, to_micros
from energy_workbench.lake import arrow_readings
from energy_workbench.lake.columns import KEYS
from energy_workbench.lake.recovery import salvage
from energy_workbench.lake.storage import data_files, duck
from energy_workbench.lake.storage.failpoints import failpoint
from energy_workbench.lake.storage.replacing import ROWS, write_sorted
from energy_workbench.runtime import incidents

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

    from energy_workbench.lake.storage.data_files import DataFile
    from energy_workbench.lake.storage.snapshot import File
    from energy_workbench.lake.storage.store import Store

JOB = "compaction"
"""How a commit says that it changed no reading."""

ASIDE = "damaged"
"""Folder of the lake in which damaged data files are kept."""

SETTLED = timedelta(minutes=15)
"""So long after its end the files of a time are left alone: what comes late mostly comes within it."""

HOUR_US = 3_600_000_000


def _third(micros: int) -> int:
    """The third of a month that an instant lies in."""
    day = from_micros(micros)
    return (day.year * 12 + day.month) * 3 + min((day.day - 1) // 10, 2)


TIMES: tuple[Callable[[int], int], ...] = (
    _third,
    lambda micros: micros // (24 * HOUR_US),
    lambda micros: micros // (4 * HOUR_US),
    lambda micros: micros // HOUR_US,
)
"""By an instant [µs] the number of the time that it lies in, the longest first."""


def due(files: Sequence[File], now: datetime, *, closed: bool) -> list[list[File]]:
    """Files of a partition that are to become one sorted run, group by group.

    Parameters
    ----------
    now : datetime
    closed : bool
        Whether no more is expected of the partition.
    """
    if closed:
        return _joining(files)
    settled = to_micros(now - SETTLED)
    bounded = [file for file in files if 0 <= file.first_us <= file.last_us <= settled]
    groups: list[list[File]] = []
    taken: set[str] = set()
    for number in TIMES:
        within: dict[int, list[File]] = {}
        for file in bounded:
            time = number(file.first_us)
            if file.path not in taken and time == number(file.last_us) and time < number(settled):
                within.setdefault(time, []).append(file)
        for _, mine in sorted(within.items()):
            found = _joining(mine)
            taken.update(file.path for group in found for file in group)
            groups += found
    return groups


def _joining(files: Iterable[File]) -> list[list[File]]:
    """Groups that are worth a file: those that have meters in common, and small ones beside each other."""
    common: list[list[File]] = []
    high = 0
    for file in sorted(files, key=lambda file: (file.low, file.high)):
        if common and file.low <= high:
            common[-1].append(file)
            high = max(high, file.high)
        else:
            common.append([file])
            high = file.high
    joined: list[list[File]] = []
    size = 0
    for group in common:
        rows = sum(file.rows for file in group)
        if joined and size + rows <= ROWS:
            joined[-1] += group
            size += rows
        else:
            joined.append(list(group))
            size = rows
    return [group for group in joined if len(group) > 1]


def compact(store: Store, files: Sequence[File]) -> int:
    """Rewrite files of one partition as a sorted run, parts of a reading joined to one row; call it inside `writer`.

    Returns
    -------
    int
        Files that were not as they were written.
    """
    if store.time != "slot":
        store.widen(store.empty().schema)  # of a table that an earlier version made
    damaged = salvage.damaged(store.path, [file.path for file in files])
    rescued = {name: salvage.rescued(Path(name), bad, store.keys) for name, bad in damaged.items()}
    added: list[DataFile] = []
    # What was thinned beside what was not yet is to be thinned again.
    name = data_files.THINNED if all(data_files.is_thinned(file.path) for file in files) else data_files.PART
    try:
        with duck.session() as connection:
            sound = [file.path for file in files if file.path not in damaged]
            source = _source(connection, store, sound, list(rescued.values()))
            for low, high in _runs(connection, source):
                added += write_sorted(store, files[0].partition, _sorted(connection, store, source, low, high), name)
        for name, rows in rescued.items():
            _keep_aside(store.path.parent, Path(name), 0 if rows is None else len(rows))
        failpoint("lake.compact.before")
        store.swap(files, added, {"job": JOB})
    except BaseException:
        _forget(store, added)
        raise
    return len(damaged)


def _forget(store: Store, added: Iterable[DataFile]) -> None:
    """Remove files that no log entry names."""
    named = {file.path for file in store.snapshot().files}
    for file in added:
        if str(file.path) not in named:
            file.path.unlink(missing_ok=True)


def _source(
    connection: duckdb.DuckDBPyConnection, store: Store, sound: Sequence[str], rescued: Sequence[pa.Table | None]
) -> str:
    """SQL of a relation with the rows of files and tables, and all columns of the store but the partition's."""
    columns = store.snapshot().columns
    if store.time == "slot":
        typed = arrow_readings.schema([name for name in columns if name not in KEYS]).empty_table()
    else:
        typed = store.empty().drop_columns([store.partition])
    connection.register("typed", typed)
    sources = ["SELECT * FROM typed"]
    if sound:
        sources.append(f"SELECT * FROM {duck.scan(sound)}")  # noqa: S608
    for number, rows in enumerate(rescued):
        if rows is not None:
            connection.register(f"rescued{number}", rows)
            sources.append(f"SELECT * FROM rescued{number}")  # noqa: S608
    return f"({' UNION ALL BY NAME '.join(sources)})"


def _runs(connection: duckdb.DuckDBPyConnection, source: str) -> Iterator[tuple[int, int]]:
    """First and last meter of what is sorted at once: no more rows than a file has, but for one meter's."""
    counts = connection.execute(f"SELECT meter, count(*) FROM {source} GROUP BY 1 ORDER BY 1").fetchall()  # noqa: S608
    totals = list(itertools.accumulate(count for _, count in counts))
    first = before = 0
    for place, total in enumerate(totals):
        if total - before > ROWS and place > first:
            yield counts[first][0], counts[place - 1][0]
            first, before = place, totals[place - 1]
    if counts:
        yield counts[first][0], counts[-1][0]


def _sorted(connection: duckdb.DuckDBPyConnection, store: Store, source: str, low: int, high: int) -> pa.Table:
    """The rows of some meters in the order of the store."""
    mine = f"(SELECT * FROM {source} WHERE meter BETWEEN {low} AND {high})"  # noqa: S608
    keys = ", ".join(map(duck.name, store.keys))
    if store.time == "slot":
        doubled = f"SELECT count(*) > count(DISTINCT ({keys})) FROM {mine}"  # noqa: S608
        if connection.execute(doubled).fetchall()[0][0]:
            names = [duck.name(name) for name in store.snapshot().columns if name not in KEYS]
            values = "".join(f", any_value({name}) AS {name}" for name in names)
            mine = f"(SELECT {keys}{values} FROM {mine} GROUP BY ALL)"  # noqa: S608
    return connection.sql(f"SELECT * FROM {mine} ORDER BY {keys}").to_arrow_table()  # noqa: S608


def _keep_aside(lake: Path, path: Path, rescued: int) -> None:
    """Keep a damaged data file where upkeep does not remove it, and tell."""
    aside = lake / ASIDE / f"{path.parent.name}-{path.name}"
    if path.exists():
        aside.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, aside)
    incidents.record(lake, "lake", f"{path} is not as it was written: {rescued} rows were rescued", aside)
