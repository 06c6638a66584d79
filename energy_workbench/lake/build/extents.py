"""Between which readings each counter of each meter tells something: kept with the state of the build.

With it nobody looks through all of the past for a counter that a meter never had.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from energy_workbench.domain.quantities import INTERVAL_ENERGIES
from energy_workbench.energy.counters import COUNTERS
from energy_workbench.energy.power_integration import POWER
from energy_workbench.lake.build.source import present, readings_query
from energy_workbench.lake.storage import duck

if TYPE_CHECKING:
    from energy_workbench.lake.storage.snapshot import Snapshot

Range = tuple[int, int, int]
"""Key of a meter, first and last instant [µs since 1970]."""

Extents = dict[int, dict[str, tuple[int, int]]]
"""By key of the meter and quantity the first and the last reading of it [µs since 1970]."""

NAMES = (*COUNTERS, POWER, *INTERVAL_ENERGIES.values())
"""All that intervals are made of: a meter without any of these has none."""

DAY_US = 86_400_000_000


def extents(snapshot: Snapshot, known: Extents | None, touched: Iterable[Range] | None) -> Extents:
    """What all readings tell, of what was known and what came since.

    Parameters
    ----------
    known : Extents or None
        As it was before; None where that is not known.
    touched : iterable of (int, int, int) or None
        What came since; None for everything.

    Raises
    ------
    LakeError
        If the lake cannot be read.
    """
    if known is None or touched is None:
        return _told(snapshot, None, None, None)
    found = {meter: dict(quantities) for meter, quantities in known.items()}
    for (first, last), meters in by_days(touched).items():
        for meter, quantities in _told(snapshot, first, last, meters).items():
            mine = found.setdefault(meter, {})
            for name, (low, high) in quantities.items():
                before = mine.get(name, (low, high))
                mine[name] = min(low, before[0]), max(high, before[1])
    return found


def by_days(touched: Iterable[Range]) -> Mapping[tuple[int, int], Sequence[int]]:
    """Meters, ascending, by the UTC days that their instants lie in: begin of the first, end of the last [µs]."""
    days: dict[tuple[int, int], set[int]] = {}
    for meter, first, last in touched:
        days.setdefault((first // DAY_US * DAY_US, (last // DAY_US + 1) * DAY_US), set()).add(meter)
    return {span: sorted(meters) for span, meters in days.items()}


def _told(snapshot: Snapshot, since: int | None, until: int | None, meters: Sequence[int] | None) -> Extents:
    files = snapshot.select(since, until, meters)
    names = present(snapshot, files, NAMES)
    query = readings_query(snapshot, files, since, until, meters, names)
    if query is None:
        return {}
    ends = ", ".join(f"min(ts) FILTER ({name} IS NOT NULL), max(ts) FILTER ({name} IS NOT NULL)" for name in names)
    with duck.session() as connection:
        rows = connection.execute(f"SELECT meter, {ends} FROM ({query}) GROUP BY meter").fetchall()  # noqa: S608
    wanted = None if meters is None else set(meters)
    return {
        meter: {
            name: pair
            for name, pair in zip(names, zip(told[::2], told[1::2], strict=True), strict=True)
            if pair[0] is not None
        }
        for meter, *told in rows
        if wanted is None or meter in wanted
    }
