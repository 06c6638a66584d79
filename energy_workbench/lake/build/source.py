"""Queries of the interval build: counter readings by day, sorted by meter and time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.interpolation import Array
from energy_workbench.lake.reading import MAX_OFFSET_MS
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb

    from energy_workbench.lake.storage.snapshot import File, Snapshot

HOUR_US = 3_600_000_000

SLACK_US = MAX_OFFSET_MS * 1000
"""How far an instant may be from the slot by which files are sorted [µs]."""

_LISTED = 200
"""Up to here meters are named one by one in SQL."""


class Chunk(NamedTuple):
    """Counters of a UTC day.

    Attributes
    ----------
    meter, ts : array of int, shape (n,)
        Keys, and instants [µs since 1970], sorted by both.
    counters : dict of str to array of float, shape (n,)
        As reported; NaN for no value.
    """

    meter: Array
    ts: Array
    counters: dict[str, Array]


def chunks(
    snapshot: Snapshot,
    since: int | None,
    until: int | None,
    meters: Sequence[int],
    names: Sequence[str] = COUNTERS,
) -> Iterator[Chunk]:
    """Counters of these meters between two instants [µs], a day at a time, the next read meanwhile."""
    days: dict[str, list[File]] = {}
    chosen = set(snapshot.select(since, until, meters))
    for file in snapshot.files:
        if file.path in chosen:
            days.setdefault(file.partition, []).append(file)
    with duck.session() as connection, ThreadPoolExecutor(1) as ahead:

        def read(files: list[File]) -> Chunk | None:
            return _read(connection, snapshot, [file.path for file in files], since, until, meters, names)

        waiting = [ahead.submit(read, files) for _, files in sorted(days.items())[:1]]
        for _, files in [*sorted(days.items())[1:], ("", [])]:
            if not waiting:
                break
            chunk = waiting.pop().result()
            if files:
                waiting.append(ahead.submit(read, files))
            if chunk is not None:
                yield chunk


def _read(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    files: list[str],
    since: int | None,
    until: int | None,
    meters: Sequence[int],
    names: Sequence[str],
) -> Chunk | None:
    query = readings_query(snapshot, files, since, until, meters, names)
    if query is None:
        return None
    columns: dict[str, Any] = dict(connection.execute(query).fetchnumpy())
    meter, ts = columns.pop("meter"), columns.pop("ts")
    mask = np.isin(meter, np.asarray(meters, meter.dtype)) if len(meters) >= _LISTED else np.ones(len(meter), bool)
    if since is not None:
        mask &= ts >= since
    if until is not None:
        mask &= ts < until
    counters = {name: np.ma.filled(column, np.nan) for name, column in columns.items()}
    if not mask.all():
        meter, ts, counters = meter[mask], ts[mask], {name: column[mask] for name, column in counters.items()}
    if not len(meter):
        return None
    # Compacted days are sorted; today's small files lie one after the other.
    if not np.all((meter[1:] > meter[:-1]) | ((meter[1:] == meter[:-1]) & (ts[1:] >= ts[:-1]))):
        order = np.lexsort((ts, meter))
        meter, ts, counters = meter[order], ts[order], {name: column[order] for name, column in counters.items()}
    return Chunk(meter, ts, counters)


def readings_query(
    snapshot: Snapshot,
    files: list[str],
    since: int | None,
    until: int | None,
    meters: Sequence[int] | None,
    names: Sequence[str],
) -> str | None:
    """SQL of readings with one of these quantities: meter, ts [µs] and those there are; None where none can be.

    Where meters are many, those between the first and the last of them are selected; None is every meter.
    """
    there = present(snapshot, files, names)
    if not files or not there or (meters is not None and not len(meters)):
        return None
    where = ["(" + " OR ".join(f"{name} IS NOT NULL" for name in there) + ")"]
    start, end = _slots(since, until)
    if start is not None:
        where.append(f"slot >= make_timestamptz({start})")
    if end is not None:
        where.append(f"slot < make_timestamptz({end})")
    if meters is not None and len(meters) < _LISTED:
        where.append(f"meter IN ({', '.join(map(str, meters))})")
    elif meters is not None:
        where.append(f"meter BETWEEN {min(meters)} AND {max(meters)}")
    columns = ", ".join(["meter", "epoch_us(slot) + offset_ms::BIGINT * 1000 AS ts", *there])
    return f"SELECT {columns} FROM {duck.scan(files)} WHERE {' AND '.join(where)}"  # noqa: S608


def present(snapshot: Snapshot, files: list[str], names: Sequence[str]) -> list[str]:
    """Those of the quantities that at least one of the files has: older files lack columns that came later."""
    wanted = [name for name in names if name in snapshot.columns]
    present: set[str] = set()
    for path in files:
        if len(present) == len(wanted):
            break
        present.update(_names(path))
    return [name for name in wanted if name in present]


@lru_cache(maxsize=50_000)
def _names(path: str) -> tuple[str, ...]:
    import pyarrow.parquet as pq

    with duck.lake_errors(path):
        return tuple(pq.read_schema(path).names)


def _slots(since: int | None, until: int | None) -> tuple[int | None, int | None]:
    """Bounds of slots that hold every reading between two instants [µs]."""
    return (None if since is None else since - SLACK_US), (None if until is None else until + SLACK_US)
