"""The n-th reading before or after an instant, of each counter that a meter has: how far what changed reaches."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.power_integration import POWER
from energy_workbench.lake.build.source import HOUR_US, present, readings_query
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    import duckdb

    from energy_workbench.lake.build.extents import Extents
    from energy_workbench.lake.storage.snapshot import Snapshot

_REACHES = (HOUR_US // 3, 4 * HOUR_US, 48 * HOUR_US, 45 * 24 * HOUR_US, None)
"""How far to look for neighbouring readings: near first, as most meters are polled all the time [µs]."""

Key = tuple[int, str]
"""Meter and quantity."""


def neighbours(
    snapshot: Snapshot, extents: Extents, at: Mapping[int, int], nth: int, *, before: bool
) -> dict[int, int]:
    """By meter the instant up to which readings around one matter [µs]: the n-th before or after, or the outermost.

    Each counter counts its own readings: one that is read less often, or was silent for days, needs older ones; what
    ended before has nothing to do with what comes after. Of meters without counters, readings of power count. A meter
    with neither is absent.
    """
    counted = _of_names(snapshot, extents, at, nth, COUNTERS, before=before)
    others = {meter: instant for meter, instant in at.items() if meter not in counted}
    return counted | _of_names(snapshot, extents, others, nth, (POWER,), before=before)


def _of_names(
    snapshot: Snapshot, extents: Extents, at: Mapping[int, int], nth: int, names: Sequence[str], *, before: bool
) -> dict[int, int]:
    wanted: dict[Key, int] = {}
    edges: dict[Key, int] = {}
    for meter, instant in at.items():
        for name, (first, last) in extents.get(meter, {}).items():
            if name in names and (first < instant <= last if before else instant < last):
                wanted[meter, name] = instant
                edges[meter, name] = first if before else last
    outermost: dict[int, int] = {}
    for group in _together(wanted):
        for (meter, _), instant in _search(snapshot, group, edges, nth, before=before).items():
            known = outermost.get(meter, instant)
            outermost[meter] = min(known, instant) if before else max(known, instant)
    return outermost


def _together(wanted: Mapping[Key, int]) -> Iterator[dict[Key, int]]:
    """Those apart whose instants lie more than a day apart: what lies between is nobody's."""
    group: dict[Key, int] = {}
    newest = 0
    for key, instant in sorted(wanted.items(), key=lambda item: item[1]):
        if group and instant > newest + 24 * HOUR_US:
            yield group
            group = {}
        group[key] = newest = instant
    if group:
        yield group


def _search(
    snapshot: Snapshot, wanted: Mapping[Key, int], edges: Mapping[Key, int], nth: int, *, before: bool
) -> dict[Key, int]:
    """By meter and quantity the instant of the n-th reading before or after one, or of the outermost there is [µs].

    Parameters
    ----------
    edges : mapping of (int, str) to int
        The outermost reading of each on that side [µs].
    """
    instants: dict[Key, int] = {}
    missing = dict(wanted)
    with duck.session() as connection:
        for reach in _REACHES:
            if not missing:
                break
            low, high = min(missing.values()), max(missing.values())
            start = low if not before else None if reach is None else low - reach
            end = high if before else None if reach is None else high + reach
            for key, (count, instant) in _nth(connection, snapshot, missing, start, end, nth, before=before).items():
                whole = start is None or edges[key] >= start if before else end is None or edges[key] < end
                if count >= nth or whole:
                    instants[key] = instant
                    del missing[key]
    return instants


def _nth(
    connection: duckdb.DuckDBPyConnection,
    snapshot: Snapshot,
    at: Mapping[Key, int],
    start: int | None,
    end: int | None,
    nth: int,
    *,
    before: bool,
) -> dict[Key, tuple[int, int]]:
    """By meter and quantity how many of the n readings the span has, and the outermost of them."""
    meters = sorted({meter for meter, _ in at})
    names = sorted({name for _, name in at})
    files = snapshot.select(start, end, meters)
    names = present(snapshot, files, names)
    query = readings_query(snapshot, files, start, end, meters, names)
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
