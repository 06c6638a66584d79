"""Queries of the interval build: counter readings by day, sorted by meter and time, and the n-th around an instant."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pyarrow as pa

from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.interpolation import Array
from energy_workbench.energy.power_integration import POWER
from energy_workbench.lake.reading import MAX_OFFSET_MS
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb

    from energy_workbench.lake.storage.snapshot import File, Snapshot

HOUR_US = 3_600_000_000

SLACK_US = MAX_OFFSET_MS * 1000
"""How far an instant may be from the slot by which files are sorted [µs]."""

_REACHES = (4 * HOUR_US, 48 * HOUR_US, 45 * 24 * HOUR_US, None)
"""How far to look for neighbouring readings: near first, as most meters are polled all the time [µs]."""

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


def all_meters(snapshot: Snapshot) -> tuple[int, ...]:
    """Keys of every meter with readings."""
    if not snapshot.files:
        return ()
    with duck.session() as connection:
        rows = connection.execute(
            f"SELECT DISTINCT meter FROM {duck.scan([file.path for file in snapshot.files])} ORDER BY 1"  # noqa: S608
        ).fetchall()
    return tuple(row[0] for row in rows)


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


def neighbours(snapshot: Snapshot, at: dict[int, int], nth: int, *, before: bool) -> dict[int, int]:
    """By meter the instant up to which readings around one matter [µs]: the n-th before or after, or the outermost.

    Each counter counts its own readings: one that is read less often, or was silent for days, needs older ones.
    Of meters without counters, readings of power count. A meter with neither is absent.
    """
    counted = _of_names(snapshot, at, nth, COUNTERS, before=before)
    others = {meter: instant for meter, instant in at.items() if meter not in counted}
    return counted | _of_names(snapshot, others, nth, (POWER,), before=before)


def _of_names(
    snapshot: Snapshot, at: dict[int, int], nth: int, names: Sequence[str], *, before: bool
) -> dict[int, int]:
    wanted = {(meter, name): instant for meter, instant in at.items() for name in names if name in snapshot.columns}
    if before:
        # What ended before has nothing to do with what comes after: it need not be looked for in all of the past.
        following = _search(snapshot, {key: instant - 1 for key, instant in wanted.items()}, 1, before=False)
        wanted = {key: wanted[key] for key in following}
    outermost: dict[int, int] = {}
    for (meter, _), instant in _search(snapshot, wanted, nth, before=before).items():
        known = outermost.get(meter, instant)
        outermost[meter] = min(known, instant) if before else max(known, instant)
    return outermost


def _search(
    snapshot: Snapshot, wanted: dict[tuple[int, str], int], nth: int, *, before: bool
) -> dict[tuple[int, str], int]:
    """By meter and quantity the instant of the n-th reading before or after one, or of the outermost there is [µs]."""
    instants: dict[tuple[int, str], int] = {}
    missing = dict(wanted)
    with duck.session() as connection:
        for reach in _REACHES:
            if not missing:
                break
            low, high = min(missing.values()), max(missing.values())
            start = low if not before else None if reach is None else low - reach
            end = high if before else None if reach is None else high + reach
            rows = _nth(connection, snapshot, missing, start, end, nth, before=before)
            meters = {meter for meter, _ in missing}
            beyond = snapshot.select(None if before else end, start if before else None, meters) if reach else []
            for key, (count, instant) in rows.items():
                if count >= nth or not beyond:
                    instants[key] = instant
                    del missing[key]
            if not beyond:
                break
    return instants


def _nth(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    at: dict[tuple[int, str], int],
    start: int | None,
    end: int | None,
    nth: int,
    *,
    before: bool,
) -> dict[tuple[int, str], tuple[int, int]]:
    """By meter and quantity how many of the n readings the span has, and the outermost of them."""
    meters = sorted({meter for meter, _ in at})
    names = sorted({name for _, name in at})
    files = snapshot.select(start, end, meters)
    names = _present(snapshot, files, names)
    query = _query(snapshot, files, start, end, meters, names)
    if query is None:
        return {}
    columns = list(zip(*((meter, name, instant) for (meter, name), instant in at.items()), strict=True))
    kinds = (pa.int32(), pa.string(), pa.int64())
    arrays = [pa.array(column, kind) for column, kind in zip(columns, kinds, strict=True)]
    connection.register("wanted", pa.table(dict(zip(("meter", "name", "at"), arrays, strict=True))))
    side, outermost, order = ("<", "min", "DESC") if before else (">", "max", "ASC")
    each = " UNION ALL ".join(
        f"""SELECT meter, '{name}' AS name, count(*), {outermost}(ts) FROM (
            SELECT r.meter, r.ts, row_number() OVER (PARTITION BY r.meter ORDER BY r.ts {order}) AS nth
            FROM selected r JOIN wanted w ON w.meter = r.meter AND w.name = '{name}' AND r.ts {side} w.at
            WHERE r.{name} IS NOT NULL)
        WHERE nth <= {nth} GROUP BY meter"""  # noqa: S608 - numbers and fixed names
        for name in names
    )
    rows = connection.execute(f"WITH selected AS MATERIALIZED ({query}) {each}").fetchall()
    return {(meter, name): (count, instant) for meter, name, count, instant in rows}


def _read(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    files: list[str],
    since: int | None,
    until: int | None,
    meters: Sequence[int],
    names: Sequence[str],
) -> Chunk | None:
    query = _query(snapshot, files, since, until, meters, names)
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


def _query(
    snapshot: Snapshot,
    files: list[str],
    since: int | None,
    until: int | None,
    meters: Sequence[int],
    names: Sequence[str],
) -> str | None:
    """SQL of readings with one of these quantities: meter, ts [µs] and those there are; None where none can be."""
    present = _present(snapshot, files, names)
    if not files or not present or not len(meters):
        return None
    where = ["(" + " OR ".join(f"{name} IS NOT NULL" for name in present) + ")"]
    start, end = _slots(since, until)
    if start is not None:
        where.append(f"slot >= make_timestamptz({start})")
    if end is not None:
        where.append(f"slot < make_timestamptz({end})")
    if len(meters) < _LISTED:
        where.append(f"meter IN ({', '.join(map(str, meters))})")
    else:
        where.append(f"meter BETWEEN {min(meters)} AND {max(meters)}")
    columns = ", ".join(["meter", "epoch_us(slot) + offset_ms::BIGINT * 1000 AS ts", *present])
    return f"SELECT {columns} FROM {duck.scan(files)} WHERE {' AND '.join(where)}"  # noqa: S608


def _present(snapshot: Snapshot, files: list[str], names: Sequence[str]) -> list[str]:
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
