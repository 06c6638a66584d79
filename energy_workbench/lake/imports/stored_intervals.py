"""Intervals that are stored already: what comes must be the same or lie beside them, for no energy may count twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.errors import Problem
from energy_workbench.domain.quantities import INTERVAL_MINUTES
from energy_workbench.domain.time.clock import from_micros
from energy_workbench.lake.build.interval_energies import LONGEST_US, MINUTE_US
from energy_workbench.lake.imports.incoming import folded
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.imports.shapes.value import Value
    from energy_workbench.lake.storage.snapshot import Snapshot


def overlaps(values: Sequence[Value], meters: Mapping[str, int | None], stored: Snapshot) -> list[Problem]:
    """Intervals of a file that overlap stored ones which they are not, a problem each."""
    import bisect

    keys = {word: meters.get(folded(word)) for word in {each.meter for each in values}}
    intervals = [each for each in values if each.end > each.start and keys[each.meter] is not None]
    if not intervals or INTERVAL_MINUTES not in stored.columns:
        return []
    low, high = min(each.start for each in intervals), max(each.end for each in intervals) + LONGEST_US
    wanted = sorted({key for each in intervals if (key := keys[each.meter]) is not None})
    files = stored.select(low, high, wanted)
    if not files:
        return []
    with duck.session() as connection:
        connection.execute(f"CREATE TEMP TABLE typed ({INTERVAL_MINUTES} DOUBLE)")
        relation = f"(SELECT * FROM typed UNION ALL BY NAME SELECT * FROM {duck.scan(files)})"  # noqa: S608
        rows = connection.execute(
            f"""SELECT meter, epoch_us(slot) + offset_ms::BIGINT * 1000 AS ts, max({INTERVAL_MINUTES}) FROM {relation}
            WHERE {INTERVAL_MINUTES} IS NOT NULL AND meter IN ({", ".join(map(str, wanted))})
            GROUP BY ALL ORDER BY meter, ts"""  # noqa: S608 - numbers and fixed names
        ).fetchall()
    known: dict[int, list[tuple[int, int]]] = {}
    for meter, end, minutes in rows:
        known.setdefault(meter, []).append((end, end - round(minutes * MINUTE_US)))
    problems = []
    for each in intervals:
        mine = known.get(keys[each.meter] or 0, [])
        at = bisect.bisect_right(mine, (each.start, each.end))
        while at < len(mine) and mine[at][0] <= each.start:
            at += 1
        if at < len(mine) and mine[at][1] < each.end and mine[at] != (each.end, each.start):
            end, start = (from_micros(edge).isoformat(timespec="minutes") for edge in mine[at])
            reason = f"its interval overlaps the stored one from {start} to {end}: its energy would count twice"
            problems.append(Problem(f"line {each.line}", each.column, f"{each.value:,.10g}", reason))
    return problems
